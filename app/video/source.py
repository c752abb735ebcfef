"""What an uploaded file is, and whether the contest can take it.

`probe` asks ffprobe behind every defence we have: our own look at the first bytes, one forced
demuxer, limits, a sandbox. `check` goes on to decode the file to its end, because a truncated
upload looks whole to a probe.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.texts import Text, text
from app.video import plan, private
from app.video.run import EngineFailed, Outcome, TimedOut, run
from app.video.sniff import NotAVideo, sniff
from app.video.step import Progress, portion

__all__ = ["Limits", "NotAVideo", "Reason", "Report", "Source", "Verdict", "check", "probe"]

VIDEO_CODECS = frozenset(
    [
        "h264",
        "hevc",
        "vp8",
        "vp9",
        "av1",
        "mpeg4",
        "mpeg2video",
        "mjpeg",
        "prores",
        "h263",
        "dvvideo",
    ]
)
AUDIO_CODECS = frozenset(
    ["aac", "mp3", "opus", "vorbis", "ac3", "eac3", "alac", "flac", "amr_nb", "amr_wb"]
)
HDR_TRANSFERS = frozenset({"smpte2084", "arib-std-b67"})
INTERLACED_ORDERS = frozenset({"tt", "bb", "tb", "bt"})
MOST_PIXELS = 8192 * 4320
FEWEST_LINES = 240
GOOD_LINES = 720
GOOD_FPS = 15.0
# Above this a remuxed original would stutter on a school's line; it gets a quick transcode.
REMUX_BITS_PER_SECOND = 20_000_000
# A phone writes one odd packet now and then; a damaged file complains by the hundred.
MOST_ERRORS = 60
DECODE_WALL = 30.0
SILENCE_DB = -60.0


class Verdict(StrEnum):
    ACCEPT = "accept"
    ACCEPT_WARN = "accept_warn"
    REJECT = "reject"


@dataclass(frozen=True)
class Limits:
    """A season's rules for a video: seconds, and bytes of the file."""

    min_seconds: float = 15.0
    max_seconds: float = 60.0
    tolerance: float = 0.5
    max_bytes: int = 2 * 1024**3


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
class Reason:
    """Why a file is refused (`blocks`) or what its team should know."""

    code: str
    text: Text
    blocks: bool


