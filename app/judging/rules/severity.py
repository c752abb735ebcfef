"""How strict each judge is, and what the scores are once that is evened out.

The model: a total `t` of entry i by judge j is `mu + q_i + s_j + e_ij`, with the quality q, the
severity s and the rest e drawn from normal distributions (many-facet rating with random effects).
Its equations are Henderson's (1975), its variances come from EM. Afterwards each judge's spread is
drawn toward that of all, so that somebody who uses the whole scale counts no more than others.

Many data sets on the same plan are solved side by side: one column each. Only additions,
multiplications, divisions and square roots are used, each in a fixed order, so that every machine
finds the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EM_STEPS = 60
# How many scorecards of an average judge each judge's own spread is mixed with.
SPREAD_PRIOR = 6.0
LEAST_VARIANCE = 1e-6


@dataclass(frozen=True)
class Plan:
    """Who scored what: `entries` and `judges` in ascending order, and for every scorecard their
    places in these, by entry and then by judge."""

    entries: tuple[int, ...]
    judges: tuple[int, ...]
    entry_of: tuple[int, ...]
    judge_of: tuple[int, ...]

    @staticmethod
    def of(pairs: Sequence[tuple[int, int]]) -> Plan:
        """The plan of (entry, judge) pairs, in whatever order they come."""
        entries = tuple(sorted({entry for entry, _judge in pairs}))
        judges = tuple(sorted({judge for _entry, judge in pairs}))
        place = {entry: at for at, entry in enumerate(entries)}
        seat = {judge: at for at, judge in enumerate(judges)}
        cards = sorted((place[entry], seat[judge]) for entry, judge in pairs)
        return Plan(entries, judges, tuple(e for e, _j in cards), tuple(j for _e, j in cards))

    @cached_property
    def cards_of_judge(self) -> list[list[int]]:
        """For each judge the places of her scorecards."""
        found: list[list[int]] = [[] for _ in self.judges]
        for card, judge in enumerate(self.judge_of):
            found[judge].append(card)
        return found

    @property
    def is_complete(self) -> bool:
        """Whether every judge scored every entry."""
        return len(self.entry_of) == len(self.entries) * len(self.judges)

    @cached_property
    def entries_of_judge(self) -> list[NDArray[np.intp]]:
        places = np.array(self.entry_of, dtype=np.intp)
        return [places[cards] for cards in self.cards_of_judge]

    @cached_property
    def shared(self) -> Mapping[tuple[int, int], NDArray[np.intp]]:
        """For each pair of judges, in both orders and with themselves, the entries both scored."""
        sets = [set(places.tolist()) for places in self.entries_of_judge]
        return {
            (one, other): np.array(sorted(mine & theirs), dtype=np.intp)
            for one, mine in enumerate(sets)
            for other, theirs in enumerate(sets)
            if mine & theirs
        }

    @cached_property
    def shared_by_reviews(self) -> list[tuple[int, Floats]]:
        """For each number of scorecards an entry has: the place of one such entry, and how many of
        them each two judges share, judges by judges."""
        judges_of: list[list[int]] = [[] for _ in self.entries]
        for entry, judge in zip(self.entry_of, self.judge_of, strict=True):
            judges_of[entry].append(judge)
        found: dict[int, tuple[int, Floats]] = {}
        for entry, seats in enumerate(judges_of):
            empty = np.zeros((len(self.judges), len(self.judges)))
            counts = found.setdefault(len(seats), (entry, empty))[1]
            counts[np.ix_(seats, seats)] += 1
        return [found[reviews] for reviews in sorted(found)]


@dataclass(frozen=True)
class Variances:
    """Of quality, severity and the rest, one value a column."""

    quality: Floats
    severity: Floats
    rest: Floats

    @property
    def reliability(self) -> Floats:
        """Of a single scorecard: the share of its variance that the entry brings in (ICC 1)."""
        share: Floats = self.quality / (self.quality + self.severity + self.rest)
        return share

    def repeated(self, columns: int) -> Variances:
        """The first column's, so many times."""
        parts = (self.quality, self.severity, self.rest)
        return Variances(*(np.repeat(part[:1], columns) for part in parts))


