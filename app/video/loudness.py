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
    """The loudness of a finished rendition."""
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
    if source.audio_index is None:
        return plan.Gain(0.0, cards is not None, ceiling, silent=True)
    raw = parse(run(plan.loudness_step(path, source, plan.Gain()), progress).tail)
    if raw.is_silent:
        return plan.Gain(0.0, cards is not None, ceiling, silent=True)
    gain = plan.Gain(min(target - raw.integrated, MOST_GAIN), ceiling=ceiling)
    if raw.peak + gain.db <= ceiling and cards is None:
        return gain
    gain = replace(gain, limited=True)
    for _ in range(2):
        result = parse(run(plan.loudness_step(path, source, gain, cards), progress).tail)
        miss = target - result.integrated
        if abs(miss) <= CLOSE_ENOUGH or gain.db >= MOST_GAIN:
            break
        gain = replace(gain, db=min(gain.db + miss, MOST_GAIN))
    return gain
