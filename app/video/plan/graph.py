"""What all plans share: how an upload is opened, and how a graph becomes arguments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

if TYPE_CHECKING:
    from app.video.source import Source

# ffmpeg-python has no types; its streams and outputs stay inside this package.
Stream = Any

GUARDS: dict[str, Any] = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,matroska,webm,avi,mpegts",
    "max_streams": 32,
}
MOST_PIXELS = 8192 * 4320
# Seconds for which the last picture stands while the sound plays on.
MOST_HELD = 10


WALL_PER_SECOND = 20.0


def guarded(container: str) -> list[str]:
    """Options before every upload: our own demuxer, and no other format or protocol."""
    words: list[str] = []
    for name, value in GUARDS.items():
        words += [f"-{name}", str(value)]
    return [*words, "-f", container]


def upload(path: Path, source: Source, **options: Any) -> Stream:
    return ffmpeg.input(
        f"file:{path}",
        format=source.container,
        max_pixels=MOST_PIXELS,
        **GUARDS,
        **options,
    )


def args_of(*outputs: Stream) -> tuple[str, ...]:
    merged = outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs)
    return tuple(str(word) for word in merged.get_args())


def wall(seconds: float) -> float:
    """Seconds after which work on a video of `seconds` is given up."""
    return 120 + WALL_PER_SECOND * seconds


def stamp(value: float) -> str:
    return f"{value:.4f}"
