"""What a plan is good for: contests with made-up entries whose true quality is known.

Entries differ by one standard deviation. A judge's single look errs by 0.7 of it, judges' severity
differs by 0.7, the width of the scale they use by a factor (0.2 in its logarithm), and they give
scores in steps of 5 of 100.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.judging.rules import severity
from app.judging.rules.assigning import Candidate, plan_assignments
from app.judging.rules.severity import Floats, Plan
from app.texts import Text, text

NOISE, SEVERITY, SCALE = 0.7, 0.7, 0.2
MIDDLE, POINTS, STEP = 60.0, 15.0, 5.0
PLANS, FEW_PLANS = 20, 4
"""Each plan serves many contests at once, which is what makes thousands of them affordable; few
plans, where somebody waits for a page."""
MOST_ENTRIES, MOST_JUDGES, MOST_RUNS = 600, 60, 20_000


@dataclass(frozen=True)
class Outlook:
    """`best_wins`: how often the truly best entry came first. `regret`: by how many standard
    deviations the winner was worse than the best, on average. `reviews`: how many pairs of judge
    and entry it takes; a judge who scores a finalist once more has seen it before."""

    best_wins: float
    regret: float
    reviews: int


@dataclass(frozen=True)
class Prospect:
    """One way to plan the first round. `minutes` and `clips` are a judge's, to watch and score all
    she gets; `outlook` is None where there are too few judges or entries for it."""

    reviews: int
    chosen: bool
    clips: int
    minutes: int
    outlook: Outlook | None


SCORING_SECONDS = 60
"""What a judge needs beside watching, for the rubric and a comment."""


def outlooks(
    *,
    entries: int,
    judges: int,
    anchors: int,
    finalists: int,
    chosen: int,
    seconds: float,
    runs: int,
) -> list[Prospect]:
    """What two to five reviews an entry mean, and the number the season has, for so many judges and
    clips of so many `seconds`."""
    found = []
    for reviews in sorted({2, 3, 4, 5, chosen}):
        if not judges or not entries or reviews > judges:
            continue
        anchored = min(anchors, entries)
        clips = math.ceil((reviews * (entries - anchored)) / judges) + anchored
        numbers = {
            "entries": entries,
            "judges": judges,
            "reviews": reviews,
            "finalists": min(finalists, entries),
            "runs": runs,
        }
        outlook = (
            None
            if why_not_simulable(**numbers)
            else _remembered(**numbers, seed=1, plans=FEW_PLANS)
        )
        minutes = minutes_for([seconds] * clips)
        found.append(Prospect(reviews, reviews == chosen, clips, minutes, outlook))
    return found


def minutes_for(lengths: Sequence[float | None]) -> int:
    """How long a judge needs for videos of these lengths in seconds, scoring included."""
    return math.ceil(sum((seconds or 0) + SCORING_SECONDS for seconds in lengths) / 60)


def why_not_simulable(
    *, entries: int, judges: int, reviews: int, finalists: int, runs: int
) -> Text | None:
    """Why these numbers make no contest, or None."""
    if not 2 <= entries <= MOST_ENTRIES:
        return text("Entries: from 2 to %(most)s.", most=MOST_ENTRIES)
    if not 2 <= judges <= MOST_JUDGES:
        return text("Judges: from 2 to %(most)s.", most=MOST_JUDGES)
    if not 1 <= reviews <= judges:
        return text("Reviews: from 1 to the number of judges.")
    if not 0 <= finalists <= entries:
        return text("Finalists: from 0 to the number of entries.")
    if not 1 <= runs <= MOST_RUNS:
        return text("Runs: from 1 to %(most)s.", most=MOST_RUNS)
    return None


def simulate(
    *,
    entries: int,
    judges: int,
    reviews: int,
    finalists: int,
    runs: int,
    seed: int,
    plans: int = PLANS,
) -> Outlook:
    """Runs whole contests: a first round of `reviews` a entry, evened out, then the best
    `finalists` scored by every judge and their plain mean; without finalists the first round
    decides."""
    plans = min(plans, runs)
    right, lost, pairs = 0.0, 0.0, 0.0
    for number in range(plans):
        columns = runs // plans + (number < runs % plans)
        dice = np.random.default_rng([seed, number])
        plan = _plan(entries, judges, reviews, seed * PLANS + number)
        quality = dice.normal(0, 1, (entries, columns))
        scores = _scores(quality, judges, dice)
        totals = scores[np.array(plan.entry_of), np.array(plan.judge_of)]
        effects, _variances = severity.fit(plan, totals)
        ones = np.ones((judges, columns))
        ranked = severity.adjusted(plan, totals, ones, effects)
        winners = np.argmax(ranked, axis=0)
        if finalists:
            final = np.add.reduce(np.ascontiguousarray(np.swapaxes(scores, 0, 1))) / judges
            going = np.argsort(-ranked, axis=0, kind="stable")[:finalists]
            # What is level in the finals is parted by the first round.
            means = np.take_along_axis(final, going, axis=0)
            winners = np.take_along_axis(going, np.argmax(means, axis=0)[None], axis=0)[0]
            seen = np.zeros(entries)
            for entry in plan.entry_of:
                seen[entry] += 1
            pairs += float((judges - seen[going]).sum())
        pairs += len(plan.entry_of) * columns
        best = quality.max(axis=0)
        won = np.take_along_axis(quality, winners[None], axis=0)[0]
        right += float((won == best).sum())
        lost += float((best - won).sum())
    return Outlook(round(right / runs, 4), round(lost / runs, 4), math.ceil(pairs / runs))


_remembered = lru_cache(maxsize=64)(simulate)


def _plan(entries: int, judges: int, reviews: int, seed: int) -> Plan:
    candidates = [Candidate(entry, entry, None) for entry in range(entries)]
    planned = plan_assignments(candidates, range(judges), frozenset(), reviews, {}, seed)
    return Plan.of([(each.entry_id, each.judge_id) for each in planned])


def _scores(quality: Floats, judges: int, dice: np.random.Generator) -> Floats:
    """What every judge would give every entry: entries by judges by contests."""
    entries, columns = quality.shape
    strict = dice.normal(0, SEVERITY, (1, judges, columns))
    width = np.exp(dice.normal(0, SCALE, (1, judges, columns)))
    looks = quality[:, None, :] + dice.normal(0, NOISE, (entries, judges, columns))
    points = MIDDLE + POINTS * (width * looks + strict)
    return np.clip(np.round(points / STEP) * STEP, 0, 100)
