"""Asking a judge to look again; her old scores and her new ones are both kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.core import audit, mail
from app.core.errors import Refused, require
from app.judging import notifications, permissions, rules
from app.judging.models import Assignment, Rescore
from app.judging.services.holding import check_unsealed, lock_round, lock_season
from app.texts import text


def ask_again(
    session: Session, *, actor: User, assignment: Assignment, reason: str, now: datetime
) -> Rescore:
    """Ask a judge to look at an entry again, also after the round has closed. What she gave counts
    until she has answered."""
    require(permissions.can_run_judging(actor))
    season = contest.get_season(session, assignment.round.season_id)
    lock_season(session, season)
    lock_round(session, assignment.round)
    session.refresh(assignment, ["scorecard", "recusal", "rescores"])
    check_unsealed(session, season)
    if problem := rules.why_not_rescored(assignment, season.criteria):
        raise Refused(problem)
    if not reason.strip():
        raise Refused(text("Please say why. The judge reads it."))
    if len(reason.strip()) > rules.REASON_MOST:
        raise Refused(text("Please keep it to %(most)s characters.", most=rules.REASON_MOST))
    before = rules.counted_scores(assignment, season.criteria) or {}
    rescore = Rescore(
        asked_by=actor.id,
        asked_at=now,
        reason=reason.strip(),
        before={str(criterion): value for criterion, value in before.items()},
    )
    assignment.rescores.append(rescore)
    session.flush()
    audit.record(session, actor, "judging.asked-again", assignment.id, reason=reason.strip())
    judge = people.get_user(session, assignment.judge_id)
    mail.send(session, notifications.asked_again(judge, assignment.id))
    return rescore


def keep_scores(session: Session, *, actor: User, assignment: Assignment, now: datetime) -> None:
    """The judge has looked again, and her scores stay."""
    require(permissions.can_score(actor, assignment))
    lock_round(session, assignment.round)
    session.refresh(assignment, ["scorecard", "rescores"])
    rescore = rules.open_rescore(assignment)
    if rescore is None:
        raise Refused(text("Nobody asked you to look at this entry again."))
    if assignment.scorecard is not None and assignment.scorecard.completed_at is None:
        raise Refused(text("You have begun to change it. Finish the scorecard instead."))
    answer(session, actor, assignment, now)


def take_back_question(
    session: Session, *, actor: User, assignment: Assignment, now: datetime
) -> None:
    """The judge need not look again. If she was in the middle of it, her scores are as before."""
    require(permissions.can_run_judging(actor))
    lock_round(session, assignment.round)
    session.refresh(assignment, ["scorecard", "rescores"])
    rescore = rules.open_rescore(assignment)
    if rescore is None:
        return
    scorecard = assignment.scorecard
    if scorecard is not None and scorecard.completed_at is None:
        for score in scorecard.scores:
            score.value = rescore.before.get(str(score.criterion_id), score.value)
        scorecard.completed_at = scorecard.updated_at = now
    rescore.after, rescore.answered_at = dict(rescore.before), now
    session.flush()
    audit.record(session, actor, "judging.question-taken-back", assignment.id)


def answer(session: Session, actor: User, assignment: Assignment, now: datetime) -> None:
    """Write down what she gives now, if she was asked."""
    rescore = rules.open_rescore(assignment)
    if rescore is None or assignment.scorecard is None:
        return
    rescore.after = {str(c): value for c, value in assignment.scorecard.values.items()}
    rescore.answered_at = now
    session.flush()
    audit.record(
        session,
        actor,
        "judging.answered-again",
        assignment.id,
        before=rescore.before,
        after=rescore.after,
    )
