"""The picture of a rendition: upright, steady, BT.709, undistorted on its canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.plan.graph import MOST_HELD, Stream, stamp
from app.video.recipes import FPS, PREVIEW

if TYPE_CHECKING:
    from app.video.source import Source

# Names of matrices that swscale takes; ffprobe's other answers say nothing usable.
SCALE_MATRICES = {
    "bt709": "bt709",
    "smpte170m": "smpte170m",
    "bt470bg": "bt470",
    "fcc": "fcc",
    "smpte240m": "smpte240m",
    "bt2020nc": "bt2020",
    "bt2020c": "bt2020",
}
HD_LINES = 720
SAME_SHAPE = 0.005


@dataclass(frozen=True)
class Framing:
    """A picture's place on its canvas, in pixels; `fills` when nothing is left to fill."""

    canvas: tuple[int, int]
    picture: tuple[int, int]

    @property
    def fills(self) -> bool:
        return self.canvas == self.picture


def framing(source: Source, width: int, height: int) -> Framing:
    """The largest undistorted place for the picture on a canvas, in even pixels."""
    shape, room = source.width / source.height, width / height
    if abs(shape / room - 1) <= SAME_SHAPE:
        return Framing((width, height), (width, height))
    if shape > room:
        return Framing((width, height), (width, _even(width / shape)))
    return Framing((width, height), (_even(height * shape), height))


def preview_size(source: Source) -> tuple[int, int]:
    """The preview keeps the picture's own shape; its short side is at most the recipe's."""
    share = min(1.0, PREVIEW.height / min(source.width, source.height))
    return _even(source.width * share), _even(source.height * share)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def picture_of(upload: Stream, source: Source, canvas: tuple[int, int]) -> Stream:
    """The upright picture on its canvas: steady rate, square pixels, BT.709, exact length."""
    frame = framing(source, *canvas)
    picture = steady(upload[str(source.video_index)], source)
    picture = toned(scaled(picture, source, frame.picture), source)
    return picture if frame.fills else on_blur(picture, frame)


def steady(picture: Stream, source: Source) -> Stream:
    # The cut comes before the constant rate: a file with two frames ten hours apart would
    # otherwise be filled with a million copies.
    picture = picture.filter("trim", end=stamp(source.duration + 0.5))
    if source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame")
    picture = picture.filter("fps", fps=str(FPS), start_time=0)
    picture = picture.filter("tpad", stop_mode="clone", stop_duration=MOST_HELD)
    return picture.filter("trim", end=stamp(source.duration))


def scaled(picture: Stream, source: Source, size: tuple[int, int]) -> Stream:
    if _is_ready(source, size):
        return picture.filter("setsar", 1)
    options: dict[str, Any] = {}
    if not source.hdr:
        options = {"in_color_matrix": _matrix(source), "out_color_matrix": "bt709"}
        options["out_range"] = "tv"
    return picture.filter("scale", *size, **options).filter("setsar", 1)


def _is_ready(source: Source, size: tuple[int, int]) -> bool:
    """Whether scaling would only copy every picture."""
    return (
        (source.width, source.height) == size
        and source.square
        and not source.hdr
        and not source.full_range
        and source.pix_fmt == "yuv420p"
        and _matrix(source) == "bt709"
    )


def _matrix(source: Source) -> str:
    known = SCALE_MATRICES.get(source.matrix or "")
    if known:
        return known
    return "bt709" if min(source.width, source.height) >= HD_LINES else "smpte170m"


def toned(picture: Stream, source: Source) -> Stream:
    """HDR to BT.709. The input's colours are named because containers often don't."""
    if not source.hdr:
        return picture.filter("format", "yuv420p")
    picture = picture.filter(
        "zscale", tin=source.transfer, pin="bt2020", min="bt2020nc", rin="tv", t="linear", npl=203
    )
    picture = picture.filter("format", "gbrpf32le").filter("zscale", p="bt709")
    picture = picture.filter("tonemap", tonemap="mobius", desat=0, peak=10)
    return picture.filter("zscale", t="bt709", m="bt709", r="tv").filter("format", "yuv420p")


def on_blur(picture: Stream, frame: Framing) -> Stream:
    width, height = frame.canvas
    both = picture.filter_multi_output("split")
    # Blurring a small copy costs half of blurring the canvas and looks the same.
    ground = both[0].filter("scale", 192, 108, force_original_aspect_ratio="increase")
    ground = ground.filter("crop", 192, 108).filter("boxblur", 4, 2)
    ground = ground.filter("scale", width, height).filter("eq", brightness=-0.08)
    ground = ground.filter("setsar", 1)
    placed = ffmpeg.overlay(ground, both[1], x="(W-w)/2", y="(H-h)/2")
    return placed.filter("setsar", 1).filter("format", "yuv420p")


def fan(stream: Stream, times: int, split: str = "split") -> list[Stream]:
    """The same stream so many times."""
    if times == 1:
        return [stream]
    copies = stream.filter_multi_output(split, times)
    return [copies[i] for i in range(times)]
