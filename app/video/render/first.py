"""What is made before anything else: something to watch, pictures to choose from, a storyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image

from app.texts import text
from app.video import plan, poster
from app.video.recipes import POSTER, STORYBOARD, StillRecipe
from app.video.render.made import (
    JPEG,
    VTT,
    Made,
    aside,
    inspect,
    made_still,
    made_words,
    published,
    verified,
)
from app.video.run import EngineFailed, run
from app.video.source import Source
from app.video.step import Progress, portion
from app.video.verify import Expected, look_again

CANDIDATES = "candidate_*.ppm"


def make_preview(
    path: Path, source: Source, out_dir: Path, *, progress: Progress | None = None
) -> list[Made]:
    """The first thing to watch (`preview`), five stills to choose from and the best of them
    (`poster`), and a storyboard, as soon as can be.

    A file that plays as it is gets a clean copy without encoding; its shape stays the source's.
    Everything else is made in one decode. Raises `EngineFailed`.
    """
    path = path.resolve()
    with aside(out_dir) as folder:
        ready = published(remuxed(path, source, folder, portion(progress, 0, 0.3)), out_dir)
        looking = plan.Looking(folder, preview=not ready, keyframes=bool(ready))
        run(plan.looking_step(path, source, looking), portion(progress, 0.3, 0.95))
        stills = poster.distinct(sorted(folder.glob(CANDIDATES)))
        if looking.keyframes and len(stills) < POSTER.offered:
            # Keyframes stand too far apart: there is nothing to choose from.
            looking = replace(looking, keyframes=False)
            run(plan.looking_step(path, source, looking), portion(progress, 0.3, 0.95))
        made = [*ready, *published(finished(path, source, looking), out_dir)]
        if progress is not None:
            progress(1.0)
        return made


def finished(path: Path, source: Source, looking: plan.Looking) -> list[Made]:
    """The files that one decode left to be finished: preview, stills, storyboard."""
    made: list[Made] = []
    if looking.preview:
        width, height = plan.preview_size(source)
        expected = Expected(width, height, source.duration, True)
        made.append(verified("preview", looking.folder / plan.PREVIEW_FILE, expected))
        inspect(made)
    made += _stills(path, source, looking.folder)
    if (looking.folder / plan.STORYBOARD_FILE).exists():
        made += _storyboard(source, looking.folder)
    look_again([one.path for one in made if one.content_type == JPEG], own_tags=False)
    return made


def remuxed(path: Path, source: Source, folder: Path, progress: Progress | None) -> list[Made]:
    """A clean copy without encoding; nothing where the source doesn't allow it after all."""
    if not source.remuxable:
        return []
    target = folder / plan.PREVIEW_FILE
    coded = (source.width, source.height)
    if source.rotation % 180:
        coded = (source.height, source.width)
    sound = source.audio_index is not None
    expected = Expected(*coded, source.duration, sound, tolerance=0.5, each_stream=False)
    try:
        run(plan.remux_step(path, source, target), progress)
        made = verified("preview", target, expected)
        inspect([made])
    except EngineFailed:
        target.unlink(missing_ok=True)
        return []
    return [replace(made, width=source.width, height=source.height)]


def _stills(path: Path, source: Source, folder: Path) -> list[Made]:
    """Five frames from all over the film, none of them black, and the best once more."""
    ranked = poster.choose(sorted(folder.glob(CANDIDATES)), POSTER.offered)
    if not ranked:
        with best_frame(path, source, folder, None, POSTER) as picture:
            poster.write_jpeg(picture, folder / "poster.jpg", POSTER.quality)
        return [made_still("poster", folder / "poster.jpg")]
    made = []
    for number, (candidate, _score) in enumerate(ranked, start=1):
        target = folder / f"poster_{number}.jpg"
        with Image.open(candidate) as picture:
            poster.write_jpeg(picture, target, POSTER.quality)
        made.append(made_still(f"poster_{number}", target))
    best = max(range(len(ranked)), key=lambda at: ranked[at][1])
    target = folder / "poster.jpg"
    target.write_bytes(made[best].path.read_bytes())
    return [made_still("poster", target), *made]


def _storyboard(source: Source, folder: Path) -> list[Made]:
    """All the film on one sheet, and the WebVTT that says which part of it shows which moment."""
    sheet = folder / "storyboard.jpg"
    with Image.open(folder / plan.STORYBOARD_FILE) as picture:
        poster.write_jpeg(picture, sheet, STORYBOARD.quality)
    each = source.duration / STORYBOARD.pictures
    blocks = ["WEBVTT"]
    for number in range(STORYBOARD.pictures):
        row, column = divmod(number, STORYBOARD.columns)
        place = (
            column * STORYBOARD.width,
            row * STORYBOARD.height,
            STORYBOARD.width,
            STORYBOARD.height,
        )
        times = f"{_clock(number * each)} --> {_clock((number + 1) * each)}"
        blocks.append(f"{times}\n{sheet.name}#xywh={','.join(map(str, place))}")
    words = "\n\n".join(blocks) + "\n"
    return [
        made_still("storyboard", sheet),
        made_words("storyboard_times", folder / "storyboard.vtt", VTT, words),
    ]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


@contextmanager
def best_frame(
    path: Path,
    source: Source,
    folder: Path,
    progress: Progress | None,
    stills: StillRecipe = POSTER,
) -> Iterator[Image.Image]:
    """The frame for a poster, on a 16:9 canvas.

    Candidates that are there are used first, then keyframes, and only when all of those are black
    or empty is the whole video decoded.
    """
    stills = plan.still_size(source, stills)
    chosen = _best(folder)
    for keyframes_only in (True, False):
        if chosen is not None and chosen[1] > 0:
            break
        for old in folder.glob(CANDIDATES):
            old.unlink()
        run(
            plan.stills_step(path, source, folder, stills, keyframes_only=keyframes_only),
            progress,
        )
        chosen = _best(folder) or chosen
    if chosen is None:
        raise EngineFailed(text("No picture could be taken from this video."))
    with Image.open(chosen[0]) as picture:
        picture.load()
        yield picture


def _best(folder: Path) -> tuple[Path, float] | None:
    return poster.best(sorted(folder.glob(CANDIDATES)))
