"""Casting a ballot, and disowning one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.contest.rules import VoteDates
from app.core import audit
from app.core.errors import NotFound, Refused
from app.texts import text
from app.voting import queries, rules
from app.voting.models import Ballot, BlockedVoter, HeldBallot
from app.voting.rules import BallotStatus, EventKind, Reason

_TABLES = Ballot.metadata.tables
_BALLOTS, _SEASONS, _LOGS = _TABLES["ballots"], _TABLES["seasons"], _TABLES["vote_logs"]
_NOTE = insert(_TABLES["ballot_events"])
_CAST = (
    update(_BALLOTS)
    .where(_BALLOTS.c.id == bindparam("ballot"))
    .values(status=BallotStatus.CAST, cast_at=bindparam("now"))
)


@dataclass(frozen=True)
class Mine:
    """What is known of one of a voter's ballots while they are all held."""

    id: int
    number: str
    status: str


def lock_ballots(session: Session, season_id: int, voter_key: str) -> list[Mine]:
    """All ballots of a voter, read anew and held until the transaction ends.

    Locked in one order, so that two requests of one voter wait for each other and never in a
    circle. (SQLite has one writer at a time and needs no locks.)
    """
    rows = session.execute(
        select(_BALLOTS.c.id, _BALLOTS.c.number, _BALLOTS.c.status)
        .where(_BALLOTS.c.season_id == season_id, _BALLOTS.c.voter_key == voter_key)
        .order_by(_BALLOTS.c.id)
        .with_for_update()
    )
    return [Mine(*row) for row in rows]


_SAME_VOTER = _BALLOTS.alias("asked")
_ALL_THAT_DECIDES = (
    select(
        _BALLOTS.c.id,
        _BALLOTS.c.number,
        _BALLOTS.c.status,
        _BALLOTS.c.season_id,
        _BALLOTS.c.created_at,
        _SEASONS.c.vote_opens_at,
        _SEASONS.c.vote_closes_at,
        _SEASONS.c.announced_at,
        _LOGS.c.closed_at,
    )
    .select_from(
        _SAME_VOTER.join(
            _BALLOTS,
            (_BALLOTS.c.season_id == _SAME_VOTER.c.season_id)
            & (_BALLOTS.c.voter_key == _SAME_VOTER.c.voter_key),
        )
        .join(_SEASONS, _SEASONS.c.id == _BALLOTS.c.season_id)
        .outerjoin(_LOGS, _LOGS.c.season_id == _BALLOTS.c.season_id)
    )
    .where(_SAME_VOTER.c.number == bindparam("number"))
    .order_by(_BALLOTS.c.id)
    .with_for_update(of=_BALLOTS)
)
"""A voter's ballots, by the number of one, with the dates and the log of their vote."""


def note_event(
    session: Session,
    ballot: Ballot | Mine,
    season_id: int,
    kind: EventKind,
    *,
    now: datetime,
    by: str = "",
    reason: str = "",
) -> None:
    """Write down what became of a ballot; the log tells it with the hour."""
    session.execute(
        _NOTE,
        {
            "season_id": season_id,
            "ballot_id": ballot.id,
            "kind": kind,
            "hour": rules.hour_of(now),
            "by": by,
            "reason": reason,
        },
    )


def cast_ballot(session: Session, *, ballot: Ballot, now: datetime) -> None:
    """As `cast_numbered`, for a ballot at hand."""
    cast_numbered(session, number=ballot.number, now=now)
    session.expire_all()


def cast_numbered(session: Session, *, number: str, now: datetime) -> None:
    """Put a ballot into the box; the voter's earlier one, if there is one, no longer counts.

    Casting a cast ballot changes nothing. Raises Refused for one that was replaced or disowned, or
    when the vote is closed, NotFound for one that was forgotten meanwhile.

    This is what a whole school does within a minute: one statement reads and holds all that
    decides, two write, and no object is made of it.
    """
    rows = session.execute(_ALL_THAT_DECIDES, {"number": number}).all()
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise NotFound
    if found.status in rules.IN_THE_BOX:
        return
    if reason := rules.why_not_castable(
        found.status, found.created_at, cast(VoteDates, found), now
    ):
        raise Refused(reason)
    if found.closed_at is not None:
        raise Refused(text("The vote has closed."))
    mine = [Mine(row.id, row.number, row.status) for row in rows]
    ballot = Mine(found.id, found.number, found.status)
    put_in_box(session, found.season_id, ballot, mine, now=now)


def put_in_box(
    session: Session, season_id: int, ballot: Mine, mine: Sequence[Mine], *, now: datetime
) -> None:
    """Cast a ballot in the place of whichever of its voter's is in the box.

    One that takes the place of a held ballot is held as well: voting again is no way around the
    two people who are to look at it.
    """
    held_by = None
    for other in mine:
        # The database allows one such ballot a voter at any moment: the old one leaves first.
        if other.id != ballot.id and other.status in rules.IN_THE_BOX:
            held_by = held_by or session.get(HeldBallot, other.id)
            _set(session, other.id, status=BallotStatus.SUPERSEDED)
            note_event(session, other, season_id, EventKind.SUPERSEDED, now=now, by=ballot.number)
    session.execute(_CAST, {"ballot": ballot.id, "now": now})
    note_event(session, ballot, season_id, EventKind.CAST, now=now)
    if held_by is not None:
        hold(session, ballot, season_id, held_by.anomaly_id, reason=Reason.FOLLOWS, now=now)


def _set(session: Session, ballot_id: int, **values: object) -> None:
    session.execute(update(_BALLOTS).where(_BALLOTS.c.id == ballot_id), values)


def hold(
    session: Session,
    ballot: Ballot | Mine,
    season_id: int,
    anomaly_id: int,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Set a cast ballot aside; it stays in the box."""
    _set(session, ballot.id, status=BallotStatus.HELD)
    session.add(HeldBallot(ballot_id=ballot.id, anomaly_id=anomaly_id))
    note_event(session, ballot, season_id, EventKind.HELD, now=now, reason=reason)


def block_voter(
    session: Session, *, season: Season, voter_key: str, number: str, now: datetime
) -> None:
    """The mailbox's owner says that ballot `number` was somebody else's doing.

    It and whatever is still pending for that mailbox becomes void, and no more mail goes there
    this season, also when the ballot is forgotten already. Other ballots the owner cast stay, and
    so does a count that is final.
    """
    # The log's row is held meanwhile: it can't be closed before it tells of this.
    closed = rules.is_box_shut(season, now) or queries.is_closed(session, season.id, hold=True)
    for ballot in lock_ballots(session, season.id, voter_key):
        if ballot.number == number and ballot.status in rules.IN_THE_BOX and not closed:
            note_event(session, ballot, season.id, EventKind.VOIDED, now=now)
            _set(session, ballot.id, status=BallotStatus.VOID)
        elif ballot.status == BallotStatus.PENDING:
            _set(session, ballot.id, status=BallotStatus.VOID)
    session.expire_all()
    if not queries.is_blocked(session, season.id, voter_key):
        try:
            with session.begin_nested():
                session.add(BlockedVoter(season_id=season.id, voter_key=voter_key, at=now))
        except IntegrityError:
            return  # Pressed twice at once: the other one has done it.
        audit.record(session, None, "ballot.disowned", number)
