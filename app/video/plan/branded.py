"""The branded winner: opening card, the video with its corner bug, end card, in one pass.

It is made straight from the original, never from a rendition, so that nothing is encoded twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.plan.graph import Stream, args_of, stamp, upload, wall
from app.video.plan.making import encoded_sound, rung_outputs
from app.video.plan.picture import fan, picture_of
from app.video.plan.sound import Cards
from app.video.recipes import FPS, Recipe
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.branding import Brand, Layers
    from app.video.source import Source

# Pixels a second by which each strip of waves drifts on a canvas of 1080 lines, and where the
# strip, which is wider than the canvas, starts.
DRIFT_SECONDS = 7
DRIFTS = ((-14, -60), (20, -200), (-30, -40))
# Seconds after which words appear on a card, and how long that takes.
APPEAR_EARLY, APPEAR_LATE, APPEAR_FOR = 0.25, 0.4, 0.5
# When the words at the foot come and go, in seconds of the film itself.
LOWER_THIRD = (1.0, 6.0)
# The share of the picture's width by which they glide.
GLIDE = 0.06
TAGS = "tags of the brand"


def branded_step(
    path: Path,
    source: Source,
    recipes: Sequence[Recipe],
    targets: Sequence[Path],
    sound: Path,
    brand: Brand,
    layers: Layers,
    cards: Cards,
    captions: Path | None = None,
) -> Step:
    """All rungs of a winner in one run; `sound` is what `sound_step` made with the same cards,
    `captions` a SubRip file of ours, already shifted."""
    opened = upload(path, source, an=None, t=source.duration + 1)
    top = max(recipes, key=lambda recipe: recipe.height)
    canvas = (top.width, top.height)
    seconds = cards.total(source.duration)
    waves = [fan(still_of(wave), 2) for wave in layers.waves]
    early, late = [pair[0] for pair in waves], [pair[1] for pair in waves]
    picture = _joined(
        card_of(layers.opening, early, layers.opening_words, canvas, cards.opening, rises=True),
        with_bug(picture_of(opened, source, canvas), layers),
        card_of(layers.ending, late, layers.ending_words, canvas, cards.ending, rises=False),
        source.duration,
        cards,
    )
    extra: list[Stream] = []
    # A bit-exact MP4 has no place for tags; without it only the muxer's own name is added.
    options: dict[str, Any] = {"metadata": TAGS, "fflags": "-bitexact"}
    if captions is not None:
        extra.append(ffmpeg.input(f"file:{captions}", format="srt")["s:0"])
        options["c:s"] = "mov_text"
    outputs = rung_outputs(picture, encoded_sound(sound), recipes, targets, *extra, **options)
    args = with_tags(args_of(*outputs), tags(brand))
    return Step("ffmpeg", args, (path,), targets[0].parent, seconds, wall(seconds))


def with_tags(args: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    """The graph builder takes an option once only; each of its places becomes all the tags."""
    words: list[str] = []
    for word in args:
        if word == TAGS:
            words.pop()
            for value in values:
                words += ["-metadata", value]
        else:
            words.append(word)
    return tuple(words)


def tags(brand: Brand) -> list[str]:
    """What the file itself says of its title, makers and licence, as MP4 tags."""
    comment = ". ".join(
        part for part in (f"{brand.award}, {brand.edition}", brand.licence, brand.address) if part
    )
    said = {
        "title": brand.title,
        "artist": brand.makers,
        "date": str(brand.year),
        "copyright": brand.copyright,
        "comment": comment,
    }
    return [f"{name}={words}" for name, words in said.items() if words]


def still_of(path: Path, form: str = "yuva420p") -> Stream:
    """One drawn picture; without a named matrix its colours would be taken for SD video."""
    picture = ffmpeg.input(f"file:{path}", format="png_pipe", framerate=str(FPS))["v"]
    picture = picture.filter("scale", out_color_matrix="bt709", out_range="tv")
    return picture.filter("format", form)


def _lasting(picture: Stream, seconds: float) -> Stream:
    picture = picture.filter("tpad", stop_mode="clone", stop_duration=stamp(seconds))
    return picture.filter("trim", end=stamp(seconds))


def card_of(
    ground: Path,
    waves: Sequence[Stream],
    words: Path,
    canvas: tuple[int, int],
    seconds: float,
    *,
    rises: bool,
) -> Stream:
    """A card in gentle motion: waves drift (and rise, on the opening), words fade in."""
    card = _lasting(still_of(ground, "yuv420p"), seconds)
    share = canvas[1] / 1080
    for number, (wave, (drift, start)) in enumerate(zip(waves, DRIFTS, strict=True)):
        # A card that stands long must not see the end of a strip.
        x = f"{start * share:.1f}+({drift * share:.2f})*min(t,{DRIFT_SECONDS})"
        y = f"H-h+h*exp(-({5 - number})*t)" if rises else "H-h"
        card = ffmpeg.overlay(card, wave, x=x, y=y)
    faded = _lasting(still_of(words), seconds).filter(
        "fade",
        type="in",
        start_time=APPEAR_EARLY if rises else APPEAR_LATE,
        duration=APPEAR_FOR,
        alpha=1,
    )
    return ffmpeg.overlay(card, faded, x=0, y=0)


def with_bug(picture: Stream, layers: Layers) -> Stream:
    """The picture with the mark in its corner, and for some seconds the words at its foot."""
    picture = ffmpeg.overlay(picture, still_of(layers.bug), x=layers.bug_at[0], y=layers.bug_at[1])
    if layers.lower_third is None:
        return picture
    start, end = LOWER_THIRD
    words = _lasting(still_of(layers.lower_third), end - start)
    words = words.filter("fade", type="in", start_time=0, duration=0.4, alpha=1)
    fades = stamp(end - start - 0.4)
    words = words.filter("fade", type="out", start_time=fades, duration=0.4, alpha=1)
    words = words.filter("setpts", f"PTS+{start}/TB")
    # They glide in from the left, fast at first, as the opening's waves rise.
    glide = f"-{GLIDE}*W*exp(-6*max(0,t-{start}))"
    return ffmpeg.overlay(picture, words, eof_action="pass", x=glide, y=0)


def _joined(opening: Stream, video: Stream, ending: Stream, seconds: float, cards: Cards) -> Stream:
    """The cards laid over the ends of the video and faded there.

    ffmpeg's own crossfade copies every frame of both sides, also where nothing fades; overlays
    cost only the seconds of the cards.
    """
    hold = cards.ending - cards.fade + 1
    whole = video.filter(
        "tpad",
        start_mode="clone",
        start_duration=stamp(cards.shift),
        stop_mode="clone",
        stop_duration=stamp(hold),
    )
    opening = opening.filter("format", "yuva420p").filter(
        "fade", type="out", start_time=stamp(cards.shift), duration=cards.fade, alpha=1
    )
    ending = ending.filter("format", "yuva420p").filter(
        "fade", type="in", start_time=0, duration=cards.fade, alpha=1
    )
    ending = ending.filter("setpts", f"PTS+{stamp(cards.total(seconds) - cards.ending)}/TB")
    whole = ffmpeg.overlay(whole, opening, eof_action="pass", x=0, y=0)
    whole = ffmpeg.overlay(whole, ending, x=0, y=0)
    whole = whole.filter("trim", end=stamp(cards.total(seconds)))
    return whole.filter("format", "yuv420p").filter("setsar", 1)
