"""Writing: conflicts, rounds and their assignments, scorecards, recusals, finalists."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.entries import services as entries
from app.entries.models import Entry
from app.judging import notifications, permissions, queries, rules
from app.judging.models import Assignment, Conflict, JudgingRound, Recusal, Score, Scorecard
from app.judging.rules import Candidate, RoundKind
from app.schools.models import School
from app.texts import text

# Conflicts


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
            _step_aside(session, actor, assignment, reason, now, conflict)
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


# Rounds


def open_round(
    session: Session,
    *,
    actor: User,
    season: Season,
    kind: RoundKind,
    now: datetime,
    seed: int | None = None,
) -> JudgingRound:
    """Open a round, give every entry its judges, and tell them.

    The first round is about every accepted entry; in the finals every judge scores every finalist
    afresh, except where there is a conflict. `seed` makes the plan repeatable; it is drawn, and
    kept in the trace, when none is given.
    """
    require(permissions.can_run_judging(actor))
    _lock_season(session, season)
    if reason := rules.why_not_openable(
        kind,
        queries.rounds(session, season),
        season.criteria,
        entry_count=len(queries.entries_of_round(session, season, kind)),
        judge_count=len(queries.working_judges(session)),
    ):
        raise Refused(reason)
    round_ = JudgingRound(season_id=season.id, kind=kind, opened_at=now)
    session.add(round_)
    session.flush()
    seed = secrets.randbits(32) if seed is None else seed
    given = _assign(session, season, round_, seed)
    audit.record(
        session, actor, "judging.round-opened", round_.id, kind=kind, seed=seed, assigned=given
    )
    return round_


def top_up(session: Session, *, actor: User, season: Season, round_: JudgingRound) -> int:
    """Give judges to entries that have too few: new ones, or whose judges left or stepped aside.
    Nothing that is there moves. Returns how many assignments were added."""
    require(permissions.can_run_judging(actor))
    _lock_round(session, round_)
    if round_.closed_at is not None:
        raise Refused(text("This round is closed."))
    seed = secrets.randbits(32)
    given = _assign(session, season, round_, seed)
    audit.record(session, actor, "judging.round-topped-up", round_.id, seed=seed, assigned=given)
    return given


def close_round(session: Session, *, actor: User, round_: JudgingRound, now: datetime) -> None:
    """Take no more scores. Entries short of scorecards stay so; the ranking marks them."""
    require(permissions.can_run_judging(actor))
    _lock_round(session, round_)
    if round_.closed_at is None:
        round_.closed_at = now
        audit.record(session, actor, "judging.round-closed", round_.id, kind=round_.kind)


def reopen_round(session: Session, *, actor: User, season: Season, round_: JudgingRound) -> None:
    """Go on with a round that was closed too early."""
    require(permissions.can_run_judging(actor))
    _lock_season(session, season)
    _lock_round(session, round_)
    if reason := rules.why_not_reopenable(round_, queries.rounds(session, season)):
        raise Refused(reason)
    round_.closed_at = None
    audit.record(session, actor, "judging.round-reopened", round_.id, kind=round_.kind)


def _assign(
    session: Session,
    season: Season,
    round_: JudgingRound,
    seed: int,
    only: Collection[int] | None = None,
) -> int:
    """Add what a round lacks (for the entries `only`, if given), mail the judges, and return how
    many assignments that were."""
    judges = {judge.id: judge for judge in queries.working_judges(session)}
    there = queries.assignments_of(session, round_)
    counting = {
        (a.judge_id, a.entry_id): a.position
        for a in there
        if a.recusal is None
        and (a.judge_id in judges or rules.is_complete(a.scorecard, season.criteria))
    }
    planned = rules.plan_assignments(
        [
            Candidate(entry.id, entry.school_id, entry.category_id)
            for entry in queries.entries_of_round(session, season, round_.kind)
            if only is None or entry.id in only
        ],
        judges,
        queries.conflicts(session),
        season.reviews_least
        if round_.kind == RoundKind.FIRST
        else len(judges) + len(counting),  # More than there can be: everybody who may.
        counting,
        seed,
        barred={(a.judge_id, a.entry_id) for a in there if (a.judge_id, a.entry_id) not in counting}
        | queries.recused_pairs(session, season),
    )
    session.add_all(
        Assignment(
            round_id=round_.id,
            judge_id=each.judge_id,
            entry_id=each.entry_id,
            position=each.position,
            scorecard=None,
            recusal=None,
        )
        for each in planned
    )
    session.flush()
    for judge_id, count in sorted(Counter(each.judge_id for each in planned).items()):
        mail.send(session, notifications.judge_assigned(judges[judge_id], count))
    return len(planned)


def _lock_season(session: Session, season: Season) -> None:
    # Two organizers pressing at once wait for each other instead of opening a round twice.
    session.execute(select(Season.id).where(Season.id == season.id).with_for_update())


def _lock_round(session: Session, round_: JudgingRound, *, shared: bool = False) -> None:
    """Hold the round as it is: whoever closes or fills it alone, whoever scores beside others."""
    session.execute(
        select(JudgingRound.id).where(JudgingRound.id == round_.id).with_for_update(read=shared)
    )
    session.refresh(round_)


# Scorecards


def save_score(
    session: Session,
    *,
    actor: User,
    assignment: Assignment,
    criterion_id: int,
    value: int,
    now: datetime,
) -> Scorecard:
    """One criterion's score, at once. Saying it again changes nothing."""
    season, scorecard = _open_scorecard(session, actor, assignment, now)
    if criterion_id not in {criterion.id for criterion in season.criteria}:
        raise Refused(text("The rubric has changed. Please reload the page."))
    if not rules.LOWEST <= value <= rules.HIGHEST:
        raise Refused(text("A score is a whole number from 1 to 5."))
    known = next((s for s in scorecard.scores if s.criterion_id == criterion_id), None)
    before = known.value if known else None
    if before == value:
        return scorecard
    if known is None:
        scorecard.scores.append(Score(criterion_id=criterion_id, value=value))
    else:
        known.value = value
    scorecard.updated_at = now
    session.flush()
    audit.record(
        session,
        actor,
        "scorecard.scored",
        assignment.id,
        criterion=criterion_id,
        value=value,
        before=before,
    )
    return scorecard


