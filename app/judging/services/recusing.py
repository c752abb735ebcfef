"""Stepping aside from an entry."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.judging import permissions, queries, rules
from app.judging.models import Assignment, Conflict, Duel, Recusal
from app.judging.services.assigning import assign
from app.judging.services.holding import lock_round
from app.texts import text


def recuse(
    session: Session, *, actor: User, assignment: Assignment, reason: str, now: datetime
) -> Recusal:
    """Step aside from an entry. Its scorecard, if begun, is kept and no longer counts; another
    judge gets the entry if one is free."""
    require(permissions.can_score(actor, assignment))
    if not reason.strip():
        raise Refused(text("Please say in a few words why you step aside."))
    if len(reason.strip()) > rules.REASON_MOST:
        raise Refused(text("Please keep it to %(most)s characters.", most=rules.REASON_MOST))
    lock_round(session, assignment.round)
    session.refresh(assignment, ["recusal"])
    if problem := rules.why_not_watchable(assignment):
        raise Refused(problem)
    return step_aside(session, actor, assignment, reason.strip(), now, None)


def relieve(session: Session, *, actor: User, season: Season, judge: User, now: datetime) -> int:
    """Take what a judge has not finished off her, because she has fallen silent: others get it.
    What she finished counts, and what she began is kept. Returns how many entries that were."""
    require(permissions.can_run_judging(actor))
    round_ = queries.newest_round(session, season)
    if round_ is None or round_.closed_at is not None:
        raise Refused(text("No round is open."))
    lock_round(session, round_)
    left = [
        assignment
        for assignment in queries.assignments_of(session, round_)
        if assignment.judge_id == judge.id
        and assignment.recusal is None
        and rules.counted_scores(assignment, season.criteria) is None
    ]
    reason = str(text("Found no time."))
    for assignment in left:
        recusal = step_aside(session, actor, assignment, reason, now, None, reassign=False)
        recusal.for_time = True
    session.flush()
    audit.record(session, actor, "judging.relieved", judge.id, entries=len(left))
    assign(session, season, round_, secrets.randbits(32), but=judge.id)
    return len(left)


def step_aside(
    session: Session,
    actor: User,
    assignment: Assignment,
    reason: str,
    now: datetime,
    conflict: Conflict | None,
    *,
    reassign: bool = True,
) -> Recusal:
    round_ = assignment.round
    lock_round(session, round_)
    recusal = Recusal(
        judge_id=assignment.judge_id,
        entry_id=assignment.entry_id,
        conflict_id=conflict.id if conflict else None,
        reason=reason,
        at=now,
    )
    assignment.recusal = recusal
    # What she chose in a runoff about it counts no more either; the audit log has it.
    session.execute(
        delete(Duel).where(
            Duel.judge_id == assignment.judge_id,
            or_(Duel.one_id == assignment.entry_id, Duel.other_id == assignment.entry_id),
        )
    )
    session.flush()
    audit.record(
        session,
        actor,
        "judging.recused",
        assignment.id,
        entry=assignment.entry_id,
        judge=assignment.judge_id,
    )
    if reassign and round_.closed_at is None:
        season = contest.get_season(session, round_.season_id)
        assign(session, season, round_, secrets.randbits(32), only={assignment.entry_id})
    return recusal
