"""Who teaches at a school: inviting, letting in, handing on the lead, taking out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.permissions import Role
from app.core import audit, mail
from app.core.errors import NotAllowed, NotFound, Refused, require
from app.schools import notifications, permissions, queries, rules
from app.schools.models import (
    AgreementAcceptance,
    DeadlineExtension,
    Membership,
    School,
    SchoolCheck,
)
from app.texts import text


def hold_school(session: Session, school: School, *needed: Membership) -> None:
    """Wait for whoever else changes who teaches here, and see what became of it: two who leave at
    the same moment must not leave the school without a lead.

    Raises NotFound when one of the teachers that are `needed` is gone by then.
    """
    session.flush()
    session.execute(select(School.id).where(School.id == school.id).with_for_update())
    there = session.scalars(
        select(Membership).where(Membership.school_id == school.id),
        execution_options={"populate_existing": True},
    ).all()
    if not set(needed) <= set(there):
        raise NotFound


def invite_teacher(
    session: Session, *, actor: User, school: School, email: str, name: str, now: datetime
) -> User:
    """A colleague at the same school, invited by its lead or an organizer."""
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    known = people.find_user_by_email(session, email)
    if known is not None:
        raise Refused(
            text(
                "That address has an account already. Ask her to sign in and to choose your school;"
                " then you let her in."
            )
        )
    colleague = accounts.add_person(session, email=email, name=name, role=Role.TEACHER, now=now)
    session.add(Membership(school_id=school.id, user_id=colleague.id))
    audit.record(session, actor, "school.teacher-invited", school.id, teacher=colleague.id)
    return colleague


def let_in(session: Session, *, actor: User, teacher: Membership) -> None:
    """Let somebody in who asked."""
    school = teacher.school
    hold_school(session, school, teacher)
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    if teacher.waiting_since is None:
        return
    if teacher.user.email_confirmed_at is None:
        raise Refused(text("She has not confirmed her address yet. Ask her to look in her mail."))
    teacher.waiting_since = None
    audit.record(session, actor, "school.teacher-let-in", school.id, teacher=teacher.user_id)
    mail.send(session, notifications.let_in(teacher))


def turn_away(session: Session, *, actor: User, teacher: Membership) -> None:
    """Answer no to somebody who asked; or she takes her request back."""
    hold_school(session, teacher.school, teacher)
    if teacher.waiting_since is None:
        raise Refused(
            text("She teaches here. Remove her instead, so that her entries find a home.")
        )
    require(permissions.can_remove(actor, teacher, queries.find_membership(session, actor)))
    audit.record(
        session, actor, "school.teacher-turned-away", teacher.school_id, teacher=teacher.user_id
    )
    if actor.id != teacher.user_id:
        mail.send(session, notifications.turned_away(teacher))
    session.delete(teacher)
    session.flush()


def hand_over_lead(session: Session, *, actor: User, school: School, heir: Membership) -> None:
    """Make a teacher of the school its lead; whoever led it is a teacher among others then."""
    if heir.school_id != school.id:
        raise NotAllowed
    hold_school(session, school, heir)
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    if reason := rules.why_not_lead(heir):
        raise Refused(reason)
    if heir.lead:
        return
    for member in queries.members(session, school):
        member.lead = member.id == heir.id
    session.flush()
    audit.record(session, actor, "school.lead-handed-over", school.id, teacher=heir.user_id)
    if actor.id != heir.user_id:
        mail.send(session, notifications.is_lead(heir))


def leave_silently(session: Session, *, person: User, now: datetime) -> None:
    """End the membership of somebody whose account goes. If she led the school, whoever has taught
    there longest and can sign in leads it from now on, and is told."""
    gone = session.scalar(select(Membership).where(Membership.user_id == person.id))
    if gone is None:
        return
    hold_school(session, gone.school, gone)
    heirs = [m for m in queries.members(session, gone.school) if rules.why_not_lead(m) is None]
    heir = next((m for m in heirs if m.id != gone.id), None)
    led, school = gone.lead, gone.school
    _end(session, gone, now)
    if led and heir is not None:
        heir.lead = True
        audit.record(session, None, "school.lead-handed-over", school.id, teacher=heir.user_id)
        mail.send(session, notifications.is_lead(heir))


def back_to_list(session: Session, school: School, now: datetime) -> None:
    """A school from the organizers' list, without teachers, waits there for the next one. Nothing
    that was said or agreed for an earlier registration counts for hers."""
    for kind in (SchoolCheck, AgreementAcceptance, DeadlineExtension):
        session.execute(delete(kind).where(kind.school_id == school.id))
    school.approved_at = school.turned_down_at = None
    school.turned_down_reason = school.office_email = ""
    school.listed_at = now
    session.flush()


def _end(session: Session, membership: Membership, now: datetime) -> None:
    """A school from the list that was not approved yet stands there again without teachers."""
    school = membership.school
    session.delete(membership)
    session.flush()
    if school.imported and rules.is_waiting(school) and not queries.members(session, school):
        back_to_list(session, school, now)


def remove_member(session: Session, *, actor: User, teacher: Membership, now: datetime) -> None:
    """End a membership. Whoever calls has given the teacher's entries to somebody else in the
    same transaction, and held the school. A school from the organizers' list that was not approved
    yet stands there again once its last teacher is gone."""
    school = teacher.school
    require(permissions.can_remove(actor, teacher, queries.find_membership(session, actor)))
    colleagues = len(queries.members(session, school)) - 1
    if reason := rules.why_not_leaving(teacher, colleagues, school):
        raise Refused(reason)
    left = actor.id == teacher.user_id
    audit.record(
        session,
        actor,
        "school.teacher-left" if left else "school.teacher-removed",
        school.id,
        teacher=teacher.user_id,
    )
    if not left:
        mail.send(session, notifications.removed(teacher))
    _end(session, teacher, now)