@dataclass(frozen=True)
class Effects:
    """What the model finds, one column for each data set: `mean` (columns), `quality` (entries by
    columns) and `severity` (judges by columns), both as differences from the mean."""

    mean: Floats
    quality: Floats
    severity: Floats


def fit(plan: Plan, totals: Floats) -> tuple[Effects, Variances]:
    """Effects and variances of `totals` (scorecards by columns), the latter by EM."""
    columns = totals.shape[1]
    weights = np.ones((len(plan.judges), columns))
    mean = _column_sum(totals) / len(totals)
    centered = totals - mean
    spread = _column_sum(centered * centered) / len(totals)
    third = np.maximum(spread / 3, LEAST_VARIANCE)
    variances = Variances(third, third, third)
    effects = Effects(
        mean, np.zeros((len(plan.entries), columns)), np.zeros((len(plan.judges), columns))
    )
    for _ in range(EM_STEPS):
        effects, divisors, inverse = _solve(plan, centered, mean, weights, variances, alike=True)
        variances = _improved(plan, centered, effects, variances, divisors, inverse)
    return effects, variances


def effects_of(plan: Plan, totals: Floats, weights: Floats, variances: Variances) -> Effects:
    """Effects where each judge counts `weights` (judges by columns) times, for known variances."""
    counted = _counted(plan, weights)
    mean = _column_sum(totals * counted) / _column_sum(counted)
    return _solve(plan, totals - mean, mean, weights, variances)[0]


def adjusted(plan: Plan, totals: Floats, weights: Floats, effects: Effects) -> Floats:
    """The score of each entry (entries by columns): totals moved to where the judge would be if she
    were as strict as all, and spread as all are, averaged over the entry's judges.

    A judge's spread is mixed with that of all: sqrt((SS + k P) / (m - 1 + k)) for m scorecards with
    the sum of squares SS, the pooled variance P and k = 6. Where every judge scored every entry
    nothing has to be mixed in (k = 0): then whoever stretches all her scores changes no place.
    """
    prior = 0.0 if plan.is_complete else SPREAD_PRIOR
    squares, means = [], []
    for cards in plan.cards_of_judge:
        own = totals[cards]
        mean = _column_sum(own) / len(cards)
        means.append(mean)
        squares.append(_column_sum((own - mean) * (own - mean)))
    freedom = np.array([max(0, len(cards) - 1) for cards in plan.cards_of_judge], dtype=float)
    pooled_over = _column_sum(weights * freedom[:, None])
    pooled = _column_sum(weights * np.array(squares)) / np.maximum(pooled_over, 1.0)
    pooled = np.maximum(pooled, LEAST_VARIANCE)
    moved = np.zeros_like(totals)
    for judge, cards in enumerate(plan.cards_of_judge):
        own_spread = (squares[judge] + prior * pooled) / max(1.0, freedom[judge] + prior)
        own_spread = np.maximum(own_spread, LEAST_VARIANCE)
        factor = np.sqrt(pooled / own_spread)
        places = plan.entries_of_judge[judge]
        level = effects.mean + _column_sum(effects.quality[places]) / len(cards)
        moved[cards] = (totals[cards] - means[judge]) * factor + level
    return averaged(plan, moved, weights, effects.mean)


def averaged(plan: Plan, totals: Floats, weights: Floats, unknown: Floats | None = None) -> Floats:
    """The mean of each entry's `totals` over its judges (entries by columns); of one that no drawn
    judge scored the value `unknown`, or the mean of all."""
    shape = (len(plan.entries), totals.shape[1])
    total, number = np.zeros(shape), np.zeros(shape)
    for judge, cards in enumerate(plan.cards_of_judge):
        total[plan.entries_of_judge[judge]] += weights[judge] * totals[cards]
        number[plan.entries_of_judge[judge]] += weights[judge]
    if unknown is None:
        unknown = _column_sum(total) / _column_sum(number)
    result: Floats = np.where(number == 0, unknown, total / np.maximum(number, 1.0))
    return result


def _column_sum(values: Floats) -> Floats:
    # Along the first axis numpy adds row after row, whatever the processor can do at once.
    result: Floats = np.add.reduce(np.ascontiguousarray(values), axis=0)
    return result


def _counted(plan: Plan, weights: Floats) -> Floats:
    result: Floats = weights[np.array(plan.judge_of)]
    return result


