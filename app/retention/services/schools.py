"""Erasing everything of a school."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.permissions import Permission, Role
from app.awards.models import Award
from app.contest.models import Season
from app.core import audit
from app.core.audit import AuditEvent
from app.core.db import Base
from app.core.errors import Refused, require
from app.core.mail import OutgoingMail
from app.entries import services as entries
from app.entries.models import Entry
from app.media import services as media
from app.media.models import Asset
from app.retention import permissions, queries, rules
from app.retention.models import Notice, Tombstone
from app.retention.queries import Belongings
from app.schools import queries as schools
from app.schools.models import School
from app.voting import services as voting

REMOVED_BY_JOBS = ("assets", "renditions", "uploads")
"""Rows that name files: a job deletes the files first, then the rows."""


def erase_school(
    session: Session, *, actor: User, school: School, typed: str, now: datetime
) -> None:
    """Erase everything of a school: its pages with this transaction, its files by jobs right after.

    What stays is a tombstone: a number, a moment, a role. Raises Refused unless the school's name
    was typed.
    """
    require(permissions.can_erase(actor, school, schools.find_membership(session, actor)))
    if reason := rules.why_not_named(typed, school.name):
        raise Refused(reason)
    by = "organizer" if actor.may(Permission.RUN_SEASON) else "school lead"
    key = school.id
    erase_belongings(session, school, now=now)
    session.add(Tombstone(kind="school", key=key, by=by, at=now))
    # Without the actor: a lead's account has just been erased as well.
    audit.record(session, None, "school.erased", key, by=by)
    session.flush()


def erase_belongings(session: Session, school: School, *, now: datetime) -> None:
    """Delete a school's rows, from the leaves to the root, and have its files deleted.

    Whoever calls has asked whether that may be.
    """
    found = queries.belongings_of(session, school)
    for event in queries.trail_of(session, found):
        session.delete(event)
    _leave_awards(session, found, now)
    _forget_mails(session, found)
    session.flush()
    entry_ids = found.of("entries")
    for entry in session.scalars(select(Entry).where(Entry.id.in_(entry_ids))).unique():
        entries.retire_address(session, entry, now=now)
    entries.forget_closed_disclosures(session, entry_ids=entry_ids)
    voting.leave_votes(session, school_id=school.id, entry_ids=entry_ids)
    session.execute(delete(Notice).where(Notice.row == "drafts", Notice.key.in_(entry_ids)))
    for asset in session.scalars(select(Asset).where(Asset.id.in_(found.of("assets")))).all():
        media.discard_asset(session, asset)
    session.flush()
    for table in reversed(Base.metadata.sorted_tables):
        ids = found.of(table.name)
        if ids and table.name not in (*REMOVED_BY_JOBS, "schools", "awards"):
            session.execute(delete(table).where(table.c.id.in_(ids)))
    # The one row that goes as an object: kept public pages are dropped because of it.
    session.expire_all()
    session.delete(school)
    session.flush()
    for teacher in found.teachers:
        _let_teacher_go(session, teacher, now)


def _leave_awards(session: Session, found: Belongings, now: datetime) -> None:
    """A place that was announced stays, as a place. What nobody knows yet goes."""
    for award in session.scalars(select(Award).where(Award.entry_id.in_(found.of("entries")))):
        season = session.get_one(Season, award.season_id)
        if season.announced_at is not None and season.announced_at <= now:
            award.entry = None
            award.withdrawn_at = now
        else:
            session.delete(award)
    session.flush()
    found.ids.pop("awards", None)


def _forget_mails(session: Session, found: Belongings) -> None:
    """Mails to its teachers, and mails that name it."""
    addresses = {teacher.email for teacher in found.teachers}
    for mail in session.scalars(select(OutgoingMail)):
        if mail.to in addresses or mail.values.get("school") == found.school.name:
            session.delete(mail)


def _let_teacher_go(session: Session, teacher: User, now: datetime) -> None:
    """An account that was for this school only goes, and leaves no row unless others point to it.
    Somebody who is a judge or an organizer as well stays that."""
    session.refresh(teacher)
    if teacher.roles - {Role.TEACHER}:
        teacher.role_grants = [g for g in teacher.role_grants if g.role != Role.TEACHER]
        return
    accounts.erase_account(session, person=teacher, now=now)
    session.execute(delete(Notice).where(Notice.row == "accounts", Notice.key == teacher.id))
    if not _is_pointed_at(session, teacher):
        session.delete(teacher)
        session.flush()


def _is_pointed_at(session: Session, person: User) -> bool:
    for table in Base.metadata.sorted_tables:
        for column in table.c:
            named = {key.column.table.name for key in column.foreign_keys}
            if "users" in named and (
                session.execute(select(column).where(column == person.id).limit(1)).first()
            ):
                return True
    return session.scalar(select(AuditEvent.id).where(AuditEvent.actor_id == person.id)) is not None
