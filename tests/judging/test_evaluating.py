"""Severity, spread and chances: what the scorecards of a round say."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from app.judging.rules import Chance, Evaluation, evaluate, severity, too_close
from app.judging.rules.evaluating import groups_of_judges, why_not_adjustable
from app.judging.rules.severity import Plan, Variances

Totals = dict[tuple[int, int], Fraction]


def everybody_scores(entries: int, judges: int, seed: int) -> Totals:
    dice = random.Random(seed)  # noqa: S311
    quality = [dice.gauss(0, 1) for _ in range(entries)]
    strict = [dice.gauss(0, 0.7) for _ in range(judges)]
    return {
        (e, j): Fraction(round(100 * (3 + quality[e] + strict[j] + dice.gauss(0, 0.5))), 100)
        for e in range(entries)
        for j in range(judges)
    }


def some_score(entries: int, judges: int, each: int, seed: int) -> Totals:
    dice = random.Random(seed)  # noqa: S311
    full = everybody_scores(entries, judges, seed)
    return {(e, j): full[e, j] for e in range(entries) for j in dice.sample(range(judges), each)}


def in_order(plan: Plan, totals: Totals) -> severity.Floats:
    cards = zip(plan.entry_of, plan.judge_of, strict=True)
    return np.array([[float(totals[plan.entries[e], plan.judges[j]])] for e, j in cards])


def order(found: Evaluation) -> list[int]:
    chances = found.chances.values()
    return [c.entry_id for c in sorted(chances, key=lambda c: (-(c.adjusted or 0), c.entry_id))]


def test_three_by_three_as_solved_by_hand() -> None:
    """All variances 1, so each deviation of a mean over three is halved by a quarter: q = 3/4 of
    the entry's deviation, s = 3/4 of the judge's."""
    totals = {(0, 0): 4, (0, 1): 3, (0, 2): 2, (1, 0): 3, (1, 1): 2, (1, 2): 1}
    totals |= {(2, 0): 5, (2, 1): 4, (2, 2): 3}
    plan = Plan.of(list(totals))
    column = np.array([[float(totals[e, j])] for e, j in sorted(totals)])
    ones = np.ones(1)

    found = severity.effects_of(plan, column, np.ones((3, 1)), Variances(ones, ones, ones))

    assert found.mean.tolist() == [3.0]
    assert found.quality[:, 0] == pytest.approx([0.0, -0.75, 0.75])
    assert found.severity[:, 0] == pytest.approx([0.75, 0.0, -0.75])
    # Nobody is more strict than all once that is taken out: the plain means come out again.
    scores = severity.adjusted(plan, column, np.ones((3, 1)), found)
    assert scores[:, 0] == pytest.approx([3.0, 2.0, 4.0])


def test_an_unbalanced_plan_agrees_with_the_equations_solved_at_once() -> None:
    totals = some_score(9, 5, 3, seed=4)
    plan = Plan.of(list(totals))
    pairs = list(zip(plan.entry_of, plan.judge_of, strict=True))
    t = np.array([float(totals[plan.entries[e], plan.judges[j]]) for e, j in pairs])
    vq, vs, ve = 1.3, 0.4, 0.6
    design = np.zeros((len(t), 14))
    for row, (entry, judge) in enumerate(pairs):
        design[row, entry] = design[row, 9 + judge] = 1
    left = design.T @ design + np.diag([ve / vq] * 9 + [ve / vs] * 5)
    expected = np.linalg.solve(left, design.T @ (t - t.mean()))

    variances = Variances(*(np.array([value]) for value in (vq, vs, ve)))
    found = severity.effects_of(plan, t[:, None], np.ones((5, 1)), variances)

    assert found.quality[:, 0] == pytest.approx(expected[:9])
    assert found.severity[:, 0] == pytest.approx(expected[9:])


def test_a_judge_drawn_twice_counts_as_two_who_agree() -> None:
    totals = some_score(8, 4, 2, seed=5)
    plan = Plan.of(list(totals))
    column = in_order(plan, totals)
    twice = dict(totals) | {(e, 9): t for (e, j), t in totals.items() if j == plan.judges[1]}
    plan2 = Plan.of(list(twice))
    column2 = in_order(plan2, twice)
    known = Variances(*(np.array([value]) for value in (1.0, 0.5, 0.5)))
    weights = np.ones((len(plan.judges), 1))
    weights[1] = 2

    drawn = severity.effects_of(plan, column, weights, known)
    doubled = severity.effects_of(plan2, column2, np.ones((len(plan2.judges), 1)), known)

    assert drawn.mean == pytest.approx(doubled.mean)
    assert drawn.quality[:, 0] == pytest.approx(doubled.quality[:, 0])
    assert severity.adjusted(plan, column, weights, drawn)[:, 0] == pytest.approx(
        severity.adjusted(plan2, column2, np.ones((len(plan2.judges), 1)), doubled)[:, 0]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t + 3,
        lambda t: t - Fraction(7, 2),
        lambda t: t * 4,
        lambda t: t / 5 + 1,
    ],
)
def test_where_all_see_all_one_judges_scale_changes_no_place(
    change: Callable[[Fraction], Fraction],
) -> None:
    for seed in range(40):
        totals = everybody_scores(12, 5, seed)
        changed = {(e, j): change(t) if j == 2 else t for (e, j), t in totals.items()}

        categories = [range(12)]
        assert order(evaluate(totals, categories, draws=1)) == order(
            evaluate(changed, categories, draws=1)
        )


def test_the_same_scorecards_give_the_same_bytes_in_any_order() -> None:
    totals = some_score(20, 6, 3, seed=11)
    categories = [range(10), range(10, 20)]
    expected = repr(evaluate(totals, categories))
    for seed in range(5):
        listed = list(totals.items())
        random.Random(seed).shuffle(listed)  # noqa: S311

        assert repr(evaluate(dict(listed), [list(c)[::-1] for c in categories])) == expected


def test_a_strict_judge_is_found_and_evened_out() -> None:
    totals = some_score(40, 8, 3, seed=3)
    hard = {(e, j): t - 2 if j == 0 else t for (e, j), t in totals.items()}

    before, after = (evaluate(each, [range(40)], draws=200) for each in (totals, hard))

    assert after.refused is None
    moved = [b.severity - a.severity for a, b in zip(before.judges, after.judges, strict=True)]  # type: ignore[operator]
    assert moved[0] < -1.4
    assert all(abs(each - moved[1]) < 0.2 for each in moved[1:])
    plain = [abs(after.chances[e].mean - before.chances[e].mean) for e in range(40)]
    level = after.chances[1].adjusted - before.chances[1].adjusted  # type: ignore[operator]
    evened = [
        abs(after.chances[e].adjusted - before.chances[e].adjusted - level)  # type: ignore[operator]
        for e in range(40)
    ]
    assert max(evened) < 0.75 * max(plain)


def test_chances_add_up_and_intervals_hold_the_score() -> None:
    found = evaluate(some_score(24, 8, 3, seed=8), [range(12), range(12, 24)])

    for category in (range(12), range(12, 24)):
        mine = [found.chances[e] for e in category]
        assert sum(c.first for c in mine) == pytest.approx(1, abs=1e-4)
        assert sum(c.top_three for c in mine) == pytest.approx(3, abs=0.01)
        assert all(c.low <= c.high for c in mine)
        inside = sum(c.low <= (c.adjusted or 0) <= c.high for c in mine)
        assert inside >= 10
    assert found.reliability is not None
    assert 0.3 < found.reliability < 0.9


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        (everybody_scores(8, 2, 1), "at least three judges"),
        (some_score(6, 6, 2, 2), "too few entries"),
        (
            {
                (e + 10 * side, j + 10 * side): t
                for side in (0, 1)
                for (e, j), t in everybody_scores(6, 3, side).items()
            },
            "no entry in common",
        ),
    ],
)
def test_what_can_not_be_evened_out_is_refused_with_a_reason(totals: Totals, words: str) -> None:
    found = evaluate(totals, [sorted({e for e, _j in totals})], draws=50)

    assert words in str(found.refused)
    assert all(c.adjusted is None for c in found.chances.values())
    assert all(j.severity is None for j in found.judges)
    assert found.reliability is None


def test_groups_are_linked_by_others_as_well() -> None:
    chain = Plan.of([(1, 1), (1, 2), (2, 2), (2, 3)])
    parted = Plan.of([(1, 1), (1, 2), (2, 3)])

    assert groups_of_judges(chain) == [[1, 2, 3]]
    assert groups_of_judges(parted) == [[1, 2], [3]]
    assert "no entry in common" in str(why_not_adjustable(parted))


def test_nobody_and_one_entry_are_no_trouble() -> None:
    assert evaluate({}, [[1, 2]]).chances == {}
    alone = evaluate({(7, j): Fraction(4) for j in range(4)}, [[7, 8]], draws=20)
    assert alone.chances[7].first == alone.chances[7].top_three == 1
    same = evaluate({(e, j): Fraction(4) for e in (1, 2) for j in range(5)}, [[1, 2]], draws=20)
    assert same.chances[1].first == same.chances[2].first == 0.5


@pytest.mark.parametrize(
    ("firsts", "close"),
    [
        ([0.5, 0.31, 0.19], [1, 2]),
        ([0.5, 0.30, 0.20], []),
        ([0.34, 0.33, 0.33], [1, 2, 3]),
        ([1.0, 0.0], []),
        ([], []),
    ],
)
def test_close_calls_are_named(firsts: list[float], close: list[int]) -> None:
    chances = [Chance(n, 3, 4.0, 4.0, 3.0, 5.0, first, 1.0) for n, first in enumerate(firsts, 1)]

    assert too_close(chances) == close
