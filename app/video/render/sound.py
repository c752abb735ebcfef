"""The sound that all renditions of one making share: brought to its level, encoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.video import loudness, plan
from app.video.loudness import Loudness
from app.video.recipes import TRUE_PEAK, WEB_LOUDNESS
from app.video.render.made import Made
from app.video.run import run
from app.video.source import Source
from app.video.step import Progress, portion

MOST_TRIES = 5


@dataclass(frozen=True)
class Sound:
    """An encoded track, and the gain it was made with; `loudness` is measured, in LUFS, and None
    for silence."""

    path: Path
    gain: plan.Gain
    loudness: float | None

    def of(self, made: Sequence[Made]) -> list[Made]:
        """The same files, which carry this sound, with its loudness."""
        return [replace(one, loudness=self.loudness) for one in made]


def make_sound(
    path: Path,
    source: Source,
    rate: int,
    folder: Path,
    *,
    target: float = WEB_LOUDNESS,
    ceiling: float = TRUE_PEAK,
    cards: plan.Cards | None = None,
    progress: Progress | None = None,
) -> Sound:
    """The sound in `folder` at `rate` kbit/s and `target` LUFS, true peaks below `ceiling` dBTP. An
    encoder can raise what a limiter held, so what came out of it is measured too, and made again
    where it misses. Raises `EngineFailed`."""
    gain = loudness.balance(
        path,
        source,
        target=target,
        ceiling=ceiling,
        cards=cards,
        progress=portion(progress, 0, 0.5),
    )
    tries: list[tuple[Loudness, Sound]] = []
    for number in range(MOST_TRIES):
        made = folder / f"sound_{number}.mp4"
        run(plan.sound_step(path, source, rate, made, gain, cards), portion(progress, 0.5, 1))
        if gain.silent:
            return Sound(made, gain, None)
        heard = loudness.measure(made)
        tries.append((heard, Sound(made, gain, heard.integrated)))
        better = loudness.corrected(gain, heard)
        if better is None:
            break
        gain = better
    # Some sound is never right in both; then too quiet is better than too loud.
    return min(tries, key=lambda each: _missed(each[0], target, ceiling))[1]


def _missed(heard: Loudness, target: float, ceiling: float) -> tuple[float, float]:
    return max(0.0, heard.peak - ceiling), abs(target - heard.integrated)
