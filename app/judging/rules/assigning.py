"""Who scores which entry, so that loads are even and nobody judges her own school."""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

FEW_ENTRIES = 20


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
    anchors: Collection[int] = frozenset(),
) -> list[Planned]:
    """What has to be added so that every entry has `reviews` judges, or all it can have; the
    entries in `anchors` have every judge who may.

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
        everybody = candidate.entry_id in anchors
        plan.fill(candidate, len(plan.judges) if everybody else reviews, chance)
    plan.even_out()
    return plan.in_random_orders(chance)


def anchors_needed(entry_count: int) -> int:
    """How many entries all judges should score: 5 %, at least 3. Among twenty entries or fewer
    every judge can as well score all, and none is needed."""
    return 0 if entry_count <= FEW_ENTRIES else max(3, math.ceil(0.05 * entry_count))


def choose_anchors(
    candidates: Sequence[Candidate],
    judges: Collection[int],
    conflicts: Set[tuple[int, int]],
    number: int,
    seed: int,
) -> list[int]:
    """Entries for every judge to score: those the fewest judges have a conflict with, spread over
    the categories. The same seed chooses the same ones."""
    chance = random.Random(seed)  # noqa: S311 - fairness, not secrecy
    left = sorted(candidates, key=lambda c: c.entry_id)
    chance.shuffle(left)
    taken: Counter[int | None] = Counter()
    chosen: list[int] = []
    while left and len(chosen) < number:
        best = min(
            left,
            key=lambda c: (
                sum((judge, c.school_id) in conflicts for judge in judges),
                taken[c.category_id],
            ),
        )
        left.remove(best)
        taken[best.category_id] += 1
        chosen.append(best.entry_id)
    return sorted(chosen)


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
