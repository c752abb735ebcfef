"""The rulebook of judging: who scores what, when a scorecard may be written, who comes first."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from app.contest import rules as contest
from app.entries import rules as entries
from app.entries.rules import EntryStatus, Rung
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion, Season
    from app.entries.models import Entry
    from app.judging.models import Assignment, JudgingRound, Scorecard

Key = TypeVar("Key", int, tuple[Fraction, Fraction])

LOWEST, HIGHEST = 1, 5
COMMENT_MOST = 2000
REASON_MOST = 500


class RoundKind(StrEnum):
    FIRST = "first"
    FINALS = "finals"


ROUND_NAMES: dict[RoundKind, Text] = {
    RoundKind.FIRST: text("First round"),
    RoundKind.FINALS: text("Finals"),
}


def is_judgeable(entry: Entry) -> bool:
    """Whether judges may watch it: accepted, still there, not held back, and nobody in it has taken
    that permission back."""
    return (
        entry.status == EntryStatus.ACCEPTED
        and entry.let_go_at is None
        and entry.held_at is None
        and entries.has_everybody(entry.people, Rung.JUDGED)
    )


# Assigning


@dataclass(frozen=True)
class Candidate:
    """An entry that needs judges."""

    entry_id: int
    school_id: int
    category_id: int | None


@dataclass(frozen=True)
class Planned:
    """A new assignment; `position` goes on where the judge's present queue ends."""

    judge_id: int
    entry_id: int
    position: int


def plan_assignments(
    candidates: Sequence[Candidate],
    judges: Collection[int],
    conflicts: Set[tuple[int, int]],
    reviews: int,
    existing: Mapping[tuple[int, int], int],
    seed: int,
    *,
    barred: Set[tuple[int, int]] = frozenset(),
) -> list[Planned]:
    """What has to be added so that every entry has `reviews` judges, or all it can have.

    `conflicts` holds (judge, school) and is never broken. `existing` gives the position of each
    (judge, entry) that counts already; it stays as it is. `barred` holds (judge, entry) that must
    not be made. Loads come out as even as the conflicts allow; among equally loaded judges those
    with fewer of the category, then those who met the entry's other judges least, come first, so
    that judges are well mixed. The same seed gives the same plan.
    """
    chance = random.Random(seed)  # noqa: S311 - fairness, not secrecy
    plan = _Plan(candidates, sorted(judges), conflicts, existing, barred)
    order = sorted(candidates, key=lambda c: c.entry_id)
    chance.shuffle(order)
    # Entries few judges may score choose first, while those judges are still free.
    order.sort(key=lambda c: len(plan.free_for(c)))
    for candidate in order:
        plan.fill(candidate, reviews, chance)
    plan.even_out()
    return plan.in_random_orders(chance)


