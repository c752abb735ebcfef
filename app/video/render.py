"""What the contest makes of a source: preview and poster, the web ladder, the branded winner.

Everything is made aside, verified, and only then renamed into the folder asked for: a file that
stands there is whole and clean.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from app.texts import text
from app.video import loudness, plan, poster
from app.video.branding import CARDS, Brand, draw_layers, draw_poster
from app.video.captions import Captions
from app.video.recipes import LADDER, POSTER, WINNER_LADDER, Recipe, StillRecipe, rungs
from app.video.run import EngineFailed, run
from app.video.source import Source
from app.video.step import Progress, portion
from app.video.verify import Expected, verify

MP4 = "video/mp4"
JPEG = "image/jpeg"
PATTERN = "candidate_%02d.ppm"


@dataclass(frozen=True)
class Made:
    """A verified file. `loudness` is measured, in LUFS; None for pictures and for silence."""

    role: str
    path: Path
    content_type: str
    width: int | None
    height: int | None
    duration: float | None
    bytes: int
    sha256: str
    loudness: float | None


def make_preview(
    path: Path, source: Source, out_dir: Path, *, progress: Progress | None = None
) -> list[Made]:
    """The first thing to watch (`preview`) and a still (`poster`), as soon as can be.

    A file that plays as it is gets a clean copy without encoding; its shape stays the source's.
    Raises `EngineFailed`.
    """
    path = path.resolve()
    with _aside(out_dir) as folder:
        target = folder / "preview.mp4"
        made = _remuxed(path, source, target, portion(progress, 0, 0.5))
        if made is None:
            stills = _still_size(source, POSTER)
            step = plan.preview_step(path, source, target, stills, PATTERN)
            run(step, portion(progress, 0, 0.9))
            width, height = plan.preview_size(source)
            made = _verified("preview", target, Expected(width, height, source.duration, True))
        still = folder / "poster.jpg"
        with _best_frame(path, source, folder, portion(progress, 0.9, 1.0)) as picture:
            poster.write_jpeg(picture, still, POSTER.quality)
        return _published([made, _made_still("poster", still)], out_dir)


def make_ladder(
    path: Path, source: Source, out_dir: Path, *, progress: Progress | None = None
) -> list[Made]:
    """The web renditions, highest first: 16:9, BT.709, 29.97 frames a second, -16 LUFS.

    No rung is larger than the source. One run of ffmpeg makes them all. Raises `EngineFailed`.
    """
    path = path.resolve()
    recipes = rungs(LADDER, min(source.width, source.height))
    gain = loudness.balance(path, source, progress=portion(progress, 0, 0.03))
    with _aside(out_dir) as folder:
        targets = [folder / f"{recipe.role}.mp4" for recipe in recipes]
        step = plan.ladder_step(path, source, recipes, targets, gain)
        run(step, portion(progress, 0.03, 0.98))
        made = _verified_rungs(recipes, targets, source.duration)
        made = _with_loudness(made, source)
        if progress is not None:
            progress(1.0)
        return _published(made, out_dir)


def make_branded(
    path: Path,
    source: Source,
    brand: Brand,
    out_dir: Path,
    *,
    captions: Captions | None = None,
    progress: Progress | None = None,
) -> list[Made]:
    """The winner's renditions, highest first, and its poster.

    Opening card, corner bug and end card are laid on in the same run that makes the rungs, straight
    from the original. `captions` are those of the original; they move with it. Raises
    `EngineFailed`.
    """
    path = path.resolve()
    recipes = rungs(WINNER_LADDER, min(source.width, source.height))
    seconds = CARDS.total(source.duration)
    gain = loudness.balance(path, source, cards=CARDS, progress=portion(progress, 0, 0.04))
    with _aside(out_dir) as folder:
        targets = [folder / f"{recipe.role}.mp4" for recipe in recipes]
        layers = draw_layers(brand, (recipes[0].width, recipes[0].height), folder)
        subtitles = None
        if captions is not None and captions.cues:
            subtitles = folder / "captions.srt"
            subtitles.write_text(captions.shifted(CARDS.shift).to_srt(), encoding="utf-8")
        step = plan.branded_step(
            path, source, recipes, targets, gain, brand, layers, CARDS, subtitles
        )
        run(step, portion(progress, 0.04, 0.95))
        made = _verified_rungs(
            recipes, targets, seconds, captions=subtitles is not None, own_tags=True
        )
        made = _with_loudness(made, source)
        still = folder / "winner_poster.jpg"
        with _best_frame(path, source, folder, portion(progress, 0.97, 1.0)) as picture:
            poster.write_jpeg(draw_poster(brand, picture), still, POSTER.quality)
        made.append(_made_still("winner_poster", still))
        return _published(made, out_dir)


def _verified_rungs(
    recipes: Sequence[Recipe],
    targets: Sequence[Path],
    seconds: float,
    *,
    captions: bool = False,
    own_tags: bool = False,
) -> list[Made]:
    return [
        _verified(
            recipe.role,
            target,
            Expected(recipe.width, recipe.height, seconds, True, captions, own_tags),
        )
        for recipe, target in zip(recipes, targets, strict=True)
    ]


def _with_loudness(made: list[Made], source: Source) -> list[Made]:
    """All rungs carry the same sound, so the smallest file is measured for all."""
    if source.audio_index is None:
        return made
    measured = loudness.measure(min(made, key=lambda one: one.bytes).path)
    if measured.is_silent:
        return made
    return [replace(one, loudness=measured.integrated) for one in made]


def _remuxed(path: Path, source: Source, target: Path, progress: Progress | None) -> Made | None:
    """A clean copy without encoding, or None where the source doesn't allow it after all."""
    if not source.remuxable:
        return None
    coded = (source.width, source.height)
    if source.rotation % 180:
        coded = (source.height, source.width)
    sound = source.audio_index is not None
    expected = Expected(*coded, source.duration, sound, tolerance=0.5, each_stream=False)
    try:
        run(plan.remux_step(path, source, target), progress)
        made = _verified("preview", target, expected)
    except EngineFailed:
        target.unlink(missing_ok=True)
        return None
    return replace(made, width=source.width, height=source.height)


