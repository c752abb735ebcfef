"""Casting a ballot, and disowning one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, insert, select, update
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


_ASKED = _BALLOTS.alias("asked")
_ALL_THAT_DECIDES = (
    select(
        _ASKED.c.number.label(name="asked"),
        _BALLOTS.c.id,
        _BALLOTS.c.number,
        _BALLOTS.c.status,
        _BALLOTS.c.season_id,
        _BALLOTS.c.voter_key,
        _BALLOTS.c.created_at,
        _SEASONS.c.vote_opens_at,
        _SEASONS.c.vote_closes_at,
        _SEASONS.c.announced_at,
        _LOGS.c.closed_at,
    )
    .select_from(
        _ASKED.join(
            _BALLOTS,
            (_BALLOTS.c.season_id == _ASKED.c.season_id)
            & (_BALLOTS.c.voter_key == _ASKED.c.voter_key),
        )
        .join(_SEASONS, _SEASONS.c.id == _BALLOTS.c.season_id)
        .outerjoin(_LOGS, _LOGS.c.season_id == _BALLOTS.c.season_id)
    )
    .where(_ASKED.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(_BALLOTS.c.id)
    .with_for_update(of=_BALLOTS)
)
"""All ballots of some voters, by the number of one of each, with the dates and the log of their
vote. Locked in one order, as in `lock_ballots`."""


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
    session.execute(_NOTE, _event(ballot.id, season_id, kind, now=now, by=by, reason=reason))


def _event(
    ballot_id: int,
    season_id: int,
    kind: EventKind,
    *,
    now: datetime,
    by: str = "",
    reason: str = "",
) -> dict[str, object]:
    return {
        "season_id": season_id,
        "ballot_id": ballot_id,
        "kind": kind,
        "hour": rules.hour_of(now),
        "by": by,
        "reason": reason,
    }


def cast_ballot(session: Session, *, ballot: Ballot, now: datetime) -> None:
    """As `cast_all`, for a ballot at hand; raises what that gives."""
    (refusal,) = cast_all(session, [ballot.number], now=now)
    session.expire_all()
    if refusal is not None:
        raise refusal


def cast_all(
    session: Session, numbers: Sequence[str], *, now: datetime
) -> list[Refused | NotFound | None]:
    """Put ballots into the box; a voter's earlier one, if there is one, no longer counts.

    For each number None, Refused for a ballot that was replaced or disowned or when the vote is
    closed, NotFound for one that was forgotten meanwhile. Casting a cast ballot changes nothing.

    This is what a whole school does within a minute, and the ballots of one moment come together
    (`Together`): one statement reads and holds all that decides, two write, and no object is made
    of it.
    """
    refusals: dict[str, Refused | NotFound | None] = {}
    waiting = list(dict.fromkeys(numbers))
    while waiting:
        refused, waiting = _cast_one_of_each_voter(session, waiting, now)
        refusals |= refused
    return [refusals[number] for number in numbers]


def _cast_one_of_each_voter(
    session: Session, numbers: Sequence[str], now: datetime
) -> tuple[dict[str, Refused | NotFound | None], list[str]]:
    """What became of them, and the numbers left: further ones of voters who cast one just now."""
    read: dict[str, list[Row[*tuple[Any, ...]]]] = {number: [] for number in numbers}
    for row in session.execute(_ALL_THAT_DECIDES, {"numbers": list(numbers)}):
        read[row.asked].append(row)
    refusals: dict[str, Refused | NotFound | None] = {}
    voters, left, first = set(), [], []
    for number, rows in read.items():
        found = next((row for row in rows if row.number == number), None)
        if found is not None:
            voter = (found.season_id, found.voter_key)
            if voter in voters:
                left.append(number)
                continue
            voters.add(voter)
        refusals[number] = refusal = _why_not_cast(found, now)
        if found is None or refusal is not None or found.status in rules.IN_THE_BOX:
            continue
        ballot = Mine(found.id, found.number, found.status)
        if any(row.status in rules.IN_THE_BOX for row in rows):
            mine = [Mine(row.id, row.number, row.status) for row in rows]
            put_in_box(session, found.season_id, ballot, mine, now=now)
        else:
            first.append(found)
    if first:
        session.execute(_CAST, [{"ballot": found.id, "now": now} for found in first])
        session.execute(
            _NOTE, [_event(found.id, found.season_id, EventKind.CAST, now=now) for found in first]
        )
    return refusals, left


def _why_not_cast(found: Row[*tuple[Any, ...]] | None, now: datetime) -> Refused | NotFound | None:
    if found is None:
        return NotFound()
    if found.status in rules.IN_THE_BOX:
        return None
    reason = rules.why_not_castable(found.status, found.created_at, cast(VoteDates, found), now)
    if not reason and found.closed_at is not None:
        reason = text("The vote has closed.")
    return Refused(reason) if reason else None


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
