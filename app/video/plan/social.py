"""Square and upright versions for phones, captions written into the picture, in one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.plan.branded import TAGS, still_of, tags, with_tags
from app.video.plan.graph import Stream, args_of, stamp, upload, wall
from app.video.plan.making import encode_beside, encoded_sound
from app.video.plan.picture import fan, scaled, steady, toned
from app.video.recipes import FPS, Recipe
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.branding import Brand
    from app.video.branding.social import Sheet
    from app.video.source import Source


@dataclass(frozen=True)
class Social:
    """One version: what is drawn for it, and where it goes. `captions` lists pictures and how long
    each stands (ffconcat), or is None."""

    recipe: Recipe
    sheet: Sheet
    drawn: Path
    captions: Path | None
    target: Path


def social_step(
    path: Path, source: Source, versions: Sequence[Social], sound: Path, brand: Brand
) -> Step:
    """All versions in one run, straight from the original; `sound` is what `sound_step` made."""
    opened = upload(path, source, an=None, t=source.duration + 1)
    pictures = fan(steady(opened[str(source.video_index)], source), len(versions))
    heard = encoded_sound(sound)
    outputs = []
    for version, seen in zip(versions, pictures, strict=True):
        options: dict[str, Any] = {
            **encode_beside(version.recipe),
            "metadata": TAGS,
            "fflags": "-bitexact",
        }
        picture = _laid_out(seen, source, version)
        outputs.append(
            ffmpeg.output(picture, heard, f"file:{version.target}", format="mp4", **options)
        )
    args = with_tags(args_of(*outputs), tags(brand))
    seconds = source.duration
    return Step("ffmpeg", args, (path,), versions[0].target.parent, seconds, wall(2 * seconds))


def _laid_out(seen: Stream, source: Source, version: Social) -> Stream:
    sheet = version.sheet
    seconds = stamp(source.duration)
    if sheet.fills:
        # A film that is nearly as upright as the canvas loses a little of its longer side.
        wide = max(sheet.canvas[0], round(sheet.canvas[1] * source.width / source.height / 2) * 2)
        high = max(sheet.canvas[1], round(sheet.canvas[0] * source.height / source.width / 2) * 2)
        picture = toned(scaled(seen, source, (wide, high)), source).filter("crop", *sheet.canvas)
        picture = ffmpeg.overlay(picture, still_of(version.drawn), x=0, y=0)
    else:
        ground = still_of(version.drawn, "yuv420p")
        ground = ground.filter("tpad", stop_mode="clone", stop_duration=seconds)
        picture = toned(scaled(seen, source, sheet.picture), source)
        picture = ffmpeg.overlay(ground, picture, x=sheet.at[0], y=sheet.at[1])
    if version.captions is not None:
        written = ffmpeg.input(
            f"file:{version.captions}", format="concat", safe=0, protocol_whitelist="file"
        )["v"]
        written = written.filter("fps", fps=str(FPS)).filter(
            "scale", out_color_matrix="bt709", out_range="tv"
        )
        picture = ffmpeg.overlay(picture, written.filter("format", "yuva420p"), x=0, y=0)
    return picture.filter("trim", end=seconds).filter("format", "yuv420p").filter("setsar", 1)
