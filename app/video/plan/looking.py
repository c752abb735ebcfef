"""Steps that look at a file and listen to it, and make nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ffmpeg

from app.video.measuring.frames import COLUMNS, ROWS
from app.video.plan.graph import MOST_PIXELS, Stream, args_of, guarded, stamp, upload
from app.video.plan.graph import wall as wall_of
from app.video.plan.making import encode
from app.video.plan.picture import fan, framing, on_blur, preview_size, scaled, steady, toned
from app.video.plan.sound import Cards, Gain, sound_of
from app.video.recipes import FPS, POSTER, PREVIEW, SAMPLE_RATE, STORYBOARD, StillRecipe
from app.video.step import Step

if TYPE_CHECKING:
    from app.video.source import Source

CELLS = "cells.rgb"
SILENCES = "silences.txt"
PREVIEW_FILE = "preview.mp4"
PATTERN = "candidate_%02d.ppm"
STORYBOARD_FILE = "storyboard.ppm"
DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "application/mxf": "mxf"}
# What is quieter for so long is silence; a room's own noise lies above it.
QUIET_DB = -50
QUIET_SECONDS = 0.5


def probe_step(path: Path, container: str) -> Step:
    args = [*guarded(container), "-max_pixels", str(MOST_PIXELS)]
    args += ["-show_format", "-show_streams", "-show_chapters", "-of", "json", f"file:{path}"]
    return Step("ffprobe", tuple(args), reads=(path,), wall=10.0)


def made_probe_step(path: Path, kind: str) -> Step:
    """What a file of ours is, its packets counted."""
    args = ["-protocol_whitelist", "file", "-f", DEMUXERS[kind], "-count_packets"]
    args += ["-show_format", "-show_streams", "-show_chapters", "-of", "json", f"file:{path}"]
    return Step("ffprobe", tuple(args), reads=(path,), wall=60.0)


def second_reader_step(paths: Sequence[Path]) -> Step:
    """What exiftool knows to say of files of ours, as JSON: each value behind the names of what it
    stands in, and of which of several it is."""
    words = ("-ee", "-G0:1:4", "-a", "-s", "-struct", "-json", "-api", "LargeFileSupport=1")
    return Step("exiftool", (*words, *map(str, paths)), reads=tuple(paths), wall=60.0)


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


@dataclass(frozen=True)
class Looking:
    """What one decode leaves in `folder`.

    `analysis`: every picture shrunk to its cells in `CELLS`, notes of silence in `SILENCES`, and
    the loudness of the sound as a rendition would have it on stderr. `preview`: something to watch.
    `pictures`: candidates for the poster, and the storyboard's sheet. From `keyframes` alone that
    takes a fraction of the time.
    """

    folder: Path
    analysis: bool = False
    preview: bool = False
    pictures: bool = True
    keyframes: bool = False


def looking_step(
    path: Path,
    source: Source,
    looking: Looking,
    *,
    longest: float | None = None,
    wall: float | None = None,
) -> Step:
    """Decodes all of it once, up to `longest` seconds, for everything that is asked for."""
    seconds = source.duration if longest is None else min(source.duration, longest)
    options: dict[str, Any] = {"t": seconds + 1 if longest is None else longest}
    if looking.keyframes:
        options["skip_frame"] = "nokey"
    elif not looking.preview and not looking.pictures:
        # Nobody sees these pictures; what is left out costs a sixth of the time.
        options["skip_loop_filter"] = "all"
    opened = upload(path, source, **options)
    branches = looking.analysis + looking.preview + 2 * looking.pictures
    pictures = iter(fan(opened[str(source.video_index)], branches))
    outputs = []
    if looking.analysis:
        cells = next(pictures).filter("fps", fps=str(FPS), start_time=0)
        cells = cells.filter("scale", COLUMNS, ROWS, flags="area", out_range="pc")
        # Flushed as they come, so that a run that was ended leaves what it has seen.
        written = {"format": "rawvideo", "pix_fmt": "rgb24", "flush_packets": 1}
        outputs.append(ffmpeg.output(cells, f"file:{looking.folder / CELLS}", **written))
        if source.audio_index is not None:
            outputs.append(_nothing(_heard(opened, source, looking.folder)))
    if looking.preview:
        small = steady(next(pictures), source)
        small = toned(scaled(small, source, preview_size(source)), source)
        target = f"file:{looking.folder / PREVIEW_FILE}"
        sound = sound_of(opened, source, Gain())
        outputs.append(ffmpeg.output(small, sound, target, format="mp4", **encode(PREVIEW)))
    if looking.pictures:
        outputs.append(_stills(next(pictures), source, looking.folder))
        outputs.append(_storyboard(next(pictures), source, looking.folder))
    return Step(
        "ffmpeg",
        args_of(*outputs),
        reads=(path,),
        folder=looking.folder,
        seconds=seconds,
        wall=wall_of(seconds) if wall is None else wall,
        loglevel="level+info" if looking.analysis else "level+error",
    )


def _heard(opened: Stream, source: Source, folder: Path) -> Stream:
    sound = opened[str(source.audio_index)].filter("aresample", SAMPLE_RATE, first_pts=0)
    sound = sound.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    sound = sound.filter("silencedetect", noise=f"{QUIET_DB}dB", duration=QUIET_SECONDS)
    sound = sound.filter("ametadata", "print", file=str(folder / SILENCES))
    return sound.filter("ebur128", peak="true", framelog="verbose")


def _stills(picture: Stream, source: Source, folder: Path) -> Stream:
    """The poster's candidates, spread over the film, each on its canvas."""
    stills = still_size(source, POSTER)
    return _candidates(
        picture.filter("fps", fps=f"{POSTER.candidates}/{stamp(source.duration)}"),
        source,
        stills,
        str(folder / PATTERN),
    )


