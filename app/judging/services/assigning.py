"""Giving entries to judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import mail
from app.judging import notifications, queries, rules
from app.judging.models import Assignment, JudgingRound
from app.judging.rules import Candidate, Planned, RoundKind


def assign(
    session: Session,
    season: Season,
    round_: JudgingRound,
    seed: int,
    only: Collection[int] | None = None,
    but: int | None = None,
) -> int:
    """Add what a round lacks (for the entries `only`, if given, and to nobody new for the judge
    `but`), mail the judges, and return how many assignments that were."""
    judges = {judge.id: judge for judge in queries.working_judges(session)}
    asked = [judge for judge in judges if judge != but]
    there = queries.assignments_of(session, round_)
    counting = {
        (a.judge_id, a.entry_id): a.position
        for a in there
        if a.recusal is None and (a.judge_id in judges or rules.is_done(a, season.criteria))
    }
    candidates = [
        each
        for each in candidates_of(session, season, round_.kind)
        if only is None or each.entry_id in only
    ]
    seats = queries.seats(session, season)
    apart = queries.conflicts(session)
    barred = {(a.judge_id, a.entry_id) for a in there if (a.judge_id, a.entry_id) not in counting}
    barred |= queries.recused_pairs(session, season)
    planned: list[Planned] = []
    # An entry has its judges in every panel; whoever sits in two fills a place in both.
    for group in rules.groups_of(season.criteria, seats, asked):
        existing = counting | {(each.judge_id, each.entry_id): each.position for each in planned}
        members = group.judges | {
            a.judge_id for a in there if _scores_for(a, group.panel_id, season)
        }
        planned += rules.plan_assignments(
            candidates,
            group.judges,
            apart,
            season.reviews_least
            if round_.kind == RoundKind.FIRST
            else len(judges) + len(counting),  # More than there can be: everybody who may.
            {pair: position for pair, position in existing.items() if pair[0] in members},
            seed,
            barred=barred,
            anchors=set(round_.anchors),
        )
    session.add_all(
        Assignment(
            round_id=round_.id,
            judge_id=each.judge_id,
            entry_id=each.entry_id,
            position=each.position,
            criterion_ids=rules.asked_of(season.criteria, seats.get(each.judge_id, set())),
            scorecard=None,
            recusal=None,
        )
        for each in planned
    )
    session.flush()
    for judge_id, count in sorted(Counter(each.judge_id for each in planned).items()):
        mail.send(session, notifications.judge_assigned(judges[judge_id], count))
    return len(planned)


def ask_as_seated(session: Session, season: Season, round_: JudgingRound) -> None:
    """Ask every judge who has not scored an entry for what her panels score by now: criteria may
    have moved between a round's opening and the day judging begins."""
    seats = queries.seats(session, season)
    for assignment in queries.assignments_of(session, round_):
        if assignment.scorecard is None or not assignment.scorecard.scores:
            asked = rules.asked_of(season.criteria, seats.get(assignment.judge_id, set()))
            if assignment.criterion_ids != asked:
                assignment.criterion_ids = asked
    session.flush()


def _scores_for(assignment: Assignment, panel_id: int | None, season: Season) -> bool:
    """Whether somebody scores what this panel scores, though she may sit elsewhere by now."""
    return any(c.panel_id == panel_id for c in rules.own_criteria(assignment, season.criteria))


def candidates_of(session: Session, season: Season, kind: str) -> list[Candidate]:
    return [
        Candidate(entry.id, entry.school_id, entry.category_id)
        for entry in queries.entries_of_round(session, season, kind)
    ]
