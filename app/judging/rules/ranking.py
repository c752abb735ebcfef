"""Who comes first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from app.contest.rules import TieRule
from app.judging.rules.evaluating import Block

Key = TypeVar("Key", int, Fraction)


@dataclass(frozen=True)
class Card:
    """One completed scorecard: values 1 to 5 by criterion."""

    entry_id: int
    judge_id: int
    scores: Mapping[int, int]
    """Where criteria belong to panels, those of this judge's panels."""


@dataclass(frozen=True)
class Ranked:
    """Where an entry stands in its category. One that nobody scored has no mean and no place."""

    entry_id: int
    mean: float | None
    """1 to 5: each judge's weighted mean, averaged over the judges."""
    reviews: int
    place: int | None
    """From 1; joint entries share a place, and the next place is left out."""
    per_criterion: Mapping[int, float]
    """Mean of each criterion over the judges."""
    short: bool
    """Fewer scorecards than the season's rules ask for."""


def exact_mean(scores: Mapping[int, int | Fraction], weights: Mapping[int, int]) -> Fraction:
    """One scorecard as one number from 1 to 5: sum of score times weight over the sum of weights.

    Raises KeyError when a weighted criterion has no score.
    """
    total = sum(weights.values())
    # One division at the end: fractions are dear, and a round has thousands of scores.
    return Fraction(sum(scores[each] * weight for each, weight in weights.items())) / total


def block_of(cards: Sequence[Card], weights: Mapping[int, int]) -> Block:
    """What the scorecards say on these criteria; those that leave one out say nothing."""
    return Block(
        {
            (card.entry_id, card.judge_id): exact_mean(card.scores, weights)
            for card in cards
            if weights.keys() <= card.scores.keys()
        },
        sum(weights.values()),
    )


def rank(
    cards: Sequence[Card],
    entry_ids: Collection[int],
    *,
    weights: Mapping[int, int],
    decides_ties: int | None,
    reviews_least: int,
    scores: Mapping[int, Fraction] | None = None,
    chances: Mapping[int, float] | None = None,
    tie_rule: TieRule = TieRule.CHANCE,
    settled: Sequence[Sequence[Sequence[int]]] = (),
) -> list[Ranked]:
    """The entries from first to last, whatever order they come in: by `scores` where there are
    any, else by their means.

    Ties go by the season's rule: to the higher of `chances` to be first, where they are given;
    then to the higher mean of the criterion that decides ties, then to the entry that more of the
    judges who scored both put higher; what is equal after that shares its place. Means are compared
    as fractions, so that equal is equal on every machine. `settled` holds the order that judges
    found in each runoff, those that are level together: it takes the places these entries hold.
    """
    by_entry: dict[int, dict[int, Mapping[int, int]]] = {entry: {} for entry in entry_ids}
    for card in cards:
        if card.entry_id in by_entry:
            by_entry[card.entry_id][card.judge_id] = card.scores
    opinions = {
        entry: {
            judge: exact_mean(scores, {each: weights[each] for each in scores if each in weights})
            for judge, scores in given.items()
        }
        for entry, given in by_entry.items()
    }
    given_by = {
        entry: {each: [s[each] for s in given.values() if each in s] for each in weights}
        for entry, given in by_entry.items()
    }
    # Each criterion by the judges who score it: with panels they are not the same ones.
    criteria = {
        entry: {each: Fraction(sum(values), len(values)) for each, values in found.items()}
        for entry, found in given_by.items()
        if all(found.values())
    }
    means = {entry: exact_mean(found, weights) for entry, found in criteria.items()}

    counts = means if scores is None else means | dict(scores)
    groups = _grouped(sorted(criteria), lambda e: counts[e])
    if chances is not None and tie_rule == TieRule.CHANCE:
        groups = [
            part
            for group in groups
            for part in _grouped(group, lambda e: Fraction(str(chances.get(e, 0.0))))
        ]
    if tie_rule != TieRule.JOINT:
        if decides_ties is not None:
            groups = [
                part
                for group in groups
                for part in _grouped(group, lambda e: criteria[e][decides_ties])
            ]
        groups = [part for group in groups for part in _by_majority(group, opinions)]
    for found in settled:
        groups = _settled(groups, found)
    ranked = []
    place = 1
    for group in groups:
        for entry in group:
            reviews = min(len(values) for values in given_by[entry].values())
            ranked.append(
                Ranked(
                    entry,
                    float(means[entry]),
                    reviews,
                    place,
                    {each: float(mean) for each, mean in criteria[entry].items()},
                    reviews < reviews_least,
                )
            )
        place += len(group)
    unscored = sorted(by_entry.keys() - criteria.keys())
    return ranked + [Ranked(entry, None, 0, None, {}, True) for entry in unscored]


def _grouped(level: Sequence[int], key: Callable[[int], Key]) -> list[list[int]]:
    """Entries with the same key together, the highest key first."""
    groups: dict[Key, list[int]] = {}
    for entry in level:
        groups.setdefault(key(entry), []).append(entry)
    return [groups[k] for k in sorted(groups, reverse=True)]


def _settled(groups: list[list[int]], settled: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same groups, with the entries of a runoff in its order on the places they hold."""
    ours = {entry for level in settled for entry in level}
    ranked = {entry for group in groups for entry in group}
    order = [[e for e in level if e in ranked] for level in settled]
    waiting = [level for level in order if level]
    found: list[list[int]] = []
    owed = 0
    for group in groups:
        others = [entry for entry in group if entry not in ours]
        # Entries that are level take several places at once, which later groups pay back.
        owed += len(group) - len(others)
        while owed > 0 and waiting:
            level = waiting.pop(0)
            owed -= len(level)
            found.append(sorted(level))
        if others:
            found.append(others)
    return found


def _by_majority(
    tied: list[int], opinions: Mapping[int, Mapping[int, Fraction]]
) -> list[list[int]]:
    """Tied entries by how many of the others they beat less how many beat them.

    With two that is the plain majority; of more, those that are still level are compared among
    themselves, until nothing parts them.
    """
    if len(tied) == 1:
        return [tied]

    def balance(entry: int) -> int:
        return sum(_majority(opinions[entry], opinions[other]) for other in tied if other != entry)

    groups = _grouped(tied, balance)
    if len(groups) == 1:
        return groups
    return [part for group in groups for part in _by_majority(group, opinions)]


def _majority(one: Mapping[int, Fraction], other: Mapping[int, Fraction]) -> int:
    """1 if more of the judges who scored both prefer `one`, -1 if `other`, else 0."""
    both = one.keys() & other.keys()
    lead = sum((one[j] > other[j]) - (one[j] < other[j]) for j in both)
    return (lead > 0) - (lead < 0)


def finalists_by_rank(ranking: Sequence[Ranked], most: int) -> list[int]:
    """The first `most` of a category; whoever shares the last of these places goes through too."""
    return [r.entry_id for r in ranking if r.place is not None and r.place <= most]
