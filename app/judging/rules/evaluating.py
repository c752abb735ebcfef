"""From scorecards to what can be said of each entry: a score, and how sure it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import median

import numpy as np

from app.judging.rules import severity
from app.judging.rules.severity import Floats, Plan
from app.texts import Text, text

DRAWS = 1000
SEED = 20260101
LEAST_JUDGES = 3
LEAST_CARDS = 4
"""With fewer scorecards a judge, evening out makes results worse (the simulation in the docs)."""
CLOSE = 0.2
"""Below this difference of the chances to be first, two entries are too close to call."""


class Method(StrEnum):
    MEAN = "mean"
    ADJUSTED = "adjusted"


@dataclass(frozen=True)
class Chance:
    """What can be said of one entry; scores on the rubric's scale, chances from 0 to 1.

    `low` and `high` hold the middle 90 % of what the score would have been with other judges like
    these; `first` and `top_three` are how often it came first, or among the first three, in its
    category then.
    """

    entry_id: int
    reviews: int
    mean: float
    adjusted: float | None
    low: float
    high: float
    first: float
    top_three: float


@dataclass(frozen=True)
class Strictness:
    """How a judge scores: `severity` in points of the rubric's scale, above 0 where she gives more
    than others would, None where nobody can tell."""

    judge_id: int
    cards: int
    mean: float
    severity: float | None


@dataclass(frozen=True)
class Evaluation:
    """All of a round. `refused` says why nothing was evened out, and is None where it was."""

    chances: Mapping[int, Chance]
    judges: tuple[Strictness, ...]
    refused: Text | None
    reliability: float | None
    """Of one scorecard: the share of its variance that comes from the entry (ICC 1)."""

    @property
    def scores(self) -> dict[int, Fraction] | None:
        """The evened out scores by entry, exact to the sixth decimal; None where it was refused."""
        if self.refused is not None:
            return None
        return {
            entry: Fraction(str(chance.adjusted))
            for entry, chance in self.chances.items()
            if chance.adjusted is not None
        }


def why_not_adjustable(plan: Plan) -> Text | None:
    """Why the strictness of judges can't be told from these scorecards, or None."""
    if len(plan.judges) < LEAST_JUDGES:
        return text("It takes at least three judges to tell who is strict.")
    if len(groups_of_judges(plan)) > 1:
        return text(
            "The judges fall into groups that have no entry in common. Whether one group was "
            "strict or had weaker entries cannot be told, so the plain means stand."
        )
    if median(len(cards) for cards in plan.cards_of_judge) < LEAST_CARDS:
        return text(
            "The judges scored too few entries each to tell who is strict, so the plain means "
            "stand."
        )
    return None


