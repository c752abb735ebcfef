"""The web ladder."""

from __future__ import annotations

from pathlib import Path

from app.video import plan
from app.video.recipes import LADDER, rungs
from app.video.render.made import Made, aside, published, verified_rungs
from app.video.render.sound import make_sound
from app.video.run import run
from app.video.source import Source
from app.video.step import Progress, portion


def make_ladder(
    path: Path, source: Source, out_dir: Path, *, progress: Progress | None = None
) -> list[Made]:
    """The web renditions, highest first: 16:9, BT.709, 29.97 frames a second, -16 LUFS.

    No rung is larger than the source. One run of ffmpeg makes them all. Raises `EngineFailed`.
    """
    path = path.resolve()
    recipes = rungs(LADDER, min(source.width, source.height))
    with aside(out_dir) as folder:
        targets = [folder / f"{recipe.role}.mp4" for recipe in recipes]
        rate = recipes[0].audio_rate
        sound = make_sound(path, source, rate, folder, progress=portion(progress, 0, 0.05))
        step = plan.ladder_step(path, source, recipes, targets, sound.path)
        run(step, portion(progress, 0.05, 0.97))
        made = sound.of(verified_rungs(recipes, targets, source.duration))
        if progress is not None:
            progress(1.0)
        return published(made, out_dir)