def save_comment(
    session: Session, *, actor: User, assignment: Assignment, comment: str, now: datetime
) -> Scorecard:
    _season, scorecard = _open_scorecard(session, actor, assignment, now)
    if len(comment) > rules.COMMENT_MOST:
        raise Refused(
            text("Please keep the comment to %(most)s characters.", most=rules.COMMENT_MOST)
        )
    if scorecard.comment != comment:
        scorecard.comment = comment
        scorecard.updated_at = now
        audit.record(session, actor, "scorecard.commented", assignment.id)
    return scorecard


def complete_scorecard(
    session: Session, *, actor: User, assignment: Assignment, now: datetime
) -> Scorecard:
    """The judge is done with this entry; from now on its scores count. Raises Refused while a
    criterion has no score."""
    season, scorecard = _open_scorecard(session, actor, assignment, now)
    if lacking := rules.missing_scores(scorecard, season.criteria):
        raise Refused(
            text(
                "Still without a score: %(names)s.", names=", ".join(each.name for each in lacking)
            )
        )
    scorecard.completed_at = scorecard.updated_at = now
    audit.record(
        session,
        actor,
        "scorecard.completed",
        assignment.id,
        scores={str(each): value for each, value in scorecard.values.items()},
    )
    return scorecard


def reopen_scorecard(
    session: Session, *, actor: User, assignment: Assignment, now: datetime
) -> None:
    """The judge wants to change something. Until it is completed again it does not count."""
    _check_open(session, actor, assignment, now)
    if assignment.scorecard is not None and assignment.scorecard.completed_at is not None:
        assignment.scorecard.completed_at = None
        assignment.scorecard.updated_at = now
        audit.record(session, actor, "scorecard.reopened", assignment.id)


