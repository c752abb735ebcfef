"""Reading the public log of a vote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contest import rules as contest
from app.contest.models import Season
from app.core.errors import NotFound
from app.voting import rules
from app.voting.models import Ballot, BallotEvent, LogLeaf, TreeHead, VoteLog, Witness
from app.voting.rules import BallotStatus, EventKind

_LINES_AT_ONCE = 5000


def find_log(session: Session, season_id: int) -> VoteLog | None:
    return session.scalar(select(VoteLog).where(VoteLog.season_id == season_id))


def is_closed(session: Session, season_id: int, *, hold: bool = False) -> bool:
    """Whether nothing can come into the season's log any more; with `hold` nobody can close it
    until the transaction ends."""
    query = select(VoteLog.closed_at).where(VoteLog.season_id == season_id)
    return session.scalar(query.with_for_update(read=True) if hold else query) is not None


def public_size(log: VoteLog, season: Season, now: datetime) -> int:
    """How many lines anybody may read: what tells the picks waits for the announcement."""
    if log.closed_size is not None and not contest.is_announced(season, now):
        return log.closed_size
    return log.size


def is_revealed(log: VoteLog | None, season: Season, now: datetime) -> bool:
    """Whether everybody may see what came out: the count is certified and announced."""
    return log is not None and log.certified_at is not None and contest.is_announced(season, now)


def is_recountable(session: Session, season: Season, now: datetime) -> bool:
    """Whether everybody may count the season's ballots; votes of old were counted without a log."""
    log = find_log(session, season.id)
    return log is not None and log.public_key != "" and is_revealed(log, season, now)


def heads(
    session: Session, season_id: int, *, size: int, most: int | None = None
) -> list[TreeHead]:
    """Signed heads of the first `size` lines, newest first."""
    query = (
        select(TreeHead)
        .where(TreeHead.season_id == season_id, TreeHead.size <= size)
        .order_by(TreeHead.size.desc())
    )
    return list(session.scalars(query.limit(most) if most is not None else query))


def lines(session: Session, season_id: int, *, size: int) -> Iterator[str]:
    """The log as it is downloaded, line by line: its first `size` records, and every signed head
    right behind the last line it speaks for."""
    known = list(reversed(heads(session, season_id, size=size)))
    place = 0
    for start in range(0, size, _LINES_AT_ONCE):
        records = session.scalars(
            select(LogLeaf.record)
            .where(LogLeaf.season_id == season_id)
            .where(LogLeaf.place >= start, LogLeaf.place < min(start + _LINES_AT_ONCE, size))
            .order_by(LogLeaf.place)
        )
        for record in records:
            place += 1
            yield record
            while known and known[0].size == place:
                head = known.pop(0)
                yield rules.head_line(
                    size=head.size, root=head.root, moment=head.at, signature=head.signature
                )


def witnesses(session: Session, season_id: int) -> list[Witness]:
    return list(
        session.scalars(select(Witness).where(Witness.season_id == season_id).order_by(Witness.id))
    )


@dataclass(frozen=True)
class Logged:
    """What the log says about one ballot."""

    place: int
    """Which line of the log it is, counted from one."""
    hour: datetime
    lane: str
    commitment: str
    standing: EventKind
    """What became of it last; being replaced or disowned is for good."""


def find_logged(session: Session, season_id: int, number: str, *, size: int) -> Logged | None:
    """What the first `size` lines say about the ballot of this number; None when nothing."""
    rows = session.execute(
        select(LogLeaf.place, BallotEvent.kind, BallotEvent.hour, Ballot.lane, Ballot.commitment)
        .join(BallotEvent, BallotEvent.id == LogLeaf.event_id)
        .join(Ballot, Ballot.id == BallotEvent.ballot_id)
        .where(LogLeaf.season_id == season_id, LogLeaf.place < size, Ballot.number == number)
        .order_by(LogLeaf.place)
    ).all()
    if not rows:
        return None
    first = rows[0]
    return Logged(
        first.place + 1,
        first.hour,
        first.lane,
        first.commitment,
        rules.standing_after([EventKind(row.kind) for row in rows]),
    )


def find_listing(session: Session, season_id: int, number: str) -> datetime | None:
    """When the ballot of this number comes or came into the list; None for one never cast."""
    hour = session.scalar(
        select(BallotEvent.hour)
        .join(Ballot, Ballot.id == BallotEvent.ballot_id)
        .where(Ballot.number == number, BallotEvent.season_id == season_id)
        .where(BallotEvent.kind == EventKind.CAST)
    )
    return None if hour is None else hour + timedelta(hours=1)


def ballots_that_count(log: VoteLog) -> int:
    """How many ballots the certified count is made of."""
    standing = log.figures.get("standing", {})
    return sum(by_status.get(BallotStatus.CAST, 0) for by_status in standing.values())


def get_witness(session: Session, season_id: int, witness_id: int) -> Witness:
    found = session.get(Witness, witness_id)
    if found is None or found.season_id != season_id:
        raise NotFound
    return found
