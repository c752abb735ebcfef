"""The count: opening every ballot in the box once the log is closed, and certifying it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, jobs
from app.core.errors import Refused, require
from app.core.jobs import RunningJob
from app.core.sealing import Sealer
from app.core.signing import Keyring
from app.voting import permissions, queries, rules
from app.voting.models import (
    Ballot,
    BallotEvent,
    BlockedVoter,
    PickCount,
    Slip,
    SlipBatch,
)
from app.voting.rules import BallotStatus, EventKind
from app.voting.services.log import append, get_log, sign_head

AT_ONCE = 20_000
REVEALED = (BallotStatus.CAST, BallotStatus.INVALID)
"""What the log tells the picks of: all that counts, and what was looked at and not counted."""


def ask_for_count(session: Session, *, actor: User, season: Season, now: datetime) -> None:
    """Have the ballots counted, in the background. Raises Refused while anything may still change
    the count, and when it was certified already."""
    require(permissions.can_run_vote(actor))
    if reason := queries.why_not_countable(session, season, now=now):
        raise Refused(reason)
    log = queries.find_log(session, season.id)
    if log is None or log.certified_at is not None:
        return
    log.count_asked_at = now
    audit.record(session, actor, "vote.count-asked", season.id)
    jobs.enqueue(session, "voting.count", subject=f"count:{season.id}", season_id=season.id)


def count_votes(job: RunningJob, *, season_id: int) -> None:
    """The work of the job: reveal, count, certify. Begun anew after a kill, it goes on behind the
    last ballot that the log reveals."""
    platform = job.platform
    with platform.sessions() as session:
        season = contest.get_season(session, season_id)
        log = queries.find_log(session, season_id)
        if log is None or log.closed_size is None or log.certified_at is not None:
            return
        closed_size, done = log.closed_size, log.size - log.closed_size
        count = _Count.of(session, platform.voters, season)
        total = session.scalar(select(func.count(Ballot.id)).where(_revealed(season_id))) or 1
    with platform.sessions() as reading:
        for chunk in _chunks(reading, season_id):
            records = count.add(chunk)
            if count.seen > done:
                with job.transaction() as session:
                    log = get_log(session, platform.voters, season)
                    # Only what is not there yet: a run that was killed may have got further.
                    missing = count.seen - (log.size - closed_size)
                    append(session, log, records[-missing:] if missing > 0 else [])
            job.renew(count.seen / total)
    with job.transaction() as session:
        certify(session, platform.voters, season, count, now=job.now())


def count_at_once(session: Session, *, voters: Keyring, season: Season, now: datetime) -> None:
    """Count a closed vote in this transaction, as the demonstration does."""
    count = _Count.of(session, voters, season)
    log = get_log(session, voters, season)
    for chunk in _chunks(session, season.id):
        append(session, log, count.add(chunk))
    certify(session, voters, season, count, now=now)


@dataclass
class _Count:
    """What was counted so far."""

    sealer: Sealer
    marks: Mapping[int, str]
    picks: Counter[rules.PicksOf] = field(default_factory=Counter)
    ballots: Counter[str] = field(default_factory=Counter)
    seen: int = 0

    @classmethod
    def of(cls, session: Session, voters: Keyring, season: Season) -> _Count:
        sealer = queries.sealer_of(queries.get_signer(session, voters, season.id))
        known = queries.candidates_of(session, season.id)
        return cls(sealer, {each.id: each.mark for each in known})

    def add(self, chunk: Sequence[_Row]) -> list[rules.Record]:
        """Count some ballots; the lines that reveal them."""
        records = []
        for number, lane, status, sealed, school_id in chunk:
            nonce, picked = queries.open_picks(self.sealer, number=number, sealed=sealed)
            marks = [self.marks[each] for each in picked]
            records.append(rules.reveal_record(number=number, nonce=nonce, marks=marks))
            if status == BallotStatus.CAST:
                self.ballots[lane] += 1
                self.picks.update((each, lane, school_id) for each in picked)
        self.seen += len(records)
        return records


def _revealed(season_id: int) -> ColumnElement[bool]:
    return and_(Ballot.season_id == season_id, Ballot.status.in_(REVEALED))


_Row = tuple[str, str, str, bytes, int | None]


def _chunks(session: Session, season_id: int) -> Iterator[list[_Row]]:
    """Number, lane, status, sealed picks and the slip's school of each ballot that is revealed, by
    number: an order that tells nothing."""
    after = ""
    while True:
        found = session.execute(
            select(Ballot.number, Ballot.lane, Ballot.status, Ballot.sealed, SlipBatch.school_id)
            .outerjoin(Slip, Slip.id == Ballot.slip_id)
            .outerjoin(SlipBatch, SlipBatch.id == Slip.batch_id)
            .where(_revealed(season_id), Ballot.number > after)
            .order_by(Ballot.number)
            .limit(AT_ONCE)
        )
        rows: list[_Row] = [(*row,) for row in found]
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def certify(
    session: Session, voters: Keyring, season: Season, count: _Count, *, now: datetime
) -> None:
    """Write the count down, for the organizers now and for everybody with the announcement."""
    log = get_log(session, voters, season)
    if log.certified_at is not None:
        return
    session.add_all(
        PickCount(candidate_id=candidate_id, lane=lane, school_id=school_id, picks=number)
        for (candidate_id, lane, school_id), number in count.picks.items()
    )
    points = rules.points_of(rules.formula_of(season), count.picks)
    known = queries.candidates_of(session, season.id)
    for each in known:
        each.points = points.get(each.id, 0)
    append(
        session,
        log,
        [
            rules.tally_record(
                ballots=count.ballots, points={each.mark: points.get(each.id, 0) for each in known}
            )
        ],
    )
    sign_head(session, voters, log, now=now)
    log.certified_at = now
    log.figures = _figures(session, season)
    session.flush()
    audit.record(session, None, "vote.certified", season.id, ballots=sum(count.ballots.values()))


def _figures(session: Session, season: Season) -> dict[str, object]:
    """The numbers of the integrity report."""
    by_status = session.execute(
        select(Ballot.lane, Ballot.status, func.count(Ballot.id).label("ballots"))
        .where(Ballot.season_id == season.id, Ballot.cast_at.is_not(None))
        .group_by(Ballot.lane, Ballot.status)
    )
    standing: dict[str, dict[str, int]] = {}
    for row in by_status:
        standing.setdefault(row.lane, {})[row.status] = row.ballots
    events = session.execute(
        select(BallotEvent.kind, BallotEvent.reason, func.count(BallotEvent.id).label("ballots"))
        .where(BallotEvent.season_id == season.id)
        .where(BallotEvent.kind.in_([EventKind.HELD, EventKind.RELEASED, EventKind.INVALIDATED]))
        .group_by(BallotEvent.kind, BallotEvent.reason)
        .order_by(BallotEvent.kind, BallotEvent.reason)
    )
    blocked = session.scalar(
        select(func.count(BlockedVoter.id)).where(BlockedVoter.season_id == season.id)
    )
    return {
        "standing": standing,
        "decisions": [[row.kind, row.reason, row.ballots] for row in events],
        "disowned_mailboxes": blocked,
    }