@dataclass(frozen=True)
class Report:
    """The outcome of `check`; `found` names private things in the file, none of which we keep."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    source: Source | None
    found: tuple[Text, ...]


def probe(path: Path) -> Source:
    """What the file says it is. Raises `NotAVideo` when there is no picture we can decode."""
    return _probe(path.resolve())[0]


def check(path: Path, limits: Limits, *, progress: Progress | None = None) -> Report:
    """Whether the contest can take this file, with every reason; a bad file never raises.

    What `progress` raises goes through.
    """
    path = path.resolve()
    size = path.stat().st_size
    if size > limits.max_bytes:
        refusal = text(
            "This file is larger than %(limit)s GB. Export it again in a smaller size.",
            limit=_number(limits.max_bytes / 1024**3),
        )
        return _report([Reason("too_large", refusal, True)], None, ())
    try:
        source, answer = _probe(path)
    except NotAVideo as refused:
        return _report([Reason(refused.code, refused.text, True)], None, ())
    found = private.found_in(answer, path)
    reasons = _by_rules(source, limits)
    if any(reason.blocks for reason in reasons):
        return _report(reasons, source, found)
    reasons += _by_decoding(path, source, limits, portion(progress, 0.05, 1.0))
    return _report(reasons, source, found)


def _report(reasons: list[Reason], source: Source | None, found: tuple[Text, ...]) -> Report:
    if any(reason.blocks for reason in reasons):
        verdict = Verdict.REJECT
    else:
        verdict = Verdict.ACCEPT_WARN if reasons else Verdict.ACCEPT
    return Report(verdict, tuple(reasons), source, found)


def _by_rules(source: Source, limits: Limits) -> list[Reason]:
    reasons: list[Reason] = []
    if source.duration < limits.min_seconds - limits.tolerance:
        reasons.append(_too_short(source.duration, limits))
    if source.duration > limits.max_seconds + limits.tolerance:
        reasons.append(_too_long(source.duration, limits))
    lines = min(source.width, source.height)
    if lines < FEWEST_LINES:
        words = text(
            "The picture is only %(width)s × %(height)s. Please export it larger: "
            "1920 × 1080 is best.",
            width=source.width,
            height=source.height,
        )
        reasons.append(Reason("too_small", words, True))
    elif lines < GOOD_LINES:
        words = text(
            "The picture is %(width)s × %(height)s and will look soft on a large screen. "
            "1920 × 1080 is best.",
            width=source.width,
            height=source.height,
        )
        reasons.append(Reason("below_720p", words, False))
    if source.width * source.height > MOST_PIXELS:
        words = text("The picture is larger than 8K. Please export it as 1920 × 1080.")
        reasons.append(Reason("too_many_pixels", words, True))
    if source.fps < GOOD_FPS:
        words = text(
            "It has only %(fps)s pictures a second, so movement may look jerky.",
            fps=_number(source.fps),
        )
        reasons.append(Reason("low_frame_rate", words, False))
    if source.audio_index is None:
        words = text("It has no sound. If that is not on purpose, export it again with sound.")
        reasons.append(Reason("no_sound", words, False))
    return reasons


def _by_decoding(
    path: Path, source: Source, limits: Limits, progress: Progress | None
) -> list[Reason]:
    longest = limits.max_seconds + limits.tolerance + 1.5
    step = plan.decode_step(path, source, longest=longest, wall=DECODE_WALL)
    try:
        outcome = run(step, progress)
    except TimedOut:
        # A very large picture can't be decoded whole in the time a team should wait. Its end
        # decodes or it doesn't, which is what an interrupted upload shows.
        try:
            ending = run(plan.decode_ending_step(path, source), progress)
        except EngineFailed:
            return [_damaged()]
        return [] if ending.frames else [_damaged()]
    except EngineFailed:
        return [_damaged()]
    if outcome.seconds > limits.max_seconds + limits.tolerance + 1.0:
        return [_too_long(outcome.seconds, limits)]
    if outcome.frames == 0 or outcome.seconds < source.duration - 1.0:
        return [_damaged()]
    if outcome.errors > MOST_ERRORS:
        return [_damaged()]
    if source.audio_index is not None and _is_silent(outcome):
        words = text("Its sound track is silent. If that is not on purpose, export it again.")
        return [Reason("silent", words, False)]
    return []


def _is_silent(outcome: Outcome) -> bool:
    peaks = [
        line.rsplit("max_volume:", 1)[1].replace("dB", "").strip()
        for line in outcome.tail.splitlines()
        if "max_volume:" in line
    ]
    return not peaks or float(peaks[-1]) < SILENCE_DB


def _damaged() -> Reason:
    words = text(
        "This file is incomplete or damaged: it can't be played to its end. Please upload it "
        "again, or export it again."
    )
    return Reason("damaged", words, True)


def _too_short(seconds: float, limits: Limits) -> Reason:
    words = text(
        "It is %(seconds)s seconds long. The shortest allowed is %(limit)s seconds.",
        seconds=_number(seconds),
        limit=_number(limits.min_seconds),
    )
    return Reason("too_short", words, True)


def _too_long(seconds: float, limits: Limits) -> Reason:
    words = text(
        "It is %(seconds)s seconds long. The longest allowed is %(limit)s seconds.",
        seconds=_number(seconds),
        limit=_number(limits.max_seconds),
    )
    return Reason("too_long", words, True)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _probe(path: Path) -> tuple[Source, dict[str, Any]]:
    container = sniff(path)
    try:
        answer = _ask(path, container)
    except EngineFailed as failed:
        raise NotAVideo("damaged", _damaged().text) from failed
    streams: list[dict[str, Any]] = answer.get("streams", [])
    if not streams:
        raise NotAVideo("damaged", _damaged().text)
    video = _choose_video(streams)
    audio = next((s for s in streams if _is_usable_sound(s)), None)
    transfer = video.get("color_transfer")
    if transfer not in HDR_TRANSFERS and "10" in video.get("pix_fmt", ""):
        # Containers lie about colour; the first decoded frame does not.
        transfer = _first_frame(path, container, int(video["index"])).get("color_transfer")
    source = _describe(path, container, answer, video, audio, transfer)
    if source.duration <= 0:
        source = replace(source, duration=_scan_duration(path, container, source.video_index))
    return source, answer


def _ask(path: Path, container: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(plan.probe_step(path, container)).stdout or b"{}")
    return answer


def _first_frame(path: Path, container: str, index: int) -> dict[str, Any]:
    try:
        stdout = run(plan.first_frame_step(path, container, index)).stdout
    except EngineFailed:
        return {}
    frames: list[dict[str, Any]] = json.loads(stdout or b"{}").get("frames", [])
    return frames[0] if frames else {}


def _scan_duration(path: Path, container: str, index: int) -> float:
    """The end of the last packet, for recordings whose header was never finished."""
    try:
        stdout = run(plan.packets_step(path, container, index)).stdout
    except EngineFailed as failed:
        raise NotAVideo("damaged", _damaged().text) from failed
    ends = [
        float(packet["pts_time"]) + float(packet.get("duration_time", 0))
        for packet in json.loads(stdout or b"{}").get("packets", [])
        if "pts_time" in packet
    ]
    if not ends:
        raise NotAVideo("damaged", _damaged().text)
    return max(ends)


def _choose_video(streams: list[dict[str, Any]]) -> dict[str, Any]:
    videos = [
        s
        for s in streams
        if s.get("codec_type") == "video"
        and not s.get("disposition", {}).get("attached_pic")
        and not s.get("disposition", {}).get("still_image")
    ]
    if not videos:
        if any(s.get("codec_type") == "audio" for s in streams):
            raise NotAVideo("no_picture", text("This file has sound but no picture."))
        raise NotAVideo("not_a_video", text("This file has no picture we can show."))
    if any(s.get("codec_tag_string") in {"encv", "drmi"} for s in videos):
        raise NotAVideo(
            "encrypted",
            text("This file is copy-protected. Please upload the video you made yourselves."),
        )
    known = [s for s in videos if s.get("codec_name") in VIDEO_CODECS and s.get("width")]
    if not known:
        raise NotAVideo(
            "codec",
            text(
                "This kind of video (%(codec)s) can't be used. Please export it as MP4.",
                codec=videos[0].get("codec_name", "?"),
            ),
        )
    return max(
        known,
        key=lambda s: (s.get("disposition", {}).get("default", 0), s["width"] * s["height"]),
    )


def _is_usable_sound(stream: dict[str, Any]) -> bool:
    name = stream.get("codec_name", "")
    return (
        stream.get("codec_type") == "audio"
        and (name in AUDIO_CODECS or name.startswith("pcm_"))
        and int(stream.get("sample_rate") or 0) > 0
    )


def _describe(
    path: Path,
    container: str,
    answer: dict[str, Any],
    video: dict[str, Any],
    audio: dict[str, Any] | None,
    transfer: str | None,
) -> Source:
    duration = _duration(answer, video)
    rotation = _rotation(video)
    size = path.stat().st_size
    aspect = _ratio(video.get("sample_aspect_ratio", "1:1").replace(":", "/")) or 1.0
    width, height = max(1, round(video["width"] * aspect)), int(video["height"])
    if rotation % 180:
        width, height = height, width
    pix_fmt = video.get("pix_fmt", "unknown")
    interlaced = video.get("field_order") in INTERLACED_ORDERS
    remuxable = (
        container == "mov"
        and video["codec_name"] == "h264"
        and pix_fmt in {"yuv420p", "yuvj420p"}
        and not interlaced
        and (audio is None or audio["codec_name"] == "aac")
        and duration > 0
        and size * 8 / duration <= REMUX_BITS_PER_SECOND
    )
    return Source(
        container=container,
        duration=duration,
        width=width,
        height=height,
        fps=_ratio(video.get("avg_frame_rate", "0/0")) or _ratio(video.get("r_frame_rate", "0/0")),
        video_codec=video["codec_name"],
        audio_codec=audio["codec_name"] if audio else None,
        rotation=rotation,
        hdr=transfer in HDR_TRANSFERS,
        interlaced=interlaced,
        remuxable=remuxable,
        video_index=int(video["index"]),
        audio_index=int(audio["index"]) if audio else None,
        channels=int(audio.get("channels", 0)) if audio else 0,
        pix_fmt=pix_fmt,
        transfer=transfer,
        matrix=video.get("color_space"),
        full_range=video.get("color_range") == "pc" or pix_fmt.startswith("yuvj"),
        square=aspect == 1.0,
        bytes=size,
    )


def _duration(answer: dict[str, Any], video: dict[str, Any]) -> float:
    """The container's length, unless its sound runs on long after the picture has ended."""
    whole = float(answer.get("format", {}).get("duration") or 0)
    own = float(video.get("duration") or 0)
    if not (math.isfinite(whole) and math.isfinite(own)):
        return 0.0
    return own if 0 < own < whole - plan.MOST_HELD else whole


def _rotation(video: dict[str, Any]) -> int:
    for side in video.get("side_data_list", []):
        if "rotation" in side:
            return round(float(side["rotation"]))
    return 0


def _ratio(value: str) -> float:
    top, _, bottom = value.partition("/")
    if not top.lstrip("-").isdigit() or not bottom.isdigit() or int(bottom) == 0:
        return 0.0
    return float(Fraction(int(top), int(bottom)))