class _Plan:
    """A plan in the making: who has what, how much, and with whom."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        judges: list[int],
        conflicts: Set[tuple[int, int]],
        existing: Mapping[tuple[int, int], int],
        barred: Set[tuple[int, int]],
    ) -> None:
        self.judges = judges
        self.conflicts = conflicts
        self.existing = existing
        self.barred = barred
        self.candidate = {c.entry_id: c for c in candidates}
        self.judges_of: dict[int, set[int]] = {c.entry_id: set() for c in candidates}
        self.load: Counter[int] = Counter()
        self.load_in: Counter[tuple[int, int | None]] = Counter()
        self.together: Counter[frozenset[int]] = Counter()
        self.new: dict[int, set[int]] = {judge: set() for judge in judges}
        for judge, entry in sorted(existing):
            self.load[judge] += 1
            if entry in self.judges_of:
                self._join(judge, self.candidate[entry])

    def _join(self, judge: int, candidate: Candidate) -> None:
        for other in self.judges_of[candidate.entry_id]:
            self.together[frozenset((judge, other))] += 1
        self.judges_of[candidate.entry_id].add(judge)
        self.load_in[judge, candidate.category_id] += 1

    def may(self, judge: int, candidate: Candidate) -> bool:
        return (
            judge not in self.judges_of[candidate.entry_id]
            and (judge, candidate.school_id) not in self.conflicts
            and (judge, candidate.entry_id) not in self.barred
        )

    def free_for(self, candidate: Candidate) -> list[int]:
        return [judge for judge in self.judges if self.may(judge, candidate)]

    def fill(self, candidate: Candidate, reviews: int, chance: random.Random) -> None:
        """Add judges to an entry, one by one, until it has enough."""
        while len(self.judges_of[candidate.entry_id]) < reviews:
            free = self.free_for(candidate)
            if not free:
                return
            chance.shuffle(free)
            judge = min(free, key=lambda j: self._claim(j, candidate))
            self._join(judge, candidate)
            self.load[judge] += 1
            self.new[judge].add(candidate.entry_id)

    def _claim(self, judge: int, candidate: Candidate) -> tuple[int, int, int]:
        met = sum(
            self.together[frozenset((judge, other))] for other in self.judges_of[candidate.entry_id]
        )
        return self.load[judge], self.load_in[judge, candidate.category_id], met

    def even_out(self) -> None:
        """Hand new assignments on, along chains if need be, while that makes loads more even."""
        while chain := self._find_chain():
            for giver, entry, taker in chain:
                self.new[giver].remove(entry)
                self.new[taker].add(entry)
                self.judges_of[entry].remove(giver)
                self.judges_of[entry].add(taker)
            self.load[chain[0][0]] -= 1
            self.load[chain[-1][2]] += 1

    def _find_chain(self) -> list[tuple[int, int, int]]:
        """Steps (giver, entry, taker) from a judge to one with at least two fewer, shortest
        first."""
        for start in sorted(self.judges, key=lambda j: -self.load[j]):
            steps: dict[int, list[tuple[int, int, int]]] = {start: []}
            waiting = deque([start])
            while waiting:
                giver = waiting.popleft()
                for entry in sorted(self.new[giver]):
                    for taker in self.free_for(self.candidate[entry]):
                        if taker in steps:
                            continue
                        steps[taker] = [*steps[giver], (giver, entry, taker)]
                        if self.load[taker] <= self.load[start] - 2:
                            return steps[taker]
                        waiting.append(taker)
        return []

    def in_random_orders(self, chance: random.Random) -> list[Planned]:
        last: Counter[int] = Counter()
        for (judge, _entry), position in self.existing.items():
            last[judge] = max(last[judge], position)
        planned = []
        for judge in self.judges:
            mine = sorted(self.new[judge])
            chance.shuffle(mine)
            planned += [
                Planned(judge, entry, last[judge] + place) for place, entry in enumerate(mine, 1)
            ]
        return planned


# Scoring


def why_not_watchable(assignment: Assignment) -> Text | None:
    """Why a judge can't see the video of an entry assigned to her, or None."""
    if assignment.recusal is not None:
        return text("You stepped aside from this entry.")
    if assignment.round.closed_at is not None:
        return text("This round is closed.")
    return None


def why_not_scorable(assignment: Assignment, season: Season, now: datetime) -> Text | None:
    """Why a judge can't write in her scorecard now, or None."""
    if reason := why_not_watchable(assignment):
        return reason
    if now < season.judging_opens_at:
        return text("Judging has not opened yet.")
    if not contest.is_judging_open(season, now):
        return text("Judging has closed.")
    return None


