"""Schools from a table, all of it or nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.schools import permissions, queries, rules
from app.schools.models import School
from app.schools.rules.importing import CITY, DISTRICT, GRADES, NAME, WEB_PAGE
from app.schools.services.districts import district_named
from app.texts import text


def preview_import(session: Session, *, actor: User, data: bytes) -> rules.Plan:
    """What importing this file would do. Changes nothing; raises SheetRefused."""
    require(permissions.can_approve(actor))
    return rules.plan_import(rules.read_sheet(data), queries.schools_for(session, actor))


def import_schools(
    session: Session, *, actor: User, season: Season, data: bytes, digest: str, now: datetime
) -> rules.Plan:
    """Do what the preview with this digest showed. Raises Refused when the same file would do
    something else by now, or has an error: then nothing at all is imported."""
    require(permissions.can_approve(actor))
    # Two imports at the same moment would both add what neither has seen.
    session.execute(select(Season.id).where(Season.id == season.id).with_for_update())
    plan = preview_import(session, actor=actor, data=data)
    if plan.errors or plan.digest != digest:
        raise Refused(
            text(
                "Since you looked at it, something has changed here. Nothing was imported; please"
                " look at what the file would do now."
            )
        )
    for row in sorted((*plan.new, *plan.changed), key=lambda row: row.row):
        values = {
            field: words
            for field, words in row.values.items()
            if field in (NAME, CITY, WEB_PAGE, GRADES)
        }
        if row.school_id is None:
            school = School(**values, created_at=now, imported=True, listed_at=now)
            session.add(school)
        else:
            school = session.get_one(School, row.school_id)
            for field, words in values.items():
                setattr(school, field, words)
        if district := row.values.get(DISTRICT):
            school.district = district_named(session, district)
            school.district_other = ""
    session.flush()
    audit.record(
        session,
        actor,
        "schools.imported",
        "",
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=len(plan.unchanged),
    )
    return plan
