"""The school agreement: writing a version, and accepting it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.schools import notifications, permissions, queries, rules
from app.schools.models import AgreementAcceptance, AgreementVersion, School
from app.texts import text


def write_agreement(
    session: Session, *, actor: User, season: Season, words: str, now: datetime
) -> AgreementVersion | None:
    """A new version, which every school's lead is asked to accept; None when the text reads as
    before."""
    require(permissions.can_approve(actor))
    words = rules.tidy(words)
    if not words:
        raise Refused(text("An empty agreement says nothing. Please write what holds."))
    session.execute(select(Season.id).where(Season.id == season.id).with_for_update())
    last = queries.find_agreement(session, season.id)
    if last is not None and last.words == words:
        return None
    version = AgreementVersion(
        season_id=season.id,
        number=last.number + 1 if last else 1,
        words=words,
        created_at=now,
        by_id=actor.id,
    )
    session.add(version)
    session.flush()
    audit.record(session, actor, "agreement.written", season.id, version=version.number)
    teachers = queries.members_of_schools(session)
    for school in queries.approved_schools(session):
        for member in teachers.get(school.id, []):
            if member.lead and member.user.switched_off_at is None:
                mail.send(session, notifications.agreement(member.user, school))
    return version


def accept_agreement(
    session: Session,
    *,
    actor: User,
    school: School,
    season: Season,
    number: int,
    name: str,
    now: datetime,
) -> None:
    """The lead accepts the version she has read. Raises Refused when it is not the newest."""
    require(permissions.can_accept_agreement(school, queries.find_membership(session, actor)))
    session.execute(select(School.id).where(School.id == school.id).with_for_update())
    version = queries.find_agreement(session, season.id)
    if version is None or version.number != number:
        raise Refused(
            text("The text was changed while you read it. Please read what is new, then accept.")
        )
    if queries.acceptances_of(session, version, [school]):
        return
    session.add(
        AgreementAcceptance(
            version_id=version.id, school_id=school.id, name=name, at=now, user_id=actor.id
        )
    )
    session.flush()
    audit.record(session, actor, "school.agreement-accepted", school.id, version=number)
