"""What a file says it is, asked of ffprobe."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.texts import text
from app.video import plan
from app.video.run import EngineFailed, run
from app.video.sniff import AS_MP4, THE_VIDEO, NotAVideo, sniff
from app.video.source.facts import Source
from app.video.source.report import Reason, damaged, locked

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
# Above this a remuxed original would stutter on a school's line; it gets a quick transcode.
REMUX_BITS_PER_SECOND = 20_000_000


def probe(path: Path) -> Source:
    """What the file says it is. Raises `NotAVideo` when there is no picture we can decode."""
    return probe_with_answer(path.resolve())[0]


def probe_with_answer(path: Path) -> tuple[Source, dict[str, Any]]:
    """`probe` of a resolved path, with all that ffprobe said, where private things may stand."""
    container = sniff(path)
    try:
        answer = _ask(path, container)
    except EngineFailed as failed:
        raise _refused(damaged()) from failed
    streams: list[dict[str, Any]] = answer.get("streams", [])
    if not streams:
        raise _refused(damaged())
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


def _refused(reason: Reason) -> NotAVideo:
    return NotAVideo(reason.code, reason.text, reason.advice or reason.text)


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
        raise _refused(damaged()) from failed
    ends = [
        float(packet["pts_time"]) + float(packet.get("duration_time", 0))
        for packet in json.loads(stdout or b"{}").get("packets", [])
        if "pts_time" in packet
    ]
    if not ends:
        raise _refused(damaged())
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
            raise NotAVideo("no_picture", text("This file has sound but no picture."), AS_MP4)
        raise NotAVideo("not_a_video", text("This file has no picture we can show."), THE_VIDEO)
    if any(s.get("codec_tag_string") in {"encv", "drmi"} for s in videos):
        raise _refused(locked())
    known = [s for s in videos if s.get("codec_name") in VIDEO_CODECS and s.get("width")]
    if not known:
        raise NotAVideo(
            "codec",
            text(
                "This kind of video (%(codec)s) can't be used.",
                codec=videos[0].get("codec_name", "?"),
            ),
            AS_MP4,
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
