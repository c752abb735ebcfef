"""Witnesses: people outside who are sent the heads of the log, so that nobody can rewrite it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.texts import text
from app.voting import notifications, permissions, queries
from app.voting.models import TreeHead, Witness

WITNESSES_MOST = 20
TOLD_EVERY = timedelta(hours=1)
HEADS_AT_ONCE = 100


def add_witness(
    session: Session, *, actor: User, season: Season, name: str, email: str, now: datetime
) -> Witness:
    """Raises Refused for one who is one already, and for more than there is use for."""
    require(permissions.can_run_vote(actor))
    known = queries.witnesses(session, season.id)
    if email.lower() in {each.email.lower() for each in known}:
        raise Refused(text("This address is a witness already."))
    if len(known) >= WITNESSES_MOST:
        raise Refused(text("%(most)s witnesses are enough.", most=WITNESSES_MOST))
    witness = Witness(season_id=season.id, name=name, email=email, added_at=now)
    session.add(witness)
    session.flush()
    audit.record(session, actor, "witness.added", witness.id)
    return witness


def remove_witness(session: Session, *, actor: User, witness: Witness) -> None:
    require(permissions.can_run_vote(actor))
    audit.record(session, actor, "witness.removed", witness.id)
    session.delete(witness)


def tell_witnesses(session: Session, *, now: datetime) -> None:
    """Mail every witness the heads that are new: once an hour at most, when the log has grown."""
    season = contest.find_current_season(session)
    log = queries.find_log(session, season.id) if season else None
    if season is None or log is None:
        return
    size = queries.public_size(log, season, now)
    for witness in queries.witnesses(session, season.id):
        if witness.told_at is not None and now < witness.told_at + TOLD_EVERY:
            continue
        heads = session.scalars(
            select(TreeHead)
            .where(TreeHead.season_id == season.id, TreeHead.size > witness.told_size)
            .where(TreeHead.size <= size)  # A head of what nobody can read yet proves nothing.
            .order_by(TreeHead.size)
            .limit(HEADS_AT_ONCE)
        ).all()
        if heads:
            mail.send(session, notifications.new_heads(season, witness, heads))
            witness.told_size, witness.told_at = heads[-1].size, now
