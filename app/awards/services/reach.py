"""Counting what winners are used for, and taking down who showed one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session, sessionmaker

from app.accounts.models import User
from app.awards import permissions, rules
from app.awards.models import Showing, UseCount
from app.awards.rules import ShowingKind, UseKind
from app.contest.models import Season
from app.core import audit
from app.core.db import insert_into, will_write
from app.core.errors import Refused, require
from app.entries.models import Entry


def count_use(sessions: sessionmaker[Session], entry_id: int, kind: UseKind) -> None:
    """Count one use, in a transaction of its own: a download is a GET, which writes nothing.

    Nothing is kept but the number.
    """
    with sessions() as session:
        will_write(session)
        session.execute(
            insert_into(session, UseCount)
            .values(entry_id=entry_id, kind=kind, count=1)
            .on_conflict_do_update(
                index_elements=["entry_id", "kind"], set_={"count": UseCount.count + 1}
            )
        )
        session.commit()


def report_showing(
    session: Session,
    *,
    entry: Entry,
    season: Season,
    kind: ShowingKind,
    name: str,
    shown_on: date,
    people: int | None,
    now: datetime,
) -> None:
    """Take down that somebody showed a winner; it counts once an organizer takes it for true."""
    if reason := rules.why_not_shown(shown_on, season.announced_at, now):
        raise Refused(reason)
    session.add(
        Showing(
            entry_id=entry.id,
            kind=kind,
            name=name,
            shown_on=shown_on,
            people=people,
            reported_at=now,
        )
    )
    session.flush()


def accept_showing(session: Session, *, actor: User, showing: Showing, now: datetime) -> None:
    require(permissions.can_give_awards(actor))
    showing.accepted_at = showing.accepted_at or now
    audit.record(session, actor, "showing.accepted", showing.entry_id, showing=showing.id)


def remove_showing(session: Session, *, actor: User, showing: Showing) -> None:
    require(permissions.can_give_awards(actor))
    audit.record(session, actor, "showing.removed", showing.entry_id, showing=showing.id)
    session.delete(showing)
    session.flush()