def _candidates(picture: Stream, source: Source, stills: StillRecipe, pattern: str) -> Stream:
    if source.interlaced:
        picture = picture.filter("bwdif", mode="send_frame")
    frame = framing(source, stills.width, stills.height)
    picture = toned(scaled(picture, source, frame.picture), source)
    if not frame.fills:
        picture = on_blur(picture, frame)
    return ffmpeg.output(
        picture,
        f"file:{pattern}",
        format="image2",
        fps_mode="vfr",
        map_metadata=-1,
        **{"c:v": "ppm", "frames:v": stills.candidates},
    )


def _storyboard(picture: Stream, source: Source, folder: Path) -> Stream:
    """Small pictures at equal distances, on one sheet; none is stretched."""
    board = STORYBOARD
    picture = picture.filter("fps", fps=f"{board.pictures}/{stamp(source.duration)}")
    frame = framing(source, board.width, board.height)
    picture = toned(scaled(picture, source, frame.picture), source)
    picture = picture.filter("pad", board.width, board.height, -1, -1).filter("setsar", 1)
    picture = picture.filter("tile", f"{board.columns}x{board.rows}")
    return ffmpeg.output(
        picture,
        f"file:{folder / STORYBOARD_FILE}",
        format="image2",
        map_metadata=-1,
        **{"c:v": "ppm", "frames:v": 1, "update": 1},
    )


def still_size(source: Source, stills: StillRecipe) -> StillRecipe:
    """A small source is not blown up to a large still."""
    if min(source.width, source.height) >= stills.height:
        return stills
    return replace(stills, width=854, height=480)


def stills_step(
    path: Path,
    source: Source,
    folder: Path,
    stills: StillRecipe,
    *,
    keyframes_only: bool,
) -> Step:
    """The poster's candidates alone, spread over the video; from keyframes in a fraction of the
    time of a whole decode."""
    options = {"skip_frame": "nokey"} if keyframes_only else {}
    opened = upload(path, source, t=source.duration + 1, **options)
    apart = stamp(source.duration / stills.candidates)
    picture = opened[str(source.video_index)].filter(
        "select", f"isnan(prev_selected_t)+gte(t-prev_selected_t,{apart})"
    )
    output = _candidates(picture, source, stills, str(folder / PATTERN))
    seconds = source.duration
    return Step("ffmpeg", args_of(output), (path,), folder, seconds, wall_of(seconds))


def ends_step(films: Sequence[tuple[Path, str]]) -> Step:
    """Decodes the first and the last second of files of ours, each with its content type."""
    outputs = []
    for path, kind in films:
        for options in ({"t": 1}, {"sseof": -1}):
            opened = ffmpeg.input(
                f"file:{path}",
                format=DEMUXERS[kind],
                protocol_whitelist="file",
                skip_loop_filter="all",
                **options,
            )
            outputs.append(_nothing(opened["v:0"], opened["a?"]))
    reads = tuple(path for path, _kind in films)
    return Step("ffmpeg", args_of(*outputs), reads=reads, seconds=1.0, wall=120)


def hearing_step(path: Path, source: Source) -> Step:
    """Decodes the sound alone, to see how far it reaches."""
    opened = upload(path, source, vn=None, t=source.duration + 1)
    sound = _nothing(opened[str(source.audio_index)])
    return Step("ffmpeg", args_of(sound), reads=(path,), seconds=source.duration, wall=30)


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
