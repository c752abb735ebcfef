"""A second look at everything we make, before anybody may have it. It fails closed."""

from __future__ import annotations

import json
import mmap
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.texts import Text, text
from app.video import plan
from app.video.run import EngineFailed, RunFailed, find_tool, run
from app.video.step import Step

PRIVATE_MARKS = (
    b"\xa9xyz",
    b"ISO6709",
    b"xmpmeta",
    b"mebx",
    b"gpmd",
    b"loci",
    b"com.apple.quicktime",
    b"com.android",
)
# In the picture data four bytes can stand together by chance, so only long marks count there.
LONG_MARK = 7
ALLOWED_TAGS = frozenset(
    [
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
    ]
)
OWN_TAGS = frozenset(["title", "artist", "copyright", "comment", "date"])
# AAC comes in blocks of 1024 samples: the sound may end within one after the picture.
STATION_TOLERANCE = 0.03
HANDLERS = frozenset({"VideoHandler", "SoundHandler", "SubtitleHandler"})


@dataclass(frozen=True)
class Expected:
    """What a rendition must be; sizes in pixels, seconds of length and of allowed difference.

    `each_stream` asks the length of picture and sound, not only of the whole: padded sound would
    hide a picture that broke off.
    """

    width: int
    height: int
    seconds: float
    sound: bool
    captions: bool = False
    own_tags: bool = False
    tolerance: float = 0.12
    each_stream: bool = True
    codec: str = "h264"


def verify(path: Path, expected: Expected) -> float:
    """The length of a verified MP4 in seconds. Raises `EngineFailed` when anything is amiss."""
    answer: dict[str, Any] = json.loads(run(plan.probe_step(path, "mov")).stdout or b"{}")
    streams = answer.get("streams", [])
    kinds = [stream.get("codec_type") for stream in streams]
    wanted = ["video", *["audio"] * expected.sound, *["subtitle"] * expected.captions]
    if kinds != wanted:
        raise _amiss(f"streams {kinds} instead of {wanted}")
    if answer.get("chapters"):
        raise _amiss("chapters")
    _check_size(streams[0], expected)
    _check_tags(answer, expected)
    seconds = float(answer["format"]["duration"])
    lengths = [seconds]
    if expected.each_stream:
        lengths += [float(s["duration"]) for s in streams if s["codec_type"] != "subtitle"]
    if any(abs(length - expected.seconds) > expected.tolerance for length in lengths):
        raise _amiss(f"{lengths} seconds instead of {expected.seconds}")
    _check_bytes(path)
    return seconds


def verify_to_the_frame(path: Path, kind: str, *, codec: str, frames: int, sounds: int) -> float:
    """The length of a station's file in seconds: 1920 by 1080 at 29.97, so many frames and sound
    tracks, nothing else in it. Raises `EngineFailed`."""
    answer: dict[str, Any] = json.loads(run(plan.made_probe_step(path, kind)).stdout or b"{}")
    streams = [s for s in answer.get("streams", []) if s.get("codec_tag_string") != "tmcd"]
    if answer.get("chapters"):
        raise _amiss("chapters")
    if [s["codec_type"] for s in streams] != ["video", *["audio"] * sounds]:
        raise _amiss(f"{len(streams)} streams")
    video = streams[0]
    seen = (video["codec_name"], video["width"], video["height"], video["r_frame_rate"])
    if seen != (codec, 1920, 1080, "30000/1001"):
        raise _amiss(f"{seen}")
    if int(video["nb_read_packets"]) != frames:
        raise _amiss(f"{video['nb_read_packets']} frames instead of {frames}")
    seconds = float(answer["format"]["duration"])
    if abs(seconds - frames * 1001 / 30000) > STATION_TOLERANCE:
        raise _amiss(f"{seconds} seconds")
    if kind == "video/mp4":
        _check_bytes(path)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for mark in PRIVATE_MARKS:
            if len(mark) >= LONG_MARK and data.find(mark) >= 0:
                raise _amiss(f"{mark!r}")
    return seconds


