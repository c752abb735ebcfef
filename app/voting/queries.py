"""Finding ballots, and counting them when counting is allowed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import rules as contest
from app.contest.models import Season
from app.core.errors import NotFound, require
from app.core.signing import Keyring, Signer
from app.texts import Text, text
from app.voting import permissions, rules
from app.voting.models import Ballot, BlockedVoter, Pick, VoteKey
from app.voting.rules import BallotStatus


@dataclass(frozen=True)
class Count:
    """How many ballots there are, whatever is on them."""

    cast: int
    pending: int


def find_ballot_by_number(session: Session, number: str) -> Ballot | None:
    return session.scalar(select(Ballot).where(Ballot.number == number))


def get_ballot_by_number(session: Session, number: str) -> Ballot:
    ballot = find_ballot_by_number(session, number)
    if ballot is None:
        raise NotFound
    return ballot


def find_vote_key(session: Session, season_id: int) -> VoteKey | None:
    return session.scalar(select(VoteKey).where(VoteKey.season_id == season_id))


def find_signer(session: Session, voters: Keyring, season_id: int) -> Signer | None:
    """What this season's voters are hashed with. None once the key is destroyed, and when it is
    missing: without it a voter could vote twice, so no ballot is taken then."""
    known = find_vote_key(session, season_id)
    if known is None:
        return voters.make(rules.key_name(season_id))
    if known.destroyed_at is not None:
        return None
    return voters.shared if known.shared else voters.find(known.name)


def code_of(session: Session, voters: Keyring, ballot: Ballot) -> str | None:
    """The code that casts a ballot where a link can't be opened; nothing of it is stored. None
    without the season's key."""
    signer = find_signer(session, voters, ballot.season_id)
    if signer is None:
        return None
    return rules.confirmation_code(signer.digest("ballot-code|v1", ballot.number))


def find_by_code(session: Session, *, voters: Keyring, number: str, code: str) -> Ballot | None:
    """The ballot that number and code belong to, as typed; None when they do not go together."""
    ballot = find_ballot_by_number(session, rules.read_letters(number))
    if ballot is None:
        return None
    right = code_of(session, voters, ballot)
    if right is None or not hmac.compare_digest(right.encode(), rules.read_letters(code).encode()):
        return None
    return ballot


def is_blocked(session: Session, season_id: int, voter_key: str) -> bool:
    """Whether the mailbox's owner asked not to be written to."""
    found = select(BlockedVoter.id).where(
        BlockedVoter.season_id == season_id, BlockedVoter.voter_key == voter_key
    )
    return session.scalar(found) is not None


def count_ballots(session: Session, season: Season, *, now: datetime) -> Count:
    """Cast ballots, and pending ones whose mail can still be answered."""
    rows = session.execute(
        select(Ballot.status, func.count(Ballot.id).label("ballots"))
        .where(
            Ballot.season_id == season.id,
            (Ballot.status == BallotStatus.CAST)
            | (
                (Ballot.status == BallotStatus.PENDING)
                & (Ballot.created_at > now - rules.CONFIRM_WITHIN)
            ),
        )
        .group_by(Ballot.status)
    )
    counted = {row.status: row.ballots for row in rows}
    return Count(counted.get(BallotStatus.CAST, 0), counted.get(BallotStatus.PENDING, 0))


def is_final(session: Session, season: Season, *, now: datetime) -> bool:
    """Whether the vote has closed and no ballot can change the count any more."""
    return why_not_final(session, season, now=now) is None


def why_not_final(session: Session, season: Season, *, now: datetime) -> Text | None:
    """Why the count may still change, or None.

    It is final when the minutes for late confirmations are over, or as soon as the vote has closed
    and nobody is left who could confirm.
    """
    if rules.is_box_shut(season, now):
        return None
    if not rules.has_vote_closed(season, now):
        return text("The public vote has not closed yet.")
    if count_ballots(session, season, now=now).pending:
        return text(
            "The public vote has closed, but ballots that were mailed in time may be confirmed for "
            "%(minutes)s minutes after closing. Please wait until then.",
            minutes=int(rules.LATE_CONFIRMATION.total_seconds() // 60),
        )
    return None


def tally(session: Session, season: Season) -> list[tuple[int, int]]:
    """Entry ids with the picks they have on cast ballots, most first.

    Whoever calls has asked whether this may be seen: `results_for` does.
    """
    picks = func.count(Pick.id).label("picks")
    rows = session.execute(
        select(Pick.entry_id, picks)
        .join(Ballot, Ballot.id == Pick.ballot_id)
        .where(Ballot.season_id == season.id, Ballot.status == BallotStatus.CAST)
        .group_by(Pick.entry_id)
        .order_by(picks.desc(), Pick.entry_id)
    )
    return [(row.entry_id, row.picks) for row in rows]


def results_for(
    session: Session, actor: User | None, season: Season, *, now: datetime
) -> list[tuple[int, int]]:
    """The tally, for organizers once the count is final, for everybody once it is announced.

    Raises NotAllowed before that, for organizers as for anybody.
    """
    if not contest.is_announced(season, now):
        require(actor is not None and permissions.can_run_vote(actor))
        require(is_final(session, season, now=now))
    return tally(session, season)
