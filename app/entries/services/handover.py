"""A teacher leaves her school: her entries go to a colleague, with the same stroke."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.errors import NotAllowed, Refused, require
from app.entries.models import Entry
from app.entries.services.details import end_team_codes
from app.schools import permissions as school_permissions
from app.schools import queries as schools
from app.schools import services as school_services
from app.schools.models import Membership, School
from app.texts import text


def remove_teacher(
    session: Session,
    *,
    actor: User,
    teacher: Membership,
    heir: Membership | None,
    end_codes: bool = False,
    now: datetime,
) -> int:
    """End a teacher's membership and give what she has put in there, of every season, to `heir`;
    with `end_codes` the team codes she knows open nothing any more.

    How many entries moved. Raises Refused for a lead who has not handed the lead on, and when
    there are entries and nobody to take them.
    """
    school = teacher.school
    if heir is not None and (heir.id == teacher.id or heir.school_id != school.id):
        raise NotAllowed
    school_services.hold_school(session, school, *([teacher, heir] if heir else [teacher]))
    require(school_permissions.can_remove(actor, teacher, schools.find_membership(session, actor)))
    if teacher.waiting_since is not None or (heir is not None and heir.waiting_since is not None):
        raise NotAllowed
    left_behind = session.scalars(
        select(Entry).where(Entry.school_id == school.id, Entry.teacher_id == teacher.user_id)
    ).all()
    if left_behind and heir is None:
        raise Refused(text("Choose who takes care of the entries. Nothing was changed."))
    for entry in left_behind:
        if heir is not None:
            entry.teacher_id = heir.user_id
            entry.updated_at = now
            if end_codes:
                end_team_codes(session, actor=actor, entry=entry, now=now)
            audit.record(
                session, actor, "entry.handed-over", entry.id, was=teacher.user_id, to=heir.user_id
            )
    session.flush()
    school_services.remove_member(session, actor=actor, teacher=teacher, now=now)
    return len(left_behind)


def relist_school(session: Session, *, actor: User, school: School, now: datetime) -> None:
    """As `schools.services.relist_school`, for a school that nothing was put in for: whoever comes
    next must find nobody's entries there."""
    school_services.hold_school(session, school)
    if session.scalar(select(Entry.id).where(Entry.school_id == school.id).limit(1)) is not None:
        raise Refused(text("There are entries of this school. Erase its data first."))
    school_services.relist_school(session, actor=actor, school=school, now=now)