# What exiftool calls things that tell of people, places, devices and moments.
TELLING = re.compile(
    r"gps|location|^make$|model$|serial|artist|author|creator|title|comment|^description|keyword"
    r"|owner|software|lens|device|copyright|rights",
    re.IGNORECASE,
)
FOREIGN = frozenset(["EXIF", "XMP", "IPTC", "MakerNotes", "Photoshop"])
OWN_NAMES = frozenset(["Title", "Artist", "Copyright", "Comment", "ContentCreateDate"])
NO_MOMENT = re.compile(r"0000:00:00")
A_YEAR = re.compile(r"\d{4}:01:01 00:00:00")
"""What we write where a printed page must have a moment: the year alone."""


def has_second_reader() -> bool:
    """Whether exiftool is there, and works where it is run, to look through what was made too."""
    try:
        _start_second_reader()
    except RunFailed:
        return False
    return True


@cache
def _start_second_reader() -> None:
    # An exception is not remembered: whoever installs it need not start anything anew.
    find_tool("exiftool")
    run(Step("exiftool", ("-ver",)))


def inspection() -> Text:
    """What looks for private things in all that is made, in words for an organizer."""
    if has_second_reader():
        return text(
            "Before anybody may have what was made, ffprobe, a search of its bytes and exiftool "
            "look for anything private in it."
        )
    return text(
        "Before anybody may have what was made, ffprobe and a search of its bytes look for "
        "anything private in it. With exiftool installed, a third program would."
    )


def look_again(paths: Sequence[Path], *, own_tags: bool) -> None:
    """Have a program that shares no code with those that made the files look for what they tell of
    people, places, devices and moments; `own_tags` are those we write ourselves. Raises
    `EngineFailed` when there is any, and when the program cannot read a file."""
    if not paths or not has_second_reader():
        return
    answers: list[dict[str, Any]] = json.loads(run(plan.second_reader_step(paths)).stdout or b"[]")
    if len(answers) != len(paths):
        raise _amiss("a file that the second reader can't read")
    for answer in answers:
        for key, value in answer.items():
            groups = key.split(":")
            family, name = groups[0], groups[-1]
            if "System" in groups[:2] or family == "SourceFile":
                continue
            if name == "Error" or family in FOREIGN:
                raise _amiss(f"{key}: {value}")
            if own_tags and name in OWN_NAMES:
                continue
            if own_tags and "PDF" in groups and name == "CreateDate" and A_YEAR.match(str(value)):
                continue
            dated = name.endswith("Date") and not NO_MOMENT.match(str(value))
            if dated or TELLING.search(name):
                raise _amiss(f"{key}: {value}")


def _check_size(video: dict[str, Any], expected: Expected) -> None:
    size = (video.get("width"), video.get("height"))
    if size != (expected.width, expected.height):
        raise _amiss(f"size {size} instead of {(expected.width, expected.height)}")


def _check_tags(answer: dict[str, Any], expected: Expected) -> None:
    allowed = ALLOWED_TAGS | (OWN_TAGS if expected.own_tags else frozenset())
    for part in [answer["format"], *answer["streams"]]:
        tags = part.get("tags", {})
        if strange := set(tags) - allowed:
            raise _amiss(f"tags {sorted(strange)}")
        if tags.get("handler_name", "VideoHandler") not in HANDLERS:
            raise _amiss("a handler name")
        if not tags.get("encoder", "Lav").startswith("Lav"):
            raise _amiss("an encoder's name")


def _check_bytes(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for name, start, end in _boxes(data):
            for mark in PRIVATE_MARKS:
                if name == b"mdat" and len(mark) < LONG_MARK:
                    continue
                if data.find(mark, start, end) >= 0:
                    raise _amiss(f"{mark!r} in {name!r}")


def _boxes(data: mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """The top-level boxes of an MP4: name, start and end."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if size == 1:
            size = struct.unpack(">Q", data[at + 8 : at + 16])[0]
        elif size == 0:
            size = len(data) - at
        if size < 8 or at + size > len(data):
            raise _amiss(f"a box of {size} bytes")
        yield name, at, at + size
        at += size


def _amiss(what: str) -> EngineFailed:
    return EngineFailed(
        text("The finished video did not pass its own inspection and was thrown away."), what
    )
