"""What a chair should look at. Nothing here changes a score, and nobody is left out by it."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from app.judging.rules import severity
from app.judging.rules.evaluating import Block, why_not_adjustable
from app.judging.rules.severity import Plan
from app.texts import Text, text

FAR = 2.5
"""Standard deviations between what a judge gave and what was to be expected of her."""
FIT_LEAST, FIT_MOST = 0.5, 1.5
FIT_CARDS = 6
FLAT = 0.12
"""Points of the rubric's scale that a judge's scorecards differ by, as a standard deviation."""
FLAT_CARDS = 5
DRIFT_CARDS = 8
DRIFT_POINTS = 1.0
DRIFT_SURE = 3.0
WATCHED_SHARE = 0.8


class FlagKind(StrEnum):
    FAR = "far"
    UNEVEN = "uneven"
    CLOSE = "close"
    FLAT = "flat"
    DRIFT = "drift"
    FAST = "fast"


FLAG_WORDS: dict[FlagKind, Text] = {
    FlagKind.FAR: text("Far from what the others gave, given how strict this judge is"),
    FlagKind.UNEVEN: text("Agrees with the others much less than judges usually do"),
    FlagKind.CLOSE: text(
        "Gives almost exactly what was to be expected, closer than judges usually do"
    ),
    FlagKind.FLAT: text("Gave nearly everything the same score"),
    FlagKind.DRIFT: text("Became stricter, or more generous, along the queue"),
    FlagKind.FAST: text("Finished before the player had shown most of the video"),
}


@dataclass(frozen=True)
class Look:
    """What is known of one finished scorecard beside its scores."""

    entry_id: int
    judge_id: int
    position: int
    watched_seconds: int | None
    clip_seconds: float | None


@dataclass(frozen=True)
class Flag:
    """Something to look at: of a judge, or of her scorecard of one entry."""

    kind: FlagKind
    judge_id: int
    entry_id: int | None
    figure: float
    """Standard deviations, mean square, points or share, by kind."""


def flags_of(blocks: Sequence[Block], looks: Collection[Look]) -> list[Flag]:
    """What stands out in a round, in a fixed order. Where scores can't be evened out, only what
    needs no comparison is looked at."""
    found = {flag for block in blocks for flag in _of_block(block, looks)}
    for look in looks:
        if look.watched_seconds is None or not look.clip_seconds:
            continue
        share = look.watched_seconds / look.clip_seconds
        if share < WATCHED_SHARE:
            found.add(Flag(FlagKind.FAST, look.judge_id, look.entry_id, round(share, 3)))
    return sorted(found, key=lambda f: (f.kind, f.judge_id, f.entry_id or 0, f.figure))


def _of_block(block: Block, looks: Collection[Look]) -> list[Flag]:
    if not block.totals:
        return []
    plan = Plan.of(list(block.totals))
    totals = np.array(
        [
            float(block.totals[plan.entries[entry], plan.judges[judge]])
            for entry, judge in zip(plan.entry_of, plan.judge_of, strict=True)
        ]
    )
    found = []
    for judge, cards in zip(plan.judges, plan.cards_of_judge, strict=True):
        own = totals[cards]
        spread = math.sqrt(float(((own - own.mean()) ** 2).sum()) / max(1, len(own) - 1))
        if len(own) >= FLAT_CARDS and spread < FLAT:
            found.append(Flag(FlagKind.FLAT, judge, None, round(spread, 3)))
    if why_not_adjustable(plan) is not None:
        return found
    effects, _variances = severity.fit(plan, totals[:, None])
    expected = (
        effects.mean
        + effects.quality[np.array(plan.entry_of)]
        + effects.severity[np.array(plan.judge_of)]
    )[:, 0]
    left = totals - expected
    freedom = max(1, len(left) - len(plan.entries) - len(plan.judges) + 1)
    deviation = math.sqrt(max(float((left * left).sum()) / freedom, severity.LEAST_VARIANCE))
    places = {(look.entry_id, look.judge_id): look.position for look in looks}
    for card, (entry, judge) in enumerate(zip(plan.entry_of, plan.judge_of, strict=True)):
        if abs(left[card]) / deviation > FAR:
            figure = round(float(left[card]) / deviation, 2)
            found.append(Flag(FlagKind.FAR, plan.judges[judge], plan.entries[entry], figure))
    usual = float((left * left).mean())
    for judge, cards in zip(plan.judges, plan.cards_of_judge, strict=True):
        fit = float((left[cards] ** 2).mean()) / max(usual, severity.LEAST_VARIANCE)
        if len(cards) >= FIT_CARDS and not FIT_LEAST <= fit <= FIT_MOST:
            kind = FlagKind.CLOSE if fit < FIT_LEAST else FlagKind.UNEVEN
            found.append(Flag(kind, judge, None, round(fit, 2)))
        order = {card: places.get((plan.entries[plan.entry_of[card]], judge)) for card in cards}
        drift = _drift([(at, float(left[card])) for card, at in order.items() if at is not None])
        if drift is not None:
            found.append(Flag(FlagKind.DRIFT, judge, None, round(drift, 2)))
    return found


def _drift(points: Sequence[tuple[int, float]]) -> float | None:
    """How much higher a judge's scores lie at the end of her queue than at its beginning, beyond
    what the entries explain; None where that is little or could be chance (a straight line by least
    squares, three standard errors)."""
    listed = sorted(points)
    if len(listed) < DRIFT_CARDS:
        return None
    places = np.array([float(at) for at, _left in listed])
    left = np.array([value for _at, value in listed])
    centered = places - places.mean()
    squares = float((centered * centered).sum())
    if squares == 0:
        return None
    slope = float((centered * (left - left.mean())).sum()) / squares
    rest = left - left.mean() - slope * centered
    error = math.sqrt(float((rest * rest).sum()) / (len(listed) - 2) / squares)
    change = slope * float(places[-1] - places[0])
    sure = abs(slope) > DRIFT_SURE * error
    return change if sure and abs(change) >= DRIFT_POINTS else None
