"""The season's key: what stands for a voter, and forgetting who voted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import audit
from app.core.signing import Keyring
from app.voting import queries, rules
from app.voting.models import (
    Ballot,
    BallotTrace,
    BlockedVoter,
    Candidate,
    PickCount,
    SlipBatch,
    VoteKey,
    Witness,
)
from app.voting.rules import BallotStatus


def voter_key(session: Session, voters: Keyring, season: Season, address: str) -> str:
    """What stands for a mailbox in this season; without the key nobody can tell which.

    Raises Refused when the season's key is missing or destroyed.
    """
    signer = queries.get_signer(session, voters, season.id)
    return signer.digest(f"voter|v1|{season.id}", rules.normalize_voter(address))


def note_key(session: Session, season: Season, now: datetime) -> None:
    """Record that the season has a key, so that a lost one is not replaced by another."""
    if queries.find_vote_key(session, season.id) is None:
        try:
            with session.begin_nested():
                session.add(VoteKey(season_id=season.id, made_at=now))
        except IntegrityError:
            return  # The first two ballots came at once: the other one has noted it.


def forget_pending(session: Session, *, now: datetime) -> None:
    """Delete ballots that nobody confirmed within two days."""
    session.execute(
        delete(Ballot).where(
            Ballot.status.in_([BallotStatus.PENDING, BallotStatus.VOID]),
            Ballot.cast_at.is_(None),
            Ballot.created_at < now - rules.PENDING_KEPT,
        )
    )


def forget_voters(session: Session, voters: Keyring, *, season: Season, now: datetime) -> bool:
    """Cut every tie between the season's ballots and mailboxes, for good: the hashes and traces
    go, ballots that were never cast go, moments become hours, witnesses' addresses go, and the key
    is destroyed. What is in the log stays, and so does the count.

    False when the key's file is not on this machine: the rows are cleared all the same, but the
    key can't be called destroyed. Harmless when run twice. Whoever calls has asked the schedule.
    """
    mine = select(Ballot.id).where(Ballot.season_id == season.id)
    session.execute(delete(BallotTrace).where(BallotTrace.ballot_id.in_(mine)))
    session.execute(delete(Ballot).where(Ballot.season_id == season.id, Ballot.cast_at.is_(None)))
    rough = rules.hour_of(season.vote_closes_at)
    session.execute(
        update(Ballot)
        .where(Ballot.season_id == season.id, Ballot.voter_key.is_not(None))
        .values(voter_key=None, sealed=b"", created_at=rough, cast_at=rough)
    )
    for table in (BlockedVoter, Witness):
        session.execute(delete(table).where(table.season_id == season.id))
    session.expire_all()
    key = queries.find_vote_key(session, season.id)
    if key is None:
        # Nobody asked for a ballot, or it was before keys were noted down: none can be made now.
        key = VoteKey(season_id=season.id, made_at=now)
        session.add(key)
        voters.make(key.name)
    if key.destroyed_at is not None:
        return True
    if not key.shared and not voters.destroy(key.name):
        return False
    key.destroyed_at = now
    session.flush()
    audit.record(session, None, "vote.key-destroyed", season.id, shared=key.shared)
    return True


def leave_votes(session: Session, *, school_id: int, entry_ids: Collection[int]) -> None:
    """Cut the ties between a vote and a school that is erased. Ballots and log stay as they are:
    they name neither."""
    session.execute(
        update(Candidate).where(Candidate.entry_id.in_(entry_ids)).values(entry_id=None)
    )
    for table in (SlipBatch, PickCount):
        session.execute(update(table).where(table.school_id == school_id).values(school_id=None))


def give_up_key(session: Session, *, season: Season, now: datetime) -> None:
    """Record that the key of a season is gone although this machine never saw it go, as whoever
    runs the installation says."""
    key = queries.find_vote_key(session, season.id)
    if key is not None and key.destroyed_at is None:
        key.destroyed_at = now
        audit.record(session, None, "vote.key-destroyed", season.id, said=True)
