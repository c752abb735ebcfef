"""Finding ballots, and how many there are, whatever is on them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core.errors import NotFound
from app.core.signing import Keyring
from app.voting import rules
from app.voting.models import Ballot, BlockedVoter
from app.voting.queries.keys import find_signer
from app.voting.rules import BallotStatus


@dataclass(frozen=True)
class Count:
    """How many ballots there are, whatever is on them."""

    cast: int
    pending: int
    held: int


def find_ballot_by_number(session: Session, number: str) -> Ballot | None:
    return session.scalar(select(Ballot).where(Ballot.number == number))


def get_ballot_by_number(session: Session, number: str) -> Ballot:
    ballot = find_ballot_by_number(session, number)
    if ballot is None:
        raise NotFound
    return ballot


def code_of(session: Session, voters: Keyring, season_id: int, number: str) -> str | None:
    """The code that casts a ballot where a link can't be opened; nothing of it is stored. None
    without the season's key."""
    signer = find_signer(session, voters, season_id)
    if signer is None:
        return None
    return rules.confirmation_code(signer.digest("ballot-code|v1", number))


def is_code_of(session: Session, voters: Keyring, season_id: int, number: str, code: str) -> bool:
    """Whether this is, as typed, the code that was mailed with the ballot of this number."""
    right = code_of(session, voters, season_id, number)
    typed = rules.read_letters(code)
    return right is not None and hmac.compare_digest(right.encode(), typed.encode())


def find_by_code(session: Session, *, voters: Keyring, number: str, code: str) -> Ballot | None:
    """The ballot that number and code belong to, as typed; None when they do not go together."""
    ballot = find_ballot_by_number(session, rules.read_letters(number))
    if ballot is None or not is_code_of(session, voters, ballot.season_id, ballot.number, code):
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
            Ballot.status.in_(rules.IN_THE_BOX)
            | (
                (Ballot.status == BallotStatus.PENDING)
                & (Ballot.created_at > now - rules.CONFIRM_WITHIN)
            ),
        )
        .group_by(Ballot.status)
    )
    counted = {row.status: row.ballots for row in rows}
    return Count(
        counted.get(BallotStatus.CAST, 0),
        counted.get(BallotStatus.PENDING, 0),
        counted.get(BallotStatus.HELD, 0),
    )
