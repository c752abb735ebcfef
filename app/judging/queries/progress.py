"""How far everybody is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core.errors import require
from app.entries.models import Entry
from app.judging import permissions, rules
from app.judging.models import JudgingRound
from app.judging.queries.apart import conflicts, seats
from app.judging.queries.working import assignments_of, entries_of_round, judges, working_judges


@dataclass(frozen=True)
class Load:
    """How far one judge is in a round."""

    judge: User
    assigned: int
    done: int
    stepped_aside: int
    schools: int
    """Schools she has a conflict with, her own among them."""
    panels: tuple[str, ...] = ()


def loads(session: Session, actor: User, round_: JudgingRound | None, season: Season) -> list[Load]:
    """Every judge with what she was given and has done, by name."""
    require(permissions.can_run_judging(actor))
    assigned = assignments_of(session, round_) if round_ else []
    alive = {e.id for e in entries_of_round(session, season, round_.kind)} if round_ else set()
    barred = conflicts(session)
    seated = seats(session, season)
    lines = []
    for judge in judges(session):
        mine = [a for a in assigned if a.judge_id == judge.id]
        counting = [a for a in mine if a.recusal is None and a.entry_id in alive]
        own = seated.get(judge.id, set())
        lines.append(
            Load(
                judge=judge,
                assigned=len(counting),
                done=sum(rules.is_done(a, season.criteria) for a in counting),
                stepped_aside=sum(a.recusal is not None for a in mine),
                schools=sum(judge.id == judge_id for judge_id, _school in barred),
                panels=tuple(panel.name for panel in season.panels if panel.id in own),
            )
        )
    return lines


@dataclass(frozen=True)
class Coverage:
    """How many judges one entry has in a round, and how many are done: of the criterion that has
    the fewest."""

    entry: Entry
    assigned: int
    done: int
    needed: int


def coverage(
    session: Session, actor: User, round_: JudgingRound | None, season: Season
) -> list[Coverage]:
    """Every entry of a round with its scorecards, those with the fewest first."""
    require(permissions.can_run_judging(actor))
    if round_ is None:
        return []
    working = {judge.id for judge in working_judges(session)}
    assigned: Counter[tuple[int, int]] = Counter()
    done: Counter[tuple[int, int]] = Counter()
    for assignment in assignments_of(session, round_):
        complete = rules.is_done(assignment, season.criteria)
        if assignment.recusal is None and (complete or assignment.judge_id in working):
            for criterion in rules.own_criteria(assignment, season.criteria):
                assigned[assignment.entry_id, criterion.id] += 1
                done[assignment.entry_id, criterion.id] += complete
    lines = [
        Coverage(
            entry,
            min(assigned[entry.id, each.id] for each in season.criteria),
            min(done[entry.id, each.id] for each in season.criteria),
            season.reviews_least,
        )
        for entry in entries_of_round(session, season, round_.kind)
    ]
    return sorted(lines, key=lambda line: (line.done, line.assigned, line.entry.code))
