"""Districts: finding or making one by name, renaming and merging."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.errors import Refused, require
from app.schools import permissions, queries
from app.schools.models import District, School
from app.texts import text


def district_named(session: Session, name: str) -> District:
    """The district of that name, made if there is none. Whoever calls has checked the right to."""
    found = queries.find_district(session, name)
    if found is None:
        found = District(name=name.strip())
        session.add(found)
        session.flush()
    return found


def add_district(session: Session, *, actor: User, name: str) -> District:
    require(permissions.can_approve(actor))
    _refuse_double(queries.find_district(session, name))
    district = district_named(session, name)
    audit.record(session, actor, "district.added", district.id, name=district.name)
    return district


def _refuse_double(known: District | None) -> None:
    if known is not None:
        raise Refused(
            text(
                "There is a district “%(name)s” already. To join two, merge them.", name=known.name
            )
        )


def rename_district(session: Session, *, actor: User, district: District, name: str) -> None:
    require(permissions.can_approve(actor))
    known = queries.find_district(session, name)
    _refuse_double(None if known is district else known)
    old, district.name = district.name, name.strip()
    session.flush()
    audit.record(session, actor, "district.renamed", district.id, old=old, new=district.name)


def merge_districts(session: Session, *, actor: User, district: District, into: District) -> int:
    """Move a district's schools to another one and take it away; how many moved."""
    require(permissions.can_approve(actor))
    if district.id == into.id:
        raise Refused(text("Choose another district to merge it into."))
    moved = session.scalars(select(School).where(School.district_id == district.id)).all()
    for school in moved:
        school.district_id = into.id
    session.flush()
    for school in moved:
        session.expire(school, ["district"])
    audit.record(
        session,
        actor,
        "district.merged",
        district.id,
        old=district.name,
        into=into.name,
        schools=len(moved),
    )
    session.delete(district)
    session.flush()
    return len(moved)
