"""Registering, approving and changing schools."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest import rules as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.schools import notifications, permissions, queries
from app.schools.models import Membership, School
from app.texts import text


def register_school(
    session: Session,
    *,
    season: Season,
    school: Mapping[str, Any],
    name: str,
    email: str,
    password: str,
    now: datetime,
) -> School | None:
    """A school that waits for approval and the teacher who leads it.

    None when the address has an account already; its owner is told by mail.
    """
    if not contest.is_registration_open(season, now):
        raise Refused(text("Registration is not open at the moment."))
    teacher = accounts.register(
        session, email=email, name=name, password=password, role=Role.TEACHER, now=now
    )
    if teacher is None:
        return None
    new = School(**school, created_at=now)
    session.add(new)
    session.flush()
    session.add(Membership(school_id=new.id, user_id=teacher.id, lead=True))
    audit.record(session, teacher, "school.registered", new.id)
    for organizer in people.people(session, Role.ORGANIZER):
        if organizer.switched_off_at is None:
            mail.send(session, notifications.to_approve(new, organizer))
    return new


def approve_school(session: Session, *, actor: User, school: School, now: datetime) -> None:
    require(permissions.can_approve(actor))
    if school.approved_at is not None:
        return
    school.approved_at = now
    school.turned_down_at = None
    school.turned_down_reason = ""
    audit.record(session, actor, "school.approved", school.id)
    for membership in queries.members(session, school):
        mail.send(session, notifications.approved(school, membership.user))


def turn_down_school(
    session: Session, *, actor: User, school: School, reason: str, now: datetime
) -> None:
    require(permissions.can_approve(actor))
    if not reason.strip():
        raise Refused(text("Please write why, so that the school can put it right."))
    school.approved_at = None
    school.turned_down_at = now
    school.turned_down_reason = reason.strip()
    audit.record(session, actor, "school.turned-down", school.id)
    for membership in queries.members(session, school):
        mail.send(session, notifications.turned_down(school, membership.user))


def update_school(
    session: Session, *, actor: User, school: School, values: Mapping[str, Any]
) -> None:
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    for field, value in values.items():
        setattr(school, field, value)
    audit.record(session, actor, "school.changed", school.id)


def invite_teacher(
    session: Session, *, actor: User, school: School, email: str, name: str, now: datetime
) -> User:
    """A colleague at the same school, invited by its lead."""
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    known = people.find_user_by_email(session, email)
    if known is not None:
        raise Refused(text("That address has an account already. Please write to the organizers."))
    colleague = accounts.add_person(session, email=email, name=name, role=Role.TEACHER, now=now)
    session.add(Membership(school_id=school.id, user_id=colleague.id))
    audit.record(session, actor, "school.teacher-invited", school.id, teacher=colleague.id)
    return colleague
