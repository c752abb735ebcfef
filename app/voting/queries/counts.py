"""The count: whether it is final, who may see it, what came out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import rules as contest
from app.contest.models import Season
from app.core.errors import require
from app.texts import Text, text
from app.voting import permissions, rules
from app.voting.models import Candidate, PickCount
from app.voting.queries.ballots import count_ballots
from app.voting.queries.log import find_log
from app.voting.rules import Lane


@dataclass(frozen=True)
class Line:
    """What one video got."""

    entry_id: int | None
    """None when the entry was erased since."""
    picks: Mapping[Lane, int]
    points: int


@dataclass(frozen=True)
class Tally:
    """What came out, most points first."""

    lines: Sequence[Line]
    lanes: Sequence[Lane]
    """Those that ballots came in."""


def is_final(session: Session, season: Season, *, now: datetime) -> bool:
    """Whether the count is certified."""
    return why_not_final(session, season, now=now) is None


def why_not_final(session: Session, season: Season, *, now: datetime) -> Text | None:
    """Why nobody knows the count yet, or None."""
    log = find_log(session, season.id)
    certified = log is not None and log.certified_at is not None
    if certified and rules.has_vote_closed(season, now):
        return None
    return why_not_countable(session, season, now=now) or text(
        "The vote has closed, and its count has not been certified yet."
    )


def why_not_countable(session: Session, season: Season, *, now: datetime) -> Text | None:
    """Why the ballots can't be counted yet, or None."""
    if not rules.has_vote_closed(season, now):
        return text("The public vote has not closed yet.")
    log = find_log(session, season.id)
    count = count_ballots(session, season, now=now)
    if log is None or log.closed_at is None:
        if count.pending and not rules.is_box_shut(season, now):
            return text(
                "The public vote has closed, but ballots that were mailed in time may be confirmed "
                "for %(minutes)s minutes after closing. Please wait until then.",
                minutes=int(rules.LATE_CONFIRMATION.total_seconds() // 60),
            )
        return text("The list of the vote is being closed. That takes a minute or two.")
    if count.held:
        return text(
            "%(n)s ballots are held, and two people have to decide about them first.",
            n=count.held,
        )
    return None


def candidates_of(session: Session, season_id: int) -> list[Candidate]:
    return list(
        session.scalars(
            select(Candidate).where(Candidate.season_id == season_id).order_by(Candidate.id)
        )
    )


def tally(session: Session, season: Season) -> Tally:
    """What the certified count says.

    Whoever calls has asked whether this may be seen: `results_for` does.
    """
    known = [each for each in candidates_of(session, season.id) if each.points is not None]
    counted = session.scalars(
        select(PickCount).where(PickCount.candidate_id.in_([each.id for each in known]))
    ).all()
    by_lane: dict[int, Counter[Lane]] = defaultdict(Counter)
    for each in counted:
        by_lane[each.candidate_id][Lane(each.lane)] += each.picks
    picked = [each for each in known if by_lane[each.id]]
    ranked = sorted(picked, key=lambda each: (-(each.points or 0), each.id))
    return Tally(
        [Line(each.entry_id, by_lane[each.id], each.points or 0) for each in ranked],
        rules.lanes_in_use(each.lane for each in counted),
    )


def results_for(session: Session, actor: User | None, season: Season, *, now: datetime) -> Tally:
    """The tally, for organizers once it is certified, for everybody once it is announced too.

    Raises NotAllowed before that, for organizers as for anybody.
    """
    require(is_final(session, season, now=now))
    if not contest.is_announced(season, now):
        require(actor is not None and permissions.can_run_vote(actor))
    return tally(session, season)


def was_on_ballot(session: Session, entry_id: int) -> bool:
    """Whether people could pick this entry: what they did must not lose its meaning."""
    found = select(Candidate.id).where(Candidate.entry_id == entry_id).limit(1)
    return session.scalar(found) is not None
