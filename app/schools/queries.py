"""Finding schools, always for somebody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.errors import NotFound, require
from app.schools import permissions
from app.schools.models import DeadlineExtension, Membership, School


def find_membership(session: Session, user: User) -> Membership | None:
    return session.scalar(select(Membership).where(Membership.user_id == user.id))


def get_membership(session: Session, user: User) -> Membership:
    """Where this teacher teaches. Raises NotFound for somebody who teaches nowhere."""
    found = find_membership(session, user)
    if found is None:
        raise NotFound
    return found


def get_school_for(session: Session, actor: User, school_id: int) -> School:
    """A school for somebody who may see it; for everybody else there is none."""
    school = session.get(School, school_id)
    if school is None or not permissions.can_see(actor, school, find_membership(session, actor)):
        raise NotFound
    return school


def schools_for(session: Session, actor: User) -> list[School]:
    """Every school, for an organizer; those that wait come first."""
    require(permissions.can_approve(actor))
    return list(
        session.scalars(
            select(School).order_by(
                School.approved_at.is_not(None), School.turned_down_at.is_not(None), School.name
            )
        )
    )


def approved_schools(session: Session) -> list[School]:
    return list(
        session.scalars(select(School).where(School.approved_at.is_not(None)).order_by(School.name))
    )


def extended_to(session: Session, season_id: int, school_id: int) -> datetime | None:
    """Until when this school may submit, if it was given more time."""
    return session.scalar(
        select(DeadlineExtension.until)
        .where(DeadlineExtension.season_id == season_id, DeadlineExtension.school_id == school_id)
        .order_by(DeadlineExtension.id.desc())
        .limit(1)
    )


def extensions(session: Session, season_id: int, school_id: int) -> list[DeadlineExtension]:
    """Every extension a school was given in a season, newest first."""
    return list(
        session.scalars(
            select(DeadlineExtension)
            .where(
                DeadlineExtension.season_id == season_id,
                DeadlineExtension.school_id == school_id,
            )
            .order_by(DeadlineExtension.id.desc())
        )
    )


def members(session: Session, school: School) -> list[Membership]:
    return list(
        session.scalars(
            select(Membership)
            .where(Membership.school_id == school.id)
            .order_by(Membership.lead.desc(), Membership.id)
        )
    )


def members_of_schools(session: Session) -> dict[int, list[Membership]]:
    """All memberships by school, in one query."""
    found: dict[int, list[Membership]] = {}
    for membership in session.scalars(select(Membership).order_by(Membership.lead.desc())):
        found.setdefault(membership.school_id, []).append(membership)
    return found
