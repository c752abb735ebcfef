"""Steps that make renditions and stills."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.plan.graph import Stream, args_of, upload, wall
from app.video.plan.picture import (
    fan,
    picture_of,
)
from app.video.plan.sound import Cards, Gain, sound_of
from app.video.recipes import GOP_FRAMES, SAMPLE_RATE, Recipe
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.source import Source

PRIVACY: dict[str, Any] = {
    "map_metadata": -1,
    "map_metadata:s": -1,
    "map_chapters": -1,
    "sn": None,
    "dn": None,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    # SEI messages carry encoder settings, and whatever a camera wrote between the pictures.
    "bsf:v": "filter_units=remove_types=6",
    "write_tmcd": 0,
    "movflags": "+faststart",
    "max_muxing_queue_size": 1024,
}
REC709: dict[str, Any] = {
    "pix_fmt": "yuv420p",
    "color_range": "tv",
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
}


def encode(recipe: Recipe) -> dict[str, Any]:
    """Encoder options of a recipe: H.264 High with closed 2-second GOPs, AAC-LC stereo."""
    return {**_encode_picture(recipe), **_encode_sound(recipe.audio_rate)}


def encode_beside(recipe: Recipe) -> dict[str, Any]:
    """The same for a file whose sound was encoded before and is only laid beside the picture."""
    return {**_encode_picture(recipe), "c:a": "copy"}


def _encode_picture(recipe: Recipe) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": recipe.preset,
        "profile:v": "high",
        "crf": recipe.crf,
        "maxrate": f"{recipe.maxrate}k",
        "bufsize": f"{recipe.bufsize}k",
        "g": GOP_FRAMES,
        "keyint_min": GOP_FRAMES,
        "sc_threshold": 0,
        **REC709,
        **PRIVACY,
    }


def _encode_sound(rate: int) -> dict[str, Any]:
    return {"c:a": "aac", "b:a": f"{rate}k", "ar": SAMPLE_RATE, "ac": 2}


def sound_step(
    path: Path,
    source: Source,
    rate: int,
    target: Path,
    gain: Gain,
    cards: Cards | None = None,
) -> Step:
    """The sound alone at `rate` kbit/s, once for all renditions that share it; encoding it costs as
    much for a small picture as for a large one."""
    opened = upload(path, source, vn=None, t=source.duration + 1)
    sound = sound_of(opened, source, gain, cards)
    options = {**_encode_sound(rate), **PRIVACY}
    del options["bsf:v"]
    output = ffmpeg.output(sound, f"file:{target}", format="mp4", **options)
    seconds = source.duration if cards is None else cards.total(source.duration)
    return Step("ffmpeg", args_of(output), (path,), target.parent, seconds, 120 + seconds)


def encoded_sound(path: Path) -> Stream:
    """What `sound_step` made, to be laid beside a picture as it is."""
    return ffmpeg.input(f"file:{path}", format="mov", protocol_whitelist="file")["a:0"]


def remux_step(path: Path, source: Source, target: Path) -> Step:
    """The same pictures and sound in a clean file: nothing is encoded."""
    opened = upload(path, source)
    streams = [opened[str(source.video_index)]]
    if source.audio_index is not None:
        streams.append(opened[str(source.audio_index)])
    output = ffmpeg.output(*streams, f"file:{target}", c="copy", format="mp4", **PRIVACY)
    return Step(
        "ffmpeg", args_of(output), (path,), target.parent, source.duration, 60 + source.duration
    )


def ladder_step(
    path: Path, source: Source, recipes: Sequence[Recipe], targets: Sequence[Path], sound: Path
) -> Step:
    """All rungs in one run: one decode, one clean-up, then a scale and an encoder each. `sound` is
    what `sound_step` made."""
    opened = upload(path, source, an=None, t=source.duration + 1)
    top = max(recipes, key=lambda recipe: recipe.height)
    picture = picture_of(opened, source, (top.width, top.height))
    return Step(
        "ffmpeg",
        args_of(*rung_outputs(picture, encoded_sound(sound), recipes, targets)),
        (path,),
        targets[0].parent,
        source.duration,
        wall(source.duration),
    )


def rung_outputs(
    picture: Stream,
    sound: Stream,
    recipes: Sequence[Recipe],
    targets: Sequence[Path],
    *extra: Stream,
    **options: Any,
) -> list[Stream]:
    """One output per recipe, the highest first; `picture` has its size, `sound` is encoded."""
    outputs = []
    for at, (recipe, target) in enumerate(zip(recipes, targets, strict=True)):
        seen = picture
        if at + 1 < len(recipes):
            # Each rung is made of the one above it: a smaller picture is scaled for less.
            following = recipes[at + 1]
            seen, picture = fan(picture, 2)
            picture = picture.filter("scale", following.width, following.height)
            picture = picture.filter("setsar", 1)
        settings = {**encode_beside(recipe), **options}
        if extra:
            del settings["sn"]
        outputs.append(
            ffmpeg.output(seen, sound, *extra, f"file:{target}", format="mp4", **settings)
        )
    return outputs
