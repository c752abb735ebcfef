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
from app.core.errors import NotFound, Refused, require
from app.schools import notifications, permissions, queries, rules
from app.schools.models import Membership, School
from app.schools.services.districts import district_named
from app.schools.services.members import back_to_list, hold_school
from app.schools.services.proving import ask_the_school
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
    teacher = _register_teacher(session, season, email, name, password, now)
    if teacher is None:
        return None
    new = School(**school, created_at=now)
    session.add(new)
    session.flush()
    _begin_to_lead(session, new, teacher)
    return new


def register_teacher(
    session: Session,
    *,
    season: Season,
    school: School,
    name: str,
    email: str,
    password: str,
    now: datetime,
) -> User | None:
    """A teacher of a school that is here already. None as in `register_school`."""
    teacher = _register_teacher(session, season, email, name, password, now)
    if teacher is not None:
        join_school(session, actor=teacher, school=school, now=now)
    return teacher


def _register_teacher(
    session: Session, season: Season, email: str, name: str, password: str, now: datetime
) -> User | None:
    if not contest.is_registration_open(season, now):
        raise Refused(text("Registration is not open at the moment."))
    return accounts.register(
        session, email=email, name=name, password=password, role=Role.TEACHER, now=now
    )


def join_school(session: Session, *, actor: User, school: School, now: datetime) -> Membership:
    """Ask a school's lead to be let in. At a school on the organizers' list that nobody has
    registered for yet, the first teacher leads it and waits with it for approval.

    Raises NotFound for a school that may not be chosen, Refused for who belongs to one already.
    """
    # Two teachers who choose the same school at once must not both lead it.
    hold_school(session, school)
    session.refresh(school, ["listed_at", "approved_at", "turned_down_at"])
    if school.turned_down_at or not (school.approved_at or school.listed_at):
        raise NotFound
    if queries.find_membership(session, actor) or queries.find_request(session, actor):
        raise Refused(text("You belong to a school already. Leave it first."))
    if school.listed_at is not None:
        school.listed_at = None
        school.created_at = now
        return _begin_to_lead(session, school, actor)
    asked = Membership(school_id=school.id, user_id=actor.id, waiting_since=now)
    session.add(asked)
    session.flush()
    audit.record(session, actor, "school.teacher-asked", school.id)
    # Where nobody leads the school any more, the organizers let her in.
    for lead in queries.leads(session, school):
        mail.send(session, notifications.asks_to_join(lead))
    if not queries.leads(session, school):
        for organizer in people.people_at_work(session, Role.ORGANIZER):
            mail.send(session, notifications.asks_without_lead(school, organizer))
    return asked


def _begin_to_lead(session: Session, school: School, teacher: User) -> Membership:
    membership = Membership(school_id=school.id, user_id=teacher.id, lead=True)
    session.add(membership)
    session.flush()
    audit.record(session, teacher, "school.registered", school.id)
    ask_the_school(session, school)
    for organizer in people.people_at_work(session, Role.ORGANIZER):
        mail.send(session, notifications.to_approve(school, organizer))
    return membership


def approve_school(session: Session, *, actor: User, school: School, now: datetime) -> None:
    """Raises Refused unless somebody has made sure that it really is the school."""
    require(permissions.can_approve(actor))
    if school.approved_at is not None:
        return
    if school.listed_at is not None:
        raise Refused(text("Nobody has registered for this school yet."))
    proofs, checks = queries.proofs(session, school), queries.checks(session, school)
    if reason := rules.why_not_approvable(proofs, checks):
        raise Refused(reason)
    school.approved_at = now
    school.turned_down_at = None
    school.turned_down_reason = ""
    if school.district_other:
        school.district = district_named(session, school.district_other)
        school.district_other = ""
    audit.record(session, actor, "school.approved", school.id, checked="mail" if proofs else "call")
    for membership in queries.members(session, school):
        mail.send(session, notifications.approved(school, membership.user))


def relist_school(session: Session, *, actor: User, school: School, now: datetime) -> None:
    """Put a school that was turned down back on the list it came from: whoever registered for it
    was not of the school, and somebody else may be. Whoever calls has made sure that nothing was
    put in there. Raises Refused."""
    require(permissions.can_approve(actor))
    hold_school(session, school)
    session.refresh(school, ["approved_at", "turned_down_at", "imported"])
    if school.turned_down_at is None or not school.imported:
        raise Refused(text("Only a school from your list that was turned down can go back to it."))
    for membership in [
        *queries.members(session, school),
        *queries.waiting_members(session, school),
    ]:
        session.delete(membership)
    session.flush()
    back_to_list(session, school, now)
    audit.record(session, actor, "school.relisted", school.id)


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
    changed = {field: value for field, value in values.items() if getattr(school, field) != value}
    for field, value in changed.items():
        setattr(school, field, value)
    session.flush()
    if "district_id" in changed:
        session.expire(school, ["district"])
    audit.record(session, actor, "school.changed", school.id, fields=sorted(changed))
