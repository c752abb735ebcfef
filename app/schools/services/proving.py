"""Making sure that it really is the school: by a mail to its own address, or by a call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.schools import notifications, permissions, queries, rules
from app.schools.models import School, SchoolCheck
from app.schools.rules import CheckKind
from app.texts import text


def ask_the_school(session: Session, school: School) -> bool:
    """Mail the office's address, if it is on the school's own domain; whether it was mailed.

    To any other address nobody is written: it would prove nothing.
    """
    if not rules.why_own(school.office_email, school.web_page, queries.school_domains(session)):
        return False
    mail.send(session, notifications.is_it_you(school))
    return True


def ask_again(session: Session, *, actor: User, school: School) -> None:
    require(permissions.can_edit(actor, school, queries.find_membership(session, actor)))
    if not ask_the_school(session, school):
        raise Refused(
            text(
                "That address is not on the school's own domain, so a mail to it would prove"
                " nothing. Name another one, or wait for the organizers' call."
            )
        )
    audit.record(session, actor, "school.asked", school.id)


def confirm_school(session: Session, *, school_id: int, address: str, now: datetime) -> School:
    """Somebody at the school's own address pressed the button. Raises NotFound when the school
    is gone or names another address by now."""
    school = session.get(School, school_id)
    if school is None or school.office_email != address:
        raise NotFound
    known = [c for c in queries.checks(session, school) if c.kind == CheckKind.MAIL]
    if not any(check.address == address for check in known):
        session.add(SchoolCheck(school_id=school.id, kind=CheckKind.MAIL, at=now, address=address))
        audit.record(session, None, "school.confirmed-by-mail", school.id)
        session.flush()
    return school


def record_call(
    session: Session,
    *,
    actor: User,
    school: School,
    called: str,
    source: str,
    at: datetime,
    now: datetime,
) -> SchoolCheck:
    """An organizer spoke to the school and writes down to whom, by which number, and when."""
    require(permissions.can_approve(actor))
    if at > now:
        raise Refused(text("That moment is still to come. When did you call?"))
    check = SchoolCheck(
        school_id=school.id,
        kind=CheckKind.CALL,
        at=at,
        called=called,
        source=source,
        by_id=actor.id,
    )
    session.add(check)
    session.flush()
    audit.record(
        session,
        actor,
        "school.called-back",
        school.id,
        called=called,
        source=source,
        at=at.isoformat(timespec="minutes"),
    )
    return check