def groups_of_judges(plan: Plan) -> list[list[int]]:
    """Judges who are linked by entries they share, directly or by way of others (union-find)."""
    parent = list(range(len(plan.judges)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, other in plan.shared:
        parent[root(one)] = root(other)
    groups: dict[int, list[int]] = {}
    for at, judge in enumerate(plan.judges):
        groups.setdefault(root(at), []).append(judge)
    return sorted(groups.values())


@dataclass(frozen=True)
class Block:
    """Criteria that the same judges score: what each scorecard gave, by (entry, judge), on the
    rubric's scale, and how much it weighs."""

    totals: Mapping[tuple[int, int], Fraction]
    weight: int = 1


def evaluate(
    totals: Mapping[tuple[int, int], Fraction],
    categories: Sequence[Collection[int]],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Evaluation:
    """What scorecards of the whole rubric say; see `evaluate_blocks`."""
    return evaluate_blocks([Block(totals)], categories, draws=draws, seed=seed)


def evaluate_blocks(
    blocks: Sequence[Block],
    categories: Sequence[Collection[int]],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    method: Method = Method.ADJUSTED,
) -> Evaluation:
    """What scorecards say; `categories` hold the entries that compete.

    Each block is evened out for itself, because its judges are its own; an entry's score is the
    blocks' by their weights, and one that lacks a block has none. The judges of each block are
    drawn anew `draws` times, each with what she scored, and the result is worked out each time (a
    bootstrap over judges). The same scorecards give the same bytes, in whatever order they come and
    wherever it is run. Intervals and chances are those of `method`, the one that counts.
    """
    if not blocks or not all(block.totals for block in blocks):
        return Evaluation({}, (), None, None)
    plans = [Plan.of(list(block.totals)) for block in blocks]
    refused = next((r for r in map(why_not_adjustable, plans) if r is not None), None)
    parts = [
        _part(plan, block.totals, refused is None, draws, seed + number, method)
        for number, (plan, block) in enumerate(zip(plans, blocks, strict=True))
    ]
    entries = sorted(set.intersection(*(set(plan.entries) for plan in plans)))
    weight = sum(block.weight for block in blocks)
    shares = [block.weight / weight for block in blocks]

    def together(tables: Sequence[Floats]) -> Floats:
        found = np.zeros((len(entries), tables[0].shape[1]))
        for plan, share, table in zip(plans, shares, tables, strict=True):
            place = {entry: at for at, entry in enumerate(plan.entries)}
            found = found + share * table[[place[entry] for entry in entries]]
        return found

    counts = [Counter(plan.entries[at] for at in plan.entry_of) for plan in plans]
    reviews = {entry: min(count[entry] for count in counts) for entry in entries}
    scores = [part.scores for part in parts if part.scores is not None]
    chances = _chances(
        entries,
        reviews,
        together([part.means for part in parts]),
        together(scores) if refused is None else None,
        together([part.drawn for part in parts]),
        categories,
    )
    return Evaluation(
        chances,
        tuple(judge for part in parts for judge in part.judges),
        refused,
        parts[0].reliability if len(parts) == 1 else None,
    )


@dataclass(frozen=True)
class _Part:
    """One block: means and scores entries by one, drawn scores entries by draws."""

    means: Floats
    scores: Floats | None
    drawn: Floats
    judges: list[Strictness]
    reliability: float | None


def _part(
    plan: Plan,
    totals: Mapping[tuple[int, int], Fraction],
    adjusts: bool,
    draws: int,
    seed: int,
    method: Method,
) -> _Part:
    column = np.array(
        [
            [float(totals[plan.entries[entry], plan.judges[judge]])]
            for entry, judge in zip(plan.entry_of, plan.judge_of, strict=True)
        ]
    )
    once = np.ones((len(plan.judges), 1))
    weights = _drawn(len(plan.judges), draws, seed)
    many = np.repeat(column, draws, axis=1)
    means = severity.averaged(plan, column, once)
    if adjusts:
        effects, variances = severity.fit(plan, column)
        scores = severity.adjusted(plan, column, once, effects)
        if method is Method.ADJUSTED:
            # What quality and severity are worth is known from all; drawing anew moves the judges.
            drawn_effects = severity.effects_of(plan, many, weights, variances.repeated(draws))
            drawn = severity.adjusted(plan, many, weights, drawn_effects)
        else:
            drawn = severity.averaged(plan, many, weights)
        reliability = _rounded(variances.reliability[0])
        severities: list[float | None] = [_rounded(value) for value in effects.severity[:, 0]]
    else:
        scores, drawn, reliability = None, severity.averaged(plan, many, weights), None
        severities = [None] * len(plan.judges)
    judges = [
        Strictness(
            judge, len(cards), _rounded(np.add.reduce(column[cards])[0] / len(cards)), severe
        )
        for judge, cards, severe in zip(plan.judges, plan.cards_of_judge, severities, strict=True)
    ]
    return _Part(means, scores, drawn, judges, reliability)


def _drawn(judges: int, draws: int, seed: int) -> Floats:
    """How often each judge was drawn, judges by draws."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    weights = np.zeros((judges, draws))
    for draw in range(draws):
        for _ in range(judges):
            weights[chance.randrange(judges), draw] += 1
    return weights


def _chances(
    entries: Sequence[int],
    reviews: Mapping[int, int],
    means: Floats,
    scores: Floats | None,
    drawn: Floats,
    categories: Sequence[Collection[int]],
) -> dict[int, Chance]:
    place = {entry: at for at, entry in enumerate(entries)}
    draws = drawn.shape[1]
    chances = {}
    for category in categories:
        own = sorted(place[entry] for entry in category if entry in place)
        if not own:
            continue
        block = np.sort(drawn[own], axis=0)
        best, third = block[-1], block[max(0, len(own) - 3)]
        # Of several that share the first place in a draw, each has its part of it.
        ties = np.add.reduce((drawn[own] == best).astype(float))
        for at in own:
            mine = np.sort(drawn[at])
            first = float(np.add.reduce(np.where(drawn[at] == best, 1 / ties, 0.0))) / draws
            chances[entries[at]] = Chance(
                entry_id=entries[at],
                reviews=reviews[entries[at]],
                mean=_rounded(means[at, 0]),
                adjusted=None if scores is None else _rounded(scores[at, 0]),
                low=_rounded(mine[int(0.05 * (draws - 1))]),
                high=_rounded(mine[int(0.95 * (draws - 1))]),
                first=_rounded(first),
                top_three=_rounded(np.count_nonzero(drawn[at] >= third) / draws),
            )
    return chances


def _rounded(value: float) -> float:
    # What is equal but for the last bits is equal.
    return round(float(value), 6) + 0.0


def too_close(chances: Collection[Chance]) -> list[int]:
    """The entries of a category that compete for the first place in earnest: the likeliest first,
    and all whose chance is less than `CLOSE` behind. One alone is not too close to anything."""
    if not chances:
        return []
    most = max(chance.first for chance in chances)
    close = [c for c in chances if round(most - c.first, 9) < CLOSE and c.first > 0]
    listed = sorted(close, key=lambda c: (-c.first, c.entry_id))
    return [c.entry_id for c in listed] if len(listed) > 1 else []
