"""Asking for a ballot, casting it, disowning it, forgetting what was never cast."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import NotFound, Refused
from app.core.limits import Limits
from app.core.signing import Keyring
from app.entries.models import Entry
from app.texts import text
from app.voting import notifications, queries, rules
from app.voting.models import Ballot, BlockedVoter, Pick, VoteKey
from app.voting.rules import BallotStatus


def voter_key(session: Session, voters: Keyring, season: Season, address: str) -> str:
    """What stands for a mailbox in this season; without the key nobody can tell which.

    Raises Refused when the season's key is missing or destroyed.
    """
    signer = queries.find_signer(session, voters, season.id)
    if signer is None:
        raise Refused(
            text(
                "No ballot can be taken at the moment, because something is missing on our side. "
                "Please tell the organizers. Nothing was kept of what you typed."
            )
        )
    return signer.digest(f"voter|v1|{season.id}", rules.normalize_voter(address))


def _note_key(session: Session, season: Season, now: datetime) -> None:
    """Record that the season has a key, so that a lost one is not replaced by another."""
    if queries.find_vote_key(session, season.id) is None:
        try:
            with session.begin_nested():
                session.add(VoteKey(season_id=season.id, made_at=now))
        except IntegrityError:
            return  # The first two ballots came at once: the other one has noted it.


def new_ballot_number() -> str:
    """Random, public and unguessable."""
    return "".join(secrets.choice(rules.LETTERS) for _ in range(rules.NUMBER_LENGTH))


def spend_mail(limits: Limits, key: str, *, now: datetime) -> bool:
    """Count one request for a voter; whether a mail may still go to that mailbox today. As
    `Limits.take`."""
    return limits.take("ballot-mail", key, most=rules.MAILS_MOST, per=rules.MAILS_PER, now=now)


def spend_ballot(limits: Limits, network: str, *, now: datetime) -> bool:
    """Count one ballot asked for from a network; whether it may still ask for one. As
    `Limits.take`."""
    return all(
        limits.take(
            f"ballots-from-{int(per.total_seconds())}", network, most=most, per=per, now=now
        )
        for most, per in rules.BALLOTS_FROM
    )


def request_ballot(
    session: Session,
    *,
    voters: Keyring,
    season: Season,
    finalists: Sequence[Entry],
    address: str,
    picks: Sequence[int],
    within_limit: bool,
    now: datetime,
) -> None:
    """Keep a pending ballot and mail its link to `address`, which is not kept.

    `within_limit` is `spend_mail`'s answer. A mailbox over the limit, or whose owner does not want
    to be written to, gets nothing; whoever asked can't tell. Raises Refused when nobody may vote
    now or the picks are wrong.
    """
    if reason := rules.why_not_votable(season, now):
        raise Refused(reason)
    on_ballot = {entry.id: entry for entry in finalists}
    if reason := rules.why_not_picks(picks, on_ballot, season.picks_most):
        raise Refused(reason)
    key = voter_key(session, voters, season, address)
    _note_key(session, season, now)
    if not within_limit or queries.is_blocked(session, season.id, key):
        return
    chosen = list(dict.fromkeys(picks))
    ballot = Ballot(
        season_id=season.id,
        number=new_ballot_number(),
        voter_key=key,
        created_at=now,
        picks=[Pick(entry_id=entry_id) for entry_id in chosen],
    )
    session.add(ballot)
    session.flush()
    mail.send(
        session,
        notifications.confirm(
            address,
            season=season,
            ballot=ballot,
            titles=[on_ballot[entry_id].title for entry_id in chosen],
            code=queries.code_of(session, voters, ballot) or "",
        ),
    )


def _lock(
    session: Session, season_id: int, voter_key: str | None, ballot_id: int | None = None
) -> list[Ballot]:
    """All ballots of a voter, read anew and held until the transaction ends; where no mailbox was
    asked, the one ballot.

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


def cast_ballot(session: Session, *, ballot: Ballot, now: datetime) -> None:
    """Put a ballot into the box; the voter's earlier one, if there is one, no longer counts.

    Casting a cast ballot changes nothing. Raises Refused for one that was replaced or disowned, or
    when the vote is closed, NotFound for one that was forgotten meanwhile.
    """
    mine = _lock(session, ballot.season_id, ballot.voter_key, ballot.id)
    if ballot not in mine:
        raise NotFound
    if ballot.status == BallotStatus.CAST:
        return
    season = contest.get_season(session, ballot.season_id)
    if reason := rules.why_not_castable(ballot, season, now):
        raise Refused(reason)
    for other in mine:
        if other.status == BallotStatus.CAST:
            other.status = BallotStatus.SUPERSEDED
    # The database allows one cast ballot a voter at any moment: the old one leaves first.
    session.flush()
    ballot.status, ballot.cast_at = BallotStatus.CAST, now
    session.flush()


def block_voter(
    session: Session, *, season: Season, voter_key: str, number: str, now: datetime
) -> None:
    """The mailbox's owner says that ballot `number` was somebody else's doing.

    It and whatever is still pending for that mailbox becomes void, and no more mail goes there
    this season, also when the ballot is forgotten already. Other ballots the owner cast stay, and
    so does a count that is final.
    """
    for ballot in _lock(session, season.id, voter_key):
        disowned = ballot.number == number and not rules.is_box_shut(season, now)
        if ballot.status == BallotStatus.PENDING or (
            disowned and ballot.status == BallotStatus.CAST
        ):
            ballot.status = BallotStatus.VOID
    if not queries.is_blocked(session, season.id, voter_key):
        try:
            with session.begin_nested():
                session.add(BlockedVoter(season_id=season.id, voter_key=voter_key, at=now))
        except IntegrityError:
            return  # Pressed twice at once: the other one has done it.
        audit.record(session, None, "ballot.disowned", number)


def forget_pending(session: Session, *, now: datetime) -> None:
    """Delete ballots that nobody confirmed within two days, and their picks."""
    session.execute(
        delete(Ballot).where(
            Ballot.status.in_([BallotStatus.PENDING, BallotStatus.VOID]),
            Ballot.cast_at.is_(None),
            Ballot.created_at < now - rules.PENDING_KEPT,
        )
    )


def forget_voters(session: Session, voters: Keyring, *, season: Season, now: datetime) -> bool:
    """Cut every tie between the season's ballots and mailboxes, for good: the hashes go, ballots
    that do not count go, and the key is destroyed. What was cast stays, and so does its count.

    False when the key's file is not on this machine: the rows are cleared all the same, but the
    key can't be called destroyed. Harmless when run twice. Whoever calls has asked the schedule.
    """
    session.execute(
        delete(Ballot).where(Ballot.season_id == season.id, Ballot.status != BallotStatus.CAST)
    )
    session.execute(
        update(Ballot)
        .where(Ballot.season_id == season.id, Ballot.voter_key.is_not(None))
        .values(voter_key=None)
    )
    session.execute(delete(BlockedVoter).where(BlockedVoter.season_id == season.id))
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


def give_up_key(session: Session, *, season: Season, now: datetime) -> None:
    """Record that the key of a season is gone although this machine never saw it go, as whoever
    runs the installation says."""
    key = queries.find_vote_key(session, season.id)
    if key is not None and key.destroyed_at is None:
        key.destroyed_at = now
        audit.record(session, None, "vote.key-destroyed", season.id, said=True)