def missing_scores(scorecard: Scorecard | None, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that have no score yet, in the rubric's order."""
    given = scorecard.values if scorecard else {}
    return [criterion for criterion in criteria if criterion.id not in given]


def is_complete(scorecard: Scorecard | None, criteria: Sequence[Criterion]) -> bool:
    """Whether the judge said it is done and every criterion of the rubric has its score."""
    return (
        scorecard is not None
        and scorecard.completed_at is not None
        and not missing_scores(scorecard, criteria)
    )


def why_not_removable(rounds: Collection[JudgingRound]) -> Text | None:
    """Why a judge can't take back a conflict she declared, or None. Organizers always may."""
    if rounds:
        return text(
            "The judging has begun, so this stays. If it was a mistake, please tell an organizer."
        )
    return None


# Rounds


def why_not_openable(
    kind: RoundKind,
    rounds: Mapping[RoundKind, JudgingRound],
    criteria: Sequence[Criterion],
    *,
    entry_count: int,
    judge_count: int,
) -> Text | None:
    """Why a round can't be opened now, or None."""
    if kind in rounds:
        return text("This round was opened before.")
    if problem := contest.why_not_rubric(criteria):
        return problem
    if kind is RoundKind.FINALS:
        first = rounds.get(RoundKind.FIRST)
        if first is None or first.closed_at is None:
            return text("The finals can open once the first round is closed.")
        if not entry_count:
            return text("Please choose the finalists first.")
    if not entry_count:
        return text("There is no accepted entry to judge yet.")
    if not judge_count:
        return text("There is no judge yet who can sign in. Invite judges on the page “People”.")
    return None


def why_not_reopenable(
    round_: JudgingRound, rounds: Mapping[RoundKind, JudgingRound]
) -> Text | None:
    """Why a closed round can't go on, or None."""
    if round_.closed_at is None:
        return text("This round is open.")
    if round_.kind == RoundKind.FIRST and RoundKind.FINALS in rounds:
        return text("The finals were opened, so the first round stays closed.")
    return None


def why_not_choosable(rounds: Mapping[RoundKind, JudgingRound]) -> Text | None:
    """Why finalists can't be chosen now, or None."""
    first = rounds.get(RoundKind.FIRST)
    if first is None or first.closed_at is None:
        return text("Finalists are chosen once the first round is closed.")
    if RoundKind.FINALS in rounds:
        return text("The finals were opened, so the finalists stay as they are.")
    return None


# Ranking


@dataclass(frozen=True)
class Card:
    """One completed scorecard: values 1 to 5 by criterion."""

    entry_id: int
    judge_id: int
    scores: Mapping[int, int]


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


def _exact_mean(scores: Mapping[int, int], weights: Mapping[int, int]) -> Fraction:
    """One scorecard as one number from 1 to 5: sum of score times weight over the sum of weights.

    Raises KeyError when a weighted criterion has no score.
    """
    total = sum(weights.values())
    return Fraction(sum(scores[each] * weight for each, weight in weights.items()), total)


def rank(
    cards: Sequence[Card],
    entry_ids: Collection[int],
    *,
    weights: Mapping[int, int],
    decides_ties: int | None,
    reviews_least: int,
) -> list[Ranked]:
    """The entries from first to last, whatever order they come in.

    Ties go to the higher mean of the criterion that decides ties, then to the entry that more of
    the judges who scored both put higher; what is equal after that shares its place. Means are
    compared as fractions, so that equal is equal on every machine.
    """
    by_entry: dict[int, dict[int, Mapping[int, int]]] = {entry: {} for entry in entry_ids}
    for card in cards:
        if card.entry_id in by_entry:
            by_entry[card.entry_id][card.judge_id] = card.scores
    opinions = {
        entry: {judge: _exact_mean(scores, weights) for judge, scores in given.items()}
        for entry, given in by_entry.items()
    }
    criteria = {
        entry: {
            each: Fraction(sum(scores[each] for scores in given.values()), len(given))
            for each in weights
        }
        for entry, given in by_entry.items()
        if given
    }

    def strength(entry: int) -> tuple[Fraction, Fraction]:
        mean = sum(opinions[entry].values(), Fraction()) / len(opinions[entry])
        decider = Fraction() if decides_ties is None else criteria[entry][decides_ties]
        return mean, decider

    groups: list[list[int]] = []
    for group in _grouped(sorted(criteria), strength):
        groups += _by_majority(group, opinions)
    ranked = []
    place = 1
    for group in groups:
        for entry in group:
            reviews = len(by_entry[entry])
            means = {each: float(mean) for each, mean in criteria[entry].items()}
            ranked.append(
                Ranked(
                    entry,
                    float(strength(entry)[0]),
                    reviews,
                    place,
                    means,
                    reviews < reviews_least,
                )
            )
        place += len(group)
    unscored = sorted(entry for entry, given in by_entry.items() if not given)
    return ranked + [Ranked(entry, None, 0, None, {}, True) for entry in unscored]


def _grouped(level: Sequence[int], key: Callable[[int], Key]) -> list[list[int]]:
    """Entries with the same key together, the highest key first."""
    groups: dict[Key, list[int]] = {}
    for entry in level:
        groups.setdefault(key(entry), []).append(entry)
    return [groups[k] for k in sorted(groups, reverse=True)]


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
