"""Steps that look at a file and listen to it, and make nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.measuring.frames import COLUMNS, ROWS
from app.video.plan.graph import MOST_PIXELS, Stream, args_of, guarded, upload
from app.video.plan.sound import Cards, Gain, sound_of
from app.video.recipes import FPS, SAMPLE_RATE
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.source import Source

CELLS = "cells.rgb"
SILENCES = "silences.txt"
# What is quieter for so long is silence; a room's own noise lies above it.
QUIET_DB = -50
QUIET_SECONDS = 0.5


def probe_step(path: Path, container: str) -> Step:
    args = [*guarded(container), "-max_pixels", str(MOST_PIXELS)]
    args += ["-show_format", "-show_streams", "-show_chapters", "-of", "json", f"file:{path}"]
    return Step("ffprobe", tuple(args), reads=(path,), wall=10.0)


def first_frame_step(path: Path, container: str, index: int) -> Step:
    args = [*guarded(container), "-max_pixels", str(MOST_PIXELS)]
    args += ["-select_streams", str(index), "-read_intervals", "%+#1"]
    args += ["-show_entries", "frame=color_transfer,color_primaries,color_space"]
    return Step("ffprobe", (*args, "-of", "json", f"file:{path}"), reads=(path,), wall=10.0)


def packets_step(path: Path, container: str, index: int) -> Step:
    args = [*guarded(container), "-select_streams", str(index), "-read_intervals", "%+900"]
    args += ["-show_entries", "packet=pts_time,duration_time"]
    return Step("ffprobe", (*args, "-of", "json", f"file:{path}"), reads=(path,), wall=15.0)


def _nothing(*streams: Stream, **options: Any) -> Stream:
    return ffmpeg.output(*streams, "-", format="null", **options)


def decode_step(path: Path, source: Source, folder: Path, *, longest: float, wall: float) -> Step:
    """Decodes all of it once, up to `longest` seconds, and leaves in `folder` what is looked at.

    That is every picture shrunk to its cells in `CELLS`, notes of silence in `SILENCES`, and the
    loudness of the sound as a rendition would have it on stderr.
    """
    opened = upload(path, source, t=longest, skip_loop_filter="all")
    cells = opened[str(source.video_index)].filter("fps", fps=str(FPS), start_time=0)
    cells = cells.filter("scale", COLUMNS, ROWS, flags="area", out_range="pc")
    # Flushed as they come, so that a run that was ended leaves what it has seen.
    written = {"format": "rawvideo", "pix_fmt": "rgb24", "flush_packets": 1}
    outputs = [ffmpeg.output(cells, f"file:{folder / CELLS}", **written)]
    if source.audio_index is not None:
        sound = opened[str(source.audio_index)].filter("aresample", SAMPLE_RATE, first_pts=0)
        sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
        sound = sound.filter("silencedetect", noise=f"{QUIET_DB}dB", duration=QUIET_SECONDS)
        sound = sound.filter("ametadata", "print", file=str(folder / SILENCES))
        sound = sound.filter("ebur128", peak="true", framelog="verbose")
        outputs.append(_nothing(sound))
    return Step(
        "ffmpeg",
        args_of(*outputs),
        reads=(path,),
        folder=folder,
        seconds=min(source.duration, longest),
        wall=wall,
        loglevel="level+info",
    )


def decode_ending_step(path: Path, source: Source) -> Step:
    """Decodes the last two seconds only."""
    opened = upload(path, source, ss=max(0.0, source.duration - 2))
    picture = opened[str(source.video_index)]
    return Step("ffmpeg", args_of(_nothing(picture)), reads=(path,), seconds=2.0, wall=6.0)


def loudness_step(path: Path, source: Source, gain: Gain, cards: Cards | None = None) -> Step:
    """Measures the sound as a rendition would have it (ITU-R BS.1770, EBU R 128)."""
    opened = upload(path, source, vn=None, t=source.duration + 1)
    sound = sound_of(opened, source, gain, cards).filter("ebur128", peak="true", framelog="verbose")
    return Step(
        "ffmpeg",
        args_of(_nothing(sound)),
        reads=(path,),
        seconds=source.duration,
        wall=120 + source.duration,
        loglevel="level+info",
    )


def made_loudness_step(path: Path) -> Step:
    """Measures the sound of a rendition of ours."""
    made = ffmpeg.input(f"file:{path}", format="mov", protocol_whitelist="file", vn=None)
    sound = made["a:0"].filter("ebur128", peak="true", framelog="verbose")
    return Step("ffmpeg", args_of(_nothing(sound)), reads=(path,), wall=180, loglevel="level+info")