@contextmanager
def _best_frame(
    path: Path,
    source: Source,
    folder: Path,
    progress: Progress | None,
    stills: StillRecipe = POSTER,
) -> Iterator[Image.Image]:
    """The frame for a poster, on a 16:9 canvas.

    Candidates that the preview left are used first, then keyframes, and only when all of those are
    black or empty is the whole video decoded.
    """
    stills = _still_size(source, stills)
    chosen = poster.best(sorted(folder.glob("candidate_*.ppm")))
    for keyframes_only in (True, False):
        if chosen is not None and chosen[1] > 0:
            break
        for old in folder.glob("candidate_*.ppm"):
            old.unlink()
        run(
            plan.stills_step(path, source, folder, stills, PATTERN, keyframes_only=keyframes_only),
            progress,
        )
        chosen = poster.best(sorted(folder.glob("candidate_*.ppm"))) or chosen
    if chosen is None:
        raise EngineFailed(text("No picture could be taken from this video."))
    with Image.open(chosen[0]) as picture:
        picture.load()
        yield picture


def _still_size(source: Source, stills: StillRecipe) -> StillRecipe:
    """A small source is not blown up to a large still."""
    if min(source.width, source.height) >= stills.height:
        return stills
    return replace(stills, width=854, height=480)


def _made_still(role: str, path: Path) -> Made:
    with Image.open(path) as picture:
        width, height = picture.size
        if picture.getexif():
            raise EngineFailed(text("The still picture is not clean."))
    return Made(role, path, JPEG, width, height, None, path.stat().st_size, _digest(path), None)


def _verified(role: str, path: Path, expected: Expected) -> Made:
    seconds = verify(path, expected)
    return Made(
        role,
        path,
        MP4,
        expected.width,
        expected.height,
        seconds,
        path.stat().st_size,
        _digest(path),
        None,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _aside(out_dir: Path) -> Iterator[Path]:
    """A folder for half-made files inside `out_dir`, gone afterwards whatever happens."""
    out_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".making-", dir=out_dir.resolve()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _published(made: Sequence[Made], out_dir: Path) -> list[Made]:
    published = []
    for one in made:
        final = out_dir / one.path.name
        one.path.replace(final)
        published.append(replace(one, path=final))
    return published
