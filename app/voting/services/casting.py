"""Casting a ballot, and disowning one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import NotFound, Refused
from app.texts import text
from app.voting import queries, rules
from app.voting.models import Ballot, BallotEvent, BlockedVoter, HeldBallot
from app.voting.rules import BallotStatus, EventKind


def lock_ballots(
    session: Session, season_id: int, voter_key: str | None, ballot_id: int | None = None
) -> list[Ballot]:
    """All ballots of a voter, read anew and held until the transaction ends; where nobody knows
    the voter, the one ballot.

    Locked in one order, so that two requests of one voter wait for each other and never in a
    circle. (SQLite has one writer at a time and needs no locks.)
    """
    query = select(Ballot).where(Ballot.season_id == season_id)
    if voter_key is None:
        query = query.where(Ballot.id == ballot_id)
    else:
        query = query.where(Ballot.voter_key == voter_key)
    return list(
        session.scalars(
            query.order_by(Ballot.id).with_for_update().execution_options(populate_existing=True)
        )
    )


def note_event(
    session: Session,
    ballot: Ballot,
    kind: EventKind,
    *,
    now: datetime,
    by: str = "",
    reason: str = "",
) -> None:
    """Write down what became of a ballot; the log tells it with the hour."""
    session.add(
        BallotEvent(
            season_id=ballot.season_id,
            ballot_id=ballot.id,
            kind=kind,
            hour=rules.hour_of(now),
            by=by,
            reason=reason,
        )
    )


def cast_ballot(session: Session, *, ballot: Ballot, now: datetime) -> None:
    """Put a ballot into the box; the voter's earlier one, if there is one, no longer counts.

    Casting a cast ballot changes nothing. Raises Refused for one that was replaced or disowned, or
    when the vote is closed, NotFound for one that was forgotten meanwhile.
    """
    mine = lock_ballots(session, ballot.season_id, ballot.voter_key, ballot.id)
    if ballot not in mine:
        raise NotFound
    if ballot.status in rules.IN_THE_BOX:
        return
    season = contest.get_season(session, ballot.season_id)
    if reason := rules.why_not_castable(ballot, season, now):
        raise Refused(reason)
    if queries.is_closed(session, season.id):
        raise Refused(text("The vote has closed."))
    put_in_box(session, ballot, mine, now=now)


def put_in_box(session: Session, ballot: Ballot, mine: Sequence[Ballot], *, now: datetime) -> None:
    """Cast a ballot in the place of whichever of its voter's is in the box.

    One that takes the place of a held ballot is held as well: voting again is no way around the
    two people who are to look at it.
    """
    held_by = None
    for other in mine:
        if other.status in rules.IN_THE_BOX:
            held_by = held_by or session.get(HeldBallot, other.id)
            other.status = BallotStatus.SUPERSEDED
            note_event(session, other, EventKind.SUPERSEDED, now=now, by=ballot.number)
            # The database allows one such ballot a voter at any moment: the old one leaves first.
            session.flush()
    ballot.status, ballot.cast_at = BallotStatus.CAST, now
    note_event(session, ballot, EventKind.CAST, now=now)
    session.flush()
    if held_by is not None:
        hold(session, ballot, held_by.anomaly_id, reason="follows", now=now)


def hold(session: Session, ballot: Ballot, anomaly_id: int, *, reason: str, now: datetime) -> None:
    """Set a cast ballot aside; it stays in the box."""
    ballot.status = BallotStatus.HELD
    session.add(HeldBallot(ballot_id=ballot.id, anomaly_id=anomaly_id))
    note_event(session, ballot, EventKind.HELD, now=now, reason=reason)
    session.flush()


def block_voter(
    session: Session, *, season: Season, voter_key: str, number: str, now: datetime
) -> None:
    """The mailbox's owner says that ballot `number` was somebody else's doing.

    It and whatever is still pending for that mailbox becomes void, and no more mail goes there
    this season, also when the ballot is forgotten already. Other ballots the owner cast stay, and
    so does a count that is final.
    """
    for ballot in lock_ballots(session, season.id, voter_key):
        disowned = ballot.number == number and not rules.is_box_shut(season, now)
        if disowned and ballot.status in rules.IN_THE_BOX:
            note_event(session, ballot, EventKind.VOIDED, now=now)
            ballot.status = BallotStatus.VOID
        elif ballot.status == BallotStatus.PENDING:
            ballot.status = BallotStatus.VOID
    if not queries.is_blocked(session, season.id, voter_key):
        try:
            with session.begin_nested():
                session.add(BlockedVoter(season_id=season.id, voter_key=voter_key, at=now))
        except IntegrityError:
            return  # Pressed twice at once: the other one has done it.
        audit.record(session, None, "ballot.disowned", number)
