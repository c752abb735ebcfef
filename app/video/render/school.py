"""The kit for schools: the winner in 720p, and a square and an upright version for phones."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from app.video import plan
from app.video.branding import Brand
from app.video.branding.social import Sheet, draw_caption, draw_sheet, sheet_of
from app.video.captions import Captions
from app.video.recipes import SCHOOL_720, SQUARE, VERTICAL
from app.video.render.made import Made, aside, published, verified_rungs, with_words
from app.video.render.sound import make_sound
from app.video.render.winner import make_branded
from app.video.run import run
from app.video.source import Source
from app.video.step import Progress, portion


def make_school(
    path: Path,
    source: Source,
    brand: Brand,
    out_dir: Path,
    *,
    captions: Captions | None = None,
    progress: Progress | None = None,
) -> list[Made]:
    """`school_720` with opening, mark and end card; `square` and `vertical` with the captions in
    the picture, for screens on which sound is mostly off. Raises `EngineFailed`."""
    path = path.resolve()
    wide = make_branded(
        path,
        source,
        brand,
        out_dir,
        captions=captions,
        recipes=(SCHOOL_720,),
        progress=portion(progress, 0, 0.45),
    )
    recipes = (SQUARE, VERTICAL)
    with aside(out_dir) as folder:
        versions = []
        for recipe in recipes:
            sheet = sheet_of((recipe.width, recipe.height), source.width, source.height)
            drawn = folder / f"{recipe.role}.png"
            draw_sheet(brand, sheet).save(drawn, compress_level=1)
            written = _written(captions, sheet, folder, recipe.role, source.duration)
            target = folder / f"{recipe.role}.mp4"
            versions.append(plan.Social(recipe, sheet, drawn, written, target))
        rate = SQUARE.audio_rate
        sound = make_sound(path, source, rate, folder, progress=portion(progress, 0.45, 0.5))
        step = plan.social_step(path, source, versions, sound.path, brand)
        run(step, portion(progress, 0.5, 0.96))
        targets = [version.target for version in versions]
        made = verified_rungs(recipes, targets, source.duration, own_tags=True)
        made = with_words(sound.of(made), brand)
        if progress is not None:
            progress(1.0)
        return [*wide, *published(made, out_dir)]


def _written(
    captions: Captions | None, sheet: Sheet, folder: Path, role: str, seconds: float
) -> Path | None:
    """Each caption as a picture, and the list that says how long each stands."""
    if captions is None or not captions.cues:
        return None
    nothing = folder / f"{role}_nothing.png"
    Image.new("RGBA", sheet.canvas).save(nothing, compress_level=1)
    listed: list[tuple[Path, float]] = []
    at = 0.0
    for number, cue in enumerate(captions.cues):
        start, end = max(cue.start, at), min(cue.end, seconds)
        if end <= start:
            continue
        if start > at:
            listed.append((nothing, start - at))
        picture = folder / f"{role}_caption_{number:04}.png"
        draw_caption(" ".join(cue.lines), sheet).save(picture, compress_level=1)
        listed.append((picture, end - start))
        at = end
    listed.append((nothing, max(0.1, seconds - at)))
    listed.append((nothing, 0.1))
    lines = ["ffconcat version 1.0"]
    for picture, length in listed:
        lines += [f"file '{picture.name}'", f"duration {length:.4f}"]
    path = folder / f"{role}.ffconcat"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
