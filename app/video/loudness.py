"""How loud a sound track is, and what brings it to the target."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.texts import text
from app.video import plan
from app.video.recipes import TRUE_PEAK, WEB_LOUDNESS
from app.video.run import EngineFailed, run
from app.video.step import Progress

if TYPE_CHECKING:
    from app.video.source import Source

# Below this there is nothing to hear; raising it would only raise noise.
SILENT = -60.0
MOST_GAIN = 36.0
CLOSE_ENOUGH = 0.25
MOST_MARGIN = 12.0
MOST_TRIES = 3


@dataclass(frozen=True)
class Loudness:
    """`integrated` in LUFS, `peak` in dBTP."""

    integrated: float
    peak: float

    @property
    def is_silent(self) -> bool:
        return self.integrated < SILENT


def parse(tail: str) -> Loudness:
    """The last summary of the ebur128 filter. Raises `EngineFailed` when there is none."""
    summary = tail.rpartition("Summary:")[2]
    integrated = re.search(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", summary)
    if integrated is None or peak is None:
        raise EngineFailed(text("The loudness of this video could not be measured."), tail)
    return Loudness(_decibels(integrated.group(1)), _decibels(peak.group(1)))


def _decibels(value: str) -> float:
    return -120.0 if value in {"-inf", "nan"} else float(value)


def measure(path: Path) -> Loudness:
    """The loudness of a finished rendition, or of its sound alone."""
    return parse(run(plan.made_loudness_step(path)).tail)


def balance(
    path: Path,
    source: Source,
    *,
    target: float = WEB_LOUDNESS,
    ceiling: float = TRUE_PEAK,
    cards: plan.Cards | None = None,
    progress: Progress | None = None,
) -> plan.Gain:
    """The gain that brings the source to `target` LUFS below the true-peak `ceiling`.

    Gain alone keeps the dynamics; a limiter is added only where peaks would pass the ceiling, and
    then the result is measured and the miss corrected, before anything is encoded.
    """
    silent = plan.Gain(0.0, cards is not None, target, ceiling, silent=True)
    if source.audio_index is None:
        return silent
    raw = parse(run(plan.loudness_step(path, source, plan.Gain()), progress).tail)
    if raw.is_silent:
        return silent
    gain = plan.Gain(min(target - raw.integrated, MOST_GAIN), target=target, ceiling=ceiling)
    if raw.peak + gain.db <= ceiling and cards is None:
        return gain
    gain = replace(gain, limited=True)
    for _ in range(MOST_TRIES):
        result = parse(run(plan.loudness_step(path, source, gain, cards), progress).tail)
        better = corrected(gain, result)
        if better is None:
            break
        gain = better
    return gain


def corrected(gain: plan.Gain, heard: Loudness) -> plan.Gain | None:
    """What comes closer, after `gain` led to what was `heard`; None when that is right already, or
    when nothing more can be done."""
    miss, over = gain.target - heard.integrated, heard.peak - gain.ceiling
    db, margin = gain.db, gain.margin
    if abs(miss) > CLOSE_ENOUGH:
        db = min(db + miss, MOST_GAIN)
    if over > 0:
        # A limiter counts samples; what is heard between them can be higher.
        margin = min(margin + over + 0.05, MOST_MARGIN)
    better = replace(gain, db=db, margin=margin, limited=gain.limited or over > 0)
    return None if better == gain else better
