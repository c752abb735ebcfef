"""A probed upload, and what was measured on the way through it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Source:
    """A probed upload. `width` and `height` are as seen: upright and with square pixels.

    `duration` is the playing time in seconds; `fps` the average frame rate; `container` the
    demuxer that may open the file; the indexes are ffmpeg's absolute stream numbers; `square` says
    whether the stored pixels were square already.
    """

    container: str
    duration: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    rotation: int
    hdr: bool
    interlaced: bool
    remuxable: bool
    video_index: int
    audio_index: int | None
    channels: int
    pix_fmt: str
    transfer: str | None
    matrix: str | None
    full_range: bool
    square: bool
    bytes: int

    def facts(self) -> dict[str, Any]:
        """Everything above, ready for JSON."""
        return {**asdict(self), "duration": round(self.duration, 3), "fps": round(self.fps, 3)}


@dataclass(frozen=True)
class Measured:
    """What decoding showed, in seconds, LUFS and dBTP; no sound is None."""

    black_start: float
    black_end: float
    sounding: tuple[tuple[float, float], ...] | None
    loudness: float | None
    peak: float | None

    def facts(self) -> dict[str, Any]:
        """Everything above, ready for JSON."""
        spans = self.sounding
        return {
            **asdict(self),
            "black_start": round(self.black_start, 2),
            "black_end": round(self.black_end, 2),
            "sounding": None if spans is None else [[round(a, 2), round(b, 2)] for a, b in spans],
        }