def _check_open(session: Session, actor: User, assignment: Assignment, now: datetime) -> Season:
    """The season, once it is certain that this judge may write in this scorecard now."""
    require(permissions.can_score(actor, assignment))
    _lock_round(session, assignment.round, shared=True)
    # Two devices of one judge, or two presses, save one after the other.
    session.execute(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    session.refresh(assignment, ["scorecard", "recusal"])
    season = contest.get_season(session, assignment.round.season_id)
    if reason := rules.why_not_scorable(assignment, season, now):
        raise Refused(reason)
    return season


def _open_scorecard(
    session: Session, actor: User, assignment: Assignment, now: datetime
) -> tuple[Season, Scorecard]:
    season = _check_open(session, actor, assignment, now)
    scorecard = assignment.scorecard
    if scorecard is None:
        scorecard = Scorecard(comment="", updated_at=now, scores=[])
        assignment.scorecard = scorecard
        session.flush()
    if rules.is_complete(scorecard, season.criteria):
        raise Refused(text("This scorecard is finished. Reopen it to change something."))
    return season, scorecard


# Stepping aside


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
    _lock_round(session, assignment.round)
    session.refresh(assignment, ["recusal"])
    if problem := rules.why_not_watchable(assignment):
        raise Refused(problem)
    return _step_aside(session, actor, assignment, reason.strip(), now, None)


def _step_aside(
    session: Session,
    actor: User,
    assignment: Assignment,
    reason: str,
    now: datetime,
    conflict: Conflict | None,
) -> Recusal:
    round_ = assignment.round
    _lock_round(session, round_)
    recusal = Recusal(
        judge_id=assignment.judge_id,
        entry_id=assignment.entry_id,
        conflict_id=conflict.id if conflict else None,
        reason=reason,
        at=now,
    )
    assignment.recusal = recusal
    session.flush()
    audit.record(
        session,
        actor,
        "judging.recused",
        assignment.id,
        entry=assignment.entry_id,
        judge=assignment.judge_id,
    )
    if round_.closed_at is None:
        season = contest.get_season(session, round_.season_id)
        _assign(session, season, round_, secrets.randbits(32), only={assignment.entry_id})
    return recusal


# Finalists


def choose_finalists(
    session: Session,
    *,
    actor: User,
    season: Season,
    now: datetime,
    entry_ids: Iterable[int] | None = None,
) -> list[int]:
    """Name the finalists: the best of each category of the first round, as many as the season's
    rules say, with everybody who shares the last place; or exactly `entry_ids`. Returns them."""
    require(permissions.can_run_judging(actor))
    _lock_season(session, season)
    if reason := rules.why_not_choosable(queries.rounds(session, season)):
        raise Refused(reason)
    by_rule = {
        entry_id
        for ranking in queries.rankings(session, season, RoundKind.FIRST).values()
        for entry_id in rules.finalists_by_rank(ranking, season.finalists_most)
    }
    chosen = by_rule if entry_ids is None else set(entry_ids)
    judged = {e.id for e in queries.entries_of_round(session, season, RoundKind.FIRST)}
    if not chosen <= judged:
        raise Refused(text("Only accepted entries of this season can be finalists."))
    if not chosen:
        raise Refused(text("Please choose at least one finalist."))
    entries.name_finalists(session, season=season, entry_ids=chosen, now=now)
    audit.record(
        session,
        actor,
        "judging.finalists-chosen",
        season.id,
        entries=sorted(chosen),
        added=sorted(chosen - by_rule),
        left_out=sorted(by_rule - chosen),
    )
    return sorted(chosen)
