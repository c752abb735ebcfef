"""More time for one school."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.schools import notifications, permissions, queries, rules
from app.schools.models import DeadlineExtension, School


def extend_deadline(
    session: Session,
    *,
    actor: User,
    season: Season,
    school: School,
    until: datetime,
    reason: str,
    now: datetime,
) -> DeadlineExtension:
    """Give one school more time; its teachers are told. Grace is added as for everybody."""
    require(permissions.can_approve(actor))
    if why_not := rules.why_not_extended(until, season, reason, now):
        raise Refused(why_not)
    extension = DeadlineExtension(
        season_id=season.id,
        school_id=school.id,
        until=until,
        reason=reason.strip(),
        granted_by=actor.id,
        granted_at=now,
    )
    session.add(extension)
    session.flush()
    audit.record(
        session,
        actor,
        "school.deadline-extended",
        school.id,
        until=until.isoformat(),
        reason=extension.reason,
    )
    for membership in queries.members(session, school):
        mail.send(session, notifications.extended(school, membership.user, season, until))
    return extension
