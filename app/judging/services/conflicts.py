"""Judges and schools that are kept apart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import NotFound, Refused, require
from app.entries.models import Entry
from app.judging import permissions, queries, rules
from app.judging.models import Assignment, Conflict, Recusal
from app.judging.services.recusing import step_aside
from app.schools.models import School
from app.texts import text


def declare_conflict(
    session: Session, *, actor: User, judge: User, school_id: int, now: datetime
) -> Conflict:
    """Keep a judge and a school apart. What she was given of that school already, she is recused
    from, scores or not, in every season that is not announced. Harmless when said twice."""
    require(permissions.can_declare_conflict(actor, judge))
    known = session.scalar(
        select(Conflict).where(Conflict.judge_id == judge.id, Conflict.school_id == school_id)
    )
    if known is not None:
        return known
    school = session.get(School, school_id)
    if school is None:
        raise NotFound
    conflict = Conflict(
        judge_id=judge.id, school_id=school.id, declared_by=actor.id, declared_at=now
    )
    session.add(conflict)
    session.flush()
    audit.record(session, actor, "judging.conflict-declared", judge.id, school=school.id)
    met = session.scalars(
        select(Assignment)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Season, Season.id == Entry.season_id)
        .where(
            Assignment.judge_id == judge.id,
            Entry.school_id == school.id,
            Season.announced_at.is_(None),
        )
        .order_by(Assignment.id)
    ).all()
    reason = str(text("Has a conflict of interest with the school."))
    for assignment in met:
        if assignment.recusal is None:
            step_aside(session, actor, assignment, reason, now, conflict)
    return conflict


def remove_conflict(session: Session, *, actor: User, conflict: Conflict) -> None:
    """It was a mistake: the recusals that followed from it go too."""
    require(permissions.can_remove_conflict(actor, conflict))
    season = contest.find_current_season(session)
    if not permissions.can_run_judging(actor) and season is not None:
        opened = queries.rounds(session, season)
        if reason := rules.why_not_removable(opened.values()):
            raise Refused(reason)
    audit.record(
        session,
        actor,
        "judging.conflict-removed",
        conflict.judge_id,
        school=conflict.school_id,
    )
    for recusal in session.scalars(select(Recusal).where(Recusal.conflict_id == conflict.id)):
        session.delete(recusal)
    session.flush()
    session.delete(conflict)
