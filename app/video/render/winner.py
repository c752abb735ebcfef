"""The branded winner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from app.video import plan, poster
from app.video.branding import CARDS, Brand, draw_layers, draw_poster, draw_wall_poster
from app.video.captions import Captions
from app.video.recipes import POSTER, WINNER_LADDER, Recipe, rungs
from app.video.render.first import best_frame
from app.video.render.made import (
    Made,
    aside,
    made_page,
    made_still,
    published,
    verified_rungs,
    with_words,
)
from app.video.render.sound import make_sound
from app.video.run import run
from app.video.source import Source
from app.video.step import Progress, portion
from app.video.verify import look_again


def make_branded(
    path: Path,
    source: Source,
    brand: Brand,
    out_dir: Path,
    *,
    captions: Captions | None = None,
    recipes: tuple[Recipe, ...] | None = None,
    still: Path | None = None,
    progress: Progress | None = None,
) -> list[Made]:
    """The winner's renditions, highest first, its poster, and that to print (`winner_print`); or
    those of `recipes` alone.

    Opening card, corner bug and end card are laid on in the same run that makes the rungs, straight
    from the original. `captions` are those of the original; they move with it. The poster shows
    `still`, or the best frame. Raises `EngineFailed`.
    """
    path = path.resolve()
    alone = recipes is not None
    recipes = recipes or rungs(WINNER_LADDER, min(source.width, source.height))
    seconds = CARDS.total(source.duration)
    with aside(out_dir) as folder:
        targets = [folder / f"{recipe.role}.mp4" for recipe in recipes]
        layers = draw_layers(brand, (recipes[0].width, recipes[0].height), folder)
        subtitles = None
        if captions is not None and captions.cues:
            subtitles = folder / "captions.srt"
            subtitles.write_text(captions.shifted(CARDS.shift).to_srt(), encoding="utf-8")
        sound = make_sound(
            path,
            source,
            recipes[0].audio_rate,
            folder,
            cards=CARDS,
            progress=portion(progress, 0, 0.06),
        )
        step = plan.branded_step(
            path, source, recipes, targets, sound.path, brand, layers, CARDS, subtitles
        )
        run(step, portion(progress, 0.06, 0.95))
        made = verified_rungs(
            recipes, targets, seconds, captions=subtitles is not None, own_tags=True
        )
        made = with_words(sound.of(made), brand)
        if alone:
            return published(made, out_dir)
        target, printed = folder / "winner_poster.jpg", folder / "winner_print.pdf"
        with _frame(path, source, folder, still, portion(progress, 0.97, 1.0)) as picture:
            poster.write_jpeg(draw_poster(brand, picture), target, POSTER.quality)
            draw_wall_poster(brand, picture, printed)
        look_again([target], own_tags=False)
        look_again([printed], own_tags=True)
        made += [made_still("winner_poster", target), made_page("winner_print", printed)]
        return published(made, out_dir)


@contextmanager
def _frame(
    path: Path, source: Source, folder: Path, still: Path | None, progress: Progress | None
) -> Iterator[Image.Image]:
    if still is None:
        with best_frame(path, source, folder, progress, POSTER) as picture:
            yield picture
    else:
        with Image.open(still) as picture:
            picture.load()
            yield picture
