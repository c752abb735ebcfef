"""Adding up what the judges did."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import TieRule
from app.core.errors import require
from app.judging import permissions, rules
from app.judging.models import Assignment, Runoff
from app.judging.queries.working import assignments_of, entries_of_round, find_round
from app.judging.rules import Card, Choice, Evaluation, Method, Ranked, RoundKind


@dataclass(frozen=True)
class Results:
    """A round's places by category, how sure they are and how strict its judges."""

    rankings: dict[int | None, list[Ranked]] = field(default_factory=dict)
    evaluation: Evaluation = field(default_factory=lambda: Evaluation({}, (), None, None))

    def close_calls(self, category_id: int | None) -> list[int]:
        """The entries of a category between which it is too close to call the first place."""
        chances = self.evaluation.chances
        listed = [ranked.entry_id for ranked in self.rankings[category_id]]
        return rules.too_close([chances[entry] for entry in listed if entry in chances])


def results_for(session: Session, actor: User, season: Season, kind: RoundKind) -> Results:
    """Every category from first to last, and how sure that is, in a constant number of queries, for
    eyes that may see scores; empty for a round that was not opened. Raises NotAllowed."""
    require(permissions.can_see_scores(actor))
    return results(session, season, kind)


def rankings_for(
    session: Session, actor: User, season: Season, kind: RoundKind
) -> dict[int | None, list[Ranked]]:
    """Every category from first to last, for eyes that may see scores; raises NotAllowed."""
    require(permissions.can_see_scores(actor))
    return rankings(session, season, kind)


def rankings(session: Session, season: Season, kind: RoundKind) -> dict[int | None, list[Ranked]]:
    """Every category from first to last, in a constant number of queries, to be reckoned with;
    whoever shows it to somebody asks `rankings_for`."""
    return results(session, season, kind).rankings


def results(session: Session, season: Season, kind: RoundKind) -> Results:
    """As `results_for`, to be reckoned with."""
    round_ = find_round(session, season, kind)
    if round_ is None:
        return Results()
    about = entries_of_round(session, season, kind)
    counted = cards(season, assignments_of(session, round_), {entry.id for entry in about})
    categories: dict[int | None, list[int]] = {category.id: [] for category in season.categories}
    for entry in about:
        categories.setdefault(entry.category_id, []).append(entry.id)
    weights = {criterion.id: criterion.weight for criterion in season.criteria}
    evaluation = rules.evaluate_blocks(
        [rules.block_of(counted, block) for block in blocks(season)],
        list(categories.values()),
        method=Method(round_.method),
    )
    chances = {entry: chance.first for entry, chance in evaluation.chances.items()}
    settled: dict[int | None, list[list[list[int]]]] = {}
    for runoff in session.scalars(
        select(Runoff)
        .where(Runoff.round_id == round_.id, Runoff.closed_at.is_not(None))
        .order_by(Runoff.id)
    ):
        if runoff.duels:
            settled.setdefault(runoff.category_id, []).append(runoff_order(runoff))
    ranked = {
        category_id: rules.rank(
            counted,
            entry_ids,
            weights=weights,
            decides_ties=next((c.id for c in season.criteria if c.decides_ties), None),
            reviews_least=season.reviews_least,
            scores=evaluation.scores if round_.method == Method.ADJUSTED else None,
            chances=chances,
            tie_rule=TieRule(season.tie_rule),
            settled=settled.get(category_id, ()),
        )
        for category_id, entry_ids in categories.items()
        if entry_ids
    }
    return Results(ranked, evaluation)


def runoff_order(runoff: Runoff) -> list[list[int]]:
    """Its entries as the judges chose, those that are level together."""
    return rules.order_of(
        runoff.entry_ids,
        [Choice(d.judge_id, d.one_id, d.other_id, d.chosen_id) for d in runoff.duels],
    )


def blocks(season: Season) -> list[dict[int, int]]:
    """The rubric's weights by criterion, in parts that are each scored by the same judges."""
    return [
        {criterion.id: criterion.weight for criterion in block}
        for block in rules.blocks_of(season.criteria)
    ]


def cards(season: Season, listed: Sequence[Assignment], about: Set[int]) -> list[Card]:
    """What counts of a round's assignments: complete, and not stepped aside from. A conflict found
    later recuses; one declared for next season must not change what was announced."""
    return [
        Card(a.entry_id, a.judge_id, scores)
        for a in listed
        if a.entry_id in about and (scores := rules.counted_scores(a, season.criteria)) is not None
    ]
