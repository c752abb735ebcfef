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
from app.judging.models import Assignment, Conflict, Household, JudgingRound, Recusal, Seal
from app.judging.rules import ConflictKind
from app.judging.services.recusing import step_aside
from app.schools.models import School


def declare_conflict(
    session: Session,
    *,
    actor: User,
    judge: User,
    school_id: int,
    now: datetime,
    kind: ConflictKind = ConflictKind.SCHOOL,
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
        judge_id=judge.id, school_id=school.id, kind=kind, declared_by=actor.id, declared_at=now
    )
    session.add(conflict)
    session.flush()
    audit.record(session, actor, "judging.conflict-declared", judge.id, school=school.id)
    keep_apart(session, actor=actor, now=now)
    return conflict


def remove_conflict(session: Session, *, actor: User, conflict: Conflict) -> None:
    """It was a mistake: the recusals that followed from it go too."""
    require(permissions.can_remove_conflict(actor, conflict))
    _check_removable(session, actor)
    audit.record(
        session,
        actor,
        "judging.conflict-removed",
        conflict.judge_id,
        school=conflict.school_id,
    )
    # Scores of seasons that are announced or sealed stay as they were told.
    for recusal in session.scalars(
        select(Recusal)
        .join(Assignment, Assignment.id == Recusal.assignment_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(Recusal.conflict_id == conflict.id)
    ):
        if _may_still_change(session, recusal):
            session.delete(recusal)
        else:
            recusal.conflict_id = None
    session.flush()
    session.delete(conflict)


def declare_household(
    session: Session, *, actor: User, judge: User, other_id: int, now: datetime
) -> Household:
    """Two judges live together: whatever keeps one from a school keeps the other, once both have
    said so, or an organizer has. Harmless when said twice; said the other way round it confirms."""
    require(permissions.can_declare_conflict(actor, judge))
    known = {(h.judge_id, h.other_id): h for h in queries.households_of(session, judge)}
    found = known.get((judge.id, other_id)) or known.get((other_id, judge.id))
    if found is not None:
        if permissions.can_confirm_household(actor, found):
            confirm_household(session, actor=actor, household=found, now=now)
        return found
    if other_id not in {other.id for other in queries.judges(session)} - {judge.id}:
        raise NotFound
    household = Household(
        judge_id=judge.id,
        other_id=other_id,
        declared_by=actor.id,
        declared_at=now,
        confirmed_at=now if permissions.can_run_judging(actor) else None,
    )
    session.add(household)
    session.flush()
    audit.record(session, actor, "judging.household-declared", judge.id, other=other_id)
    keep_apart(session, actor=actor, now=now)
    return household


def confirm_household(
    session: Session, *, actor: User, household: Household, now: datetime
) -> None:
    """The other one says so, too: from now on it counts."""
    require(permissions.can_confirm_household(actor, household))
    if household.confirmed_at is None:
        household.confirmed_at = now
        session.flush()
        audit.record(session, actor, "judging.household-confirmed", household.judge_id)
        keep_apart(session, actor=actor, now=now)


def remove_household(session: Session, *, actor: User, household: Household) -> None:
    """It was a mistake. What was stepped aside from because of it stays so: another judge has it by
    now."""
    require(permissions.can_remove_household(actor, household))
    if household.confirmed_at is not None:
        _check_removable(session, actor)
    audit.record(
        session, actor, "judging.household-removed", household.judge_id, other=household.other_id
    )
    session.delete(household)


def keep_apart(session: Session, *, actor: User, now: datetime) -> int:
    """Take back what judges were given of schools they are kept from by now, in every season that
    is not announced; finished scorecards are kept and no longer count. Returns how many. Whoever
    calls may say so."""
    kept = {(each.judge_id, each.school_id): each for each in queries.kept_apart(session)}
    rows = session.execute(
        select(Assignment, Entry.school_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .join(Season, Season.id == JudgingRound.season_id)
        .where(
            Assignment.judge_id.in_({judge for judge, _school in kept}),
            Season.announced_at.is_(None),
            # What is sealed stands until two people have opened it.
            ~select(Seal.id).where(Seal.season_id == Season.id, Seal.opened_at.is_(None)).exists(),
        )
        .order_by(Assignment.id)
    ).all()
    found = 0
    for assignment, school_id in rows:
        each = kept.get((assignment.judge_id, school_id))
        if each is not None and assignment.recusal is None:
            reason = str(rules.WHY_APART[each.why])
            step_aside(session, actor, assignment, reason, now, each.conflict)
            found += 1
    return found


def _may_still_change(session: Session, recusal: Recusal) -> bool:
    assignment = session.get_one(Assignment, recusal.assignment_id)
    season = contest.get_season(session, assignment.round.season_id)
    return season.announced_at is None and not rules.is_in_force(queries.find_seal(session, season))


def _check_removable(session: Session, actor: User) -> None:
    season = contest.find_current_season(session)
    if not permissions.can_run_judging(actor) and season is not None:
        opened = queries.rounds(session, season)
        if reason := rules.why_not_removable(opened.values()):
            raise Refused(reason)
