"""Choosing in pairs between entries that are too close to call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

from app.texts import Text, text

ROUNDS_OF_MM = 200
RUNOFF_MOST = 8
"""Entries in one runoff: eight are 28 pairs."""


@dataclass(frozen=True)
class Choice:
    """What one judge said of two entries: which is better, or None where she can't tell."""

    judge_id: int
    one: int
    other: int
    chosen: int | None


def why_not_runoff(*, closed: bool, under_way: bool, wanted: int) -> Text | None:
    """Why there can't be a runoff between `wanted` entries now, or None."""
    if not closed:
        return text("A runoff follows once the round is closed.")
    if not 2 <= wanted <= RUNOFF_MOST:
        return text("A runoff is between 2 and %(most)s entries.", most=RUNOFF_MOST)
    if under_way:
        return text("There is a runoff in this category already.")
    return None


def pairs_for(
    judge_id: int,
    entries: Sequence[int],
    schools: Mapping[int, int],
    apart: Set[tuple[int, int]],
    recused: Set[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The pairs this judge may choose between: none with an entry she has a conflict with."""
    mine = [
        entry
        for entry in sorted(entries)
        if (judge_id, schools[entry]) not in apart and (judge_id, entry) not in recused
    ]
    return list(combinations(mine, 2))


def order_of(entries: Sequence[int], choices: Sequence[Choice]) -> list[list[int]]:
    """The entries from best to worst, those that are level together.

    With two it is the majority. With more, strengths are fitted so that the chance of one being
    chosen over another is its share of both strengths (Bradley and Terry 1952, by Hunter's MM
    steps); half a win each way is added to every pair, so that nobody is infinitely strong, and
    "can't tell" is half a win for both.
    """
    wins: dict[tuple[int, int], float] = {}
    for one, other in combinations(sorted(entries), 2):
        wins[one, other] = wins[other, one] = 0.5
    for choice in choices:
        for winner, loser in ((choice.one, choice.other), (choice.other, choice.one)):
            if (winner, loser) not in wins:
                continue
            if choice.chosen is None:
                wins[winner, loser] += 0.5
            elif choice.chosen == winner:
                wins[winner, loser] += 1.0
    strength = dict.fromkeys(sorted(entries), 1.0)
    for _ in range(ROUNDS_OF_MM):
        fresh = {}
        for each in strength:
            others = [other for other in strength if other != each]
            won = sum(wins[each, other] for other in others)
            met = sum(
                (wins[each, other] + wins[other, each]) / (strength[each] + strength[other])
                for other in others
            )
            fresh[each] = won / met if met else 1.0
        total = sum(fresh.values())
        strength = {each: value * len(fresh) / total for each, value in fresh.items()}
    levels: dict[float, list[int]] = {}
    for each, value in strength.items():
        levels.setdefault(round(value, 6), []).append(each)
    return [levels[value] for value in sorted(levels, reverse=True)]