def _solve(
    plan: Plan,
    centered: Floats,
    mean: Floats,
    weights: Floats,
    variances: Variances,
    *,
    alike: bool = False,
) -> tuple[Effects, Floats, Floats]:
    """Henderson's equations: the qualities are eliminated, which leaves one equation a judge.
    `alike` says that all weights are one.

    Also returns what each quality is divided by (entries by columns) and the inverse of the judges'
    equations (judges by judges by columns).
    """
    per_quality = variances.rest / variances.quality
    per_severity = variances.rest / variances.severity
    judges, columns = weights.shape
    divisors = np.zeros((len(plan.entries), columns)) + per_quality
    sums = np.zeros_like(divisors)
    for judge, cards in enumerate(plan.cards_of_judge):
        places = plan.entries_of_judge[judge]
        divisors[places] += weights[judge]
        sums[places] += weights[judge] * centered[cards]
    matrix = np.zeros((judges, judges, columns))
    right = np.zeros((judges, columns))
    shares = sums / divisors
    for judge, cards in enumerate(plan.cards_of_judge):
        matrix[judge, judge] = len(cards) + per_severity
        right[judge] = _column_sum(centered[cards]) - _column_sum(
            shares[plan.entries_of_judge[judge]]
        )
    matrix -= weights * _coupled(plan, 1 / divisors, alike=alike)
    inverse = _inverted(matrix)
    severity = np.zeros((judges, columns))
    for judge in range(judges):
        severity += inverse[:, judge] * right[judge]
    for judge in range(judges):
        sums[plan.entries_of_judge[judge]] -= weights[judge] * severity[judge]
    return Effects(mean, sums / divisors, severity), divisors, inverse


def _coupled(plan: Plan, values: Floats, *, alike: bool) -> Floats:
    """For each pair of judges the sum of `values` (entries by columns) over the entries both
    scored: judges by judges by columns. Where entries with as many scorecards are `alike` in their
    value, they are only counted, which takes a fraction of the time."""
    judges = len(plan.judges)
    sums = np.zeros((judges, judges, values.shape[1]))
    if alike:
        for entry, counts in plan.shared_by_reviews:
            sums += counts[:, :, None] * values[entry]
    else:
        for (one, other), places in plan.shared.items():
            sums[one, other] = _column_sum(values[places])
    return sums


def _inverted(matrix: Floats) -> Floats:
    """The inverse of each column's matrix, by Gauss and Jordan. Their diagonals dominate, so that
    no rows need to change places."""
    size = matrix.shape[0]
    work = matrix.copy()
    inverse = np.zeros_like(work)
    for at in range(size):
        inverse[at, at] = 1.0
    for at in range(size):
        pivot = work[at, at].copy()
        work[at] /= pivot
        inverse[at] /= pivot
        for row in range(size):
            if row != at:
                factor = work[row, at].copy()
                work[row] -= factor * work[at]
                inverse[row] -= factor * inverse[at]
    return inverse


def _improved(
    plan: Plan,
    centered: Floats,
    effects: Effects,
    variances: Variances,
    divisors: Floats,
    inverse: Floats,
) -> Variances:
    """One step of EM; all weights are one."""
    entries, judges = len(plan.entries), len(plan.judges)
    trace_severity = np.zeros_like(effects.mean)
    for judge in range(judges):
        trace_severity += inverse[judge, judge]
    trace_quality = _column_sum(1 / divisors)
    coupled = _coupled(plan, 1 / (divisors * divisors), alike=True)
    trace_quality += _column_sum((inverse * coupled).reshape(judges * judges, -1))
    quality = _column_sum(effects.quality * effects.quality) + variances.rest * trace_quality
    severity = _column_sum(effects.severity * effects.severity) + variances.rest * trace_severity
    left = (
        centered
        - effects.quality[np.array(plan.entry_of)]
        - effects.severity[np.array(plan.judge_of)]
    )
    rest = _column_sum(centered * left) / max(1, len(centered) - 1)
    return Variances(
        np.maximum(quality / entries, LEAST_VARIANCE),
        np.maximum(severity / judges, LEAST_VARIANCE),
        np.maximum(rest, LEAST_VARIANCE),
    )
