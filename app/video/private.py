"""What an upload tells about people beyond its picture and sound, in words for a teacher.

Nothing found here survives into a rendition; telling it teaches what a phone writes into a file.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.texts import Text, ntext, text

PLACE = ("location", "iso6709", "gps", "xyz")
DEVICE = ("make", "model", "camera", "android.version", "device", "serial", "manufacturer")
PEOPLE = ("artist", "author", "composer", "performer", "publisher", "director", "owner", "credit")
WORDS = (
    "title",
    "comment",
    "description",
    "synopsis",
    "keywords",
    "copyright",
    "album",
    "grouping",
)
MOMENT = ("creation", "date")
# How MPEG's common encryption names itself.
SCHEMES = (b"cenc", b"cens", b"cbc1", b"cbcs")
SPEAKING_HANDLERS = ("VideoHandler", "SoundHandler", "Core Media", "VideoHandle", "SoundHandle")


def found_in(probed: Mapping[str, Any], path: Path) -> tuple[Text, ...]:
    """Private things in a file, from ffprobe's answer and from a look at the raw bytes."""
    streams: list[dict[str, Any]] = probed.get("streams", [])
    keys = {key.lower() for tags in _all_tags(probed) for key in tags}
    marks = _raw_marks(path)
    data_tracks = [s for s in streams if s.get("codec_type") == "data"]
    found: list[Text] = []
    if _any(keys, PLACE) or "place" in marks:
        found.append(text("the place where it was recorded"))
    if _any(keys, DEVICE):
        found.append(text("the make or model of the device"))
    if _any(keys, PEOPLE):
        found.append(text("a person's name"))
    if _any(keys, WORDS):
        found.append(text("a title, comment or description"))
    if _any(keys, MOMENT):
        found.append(text("the date and time of recording"))
    if "xmp" in marks:
        found.append(text("editing notes of a video or photo program"))
    if probed.get("chapters"):
        found.append(text("chapter marks"))
    if data_tracks:
        found.append(
            ntext("a hidden track of sensor data", "%(n)s hidden tracks of data", len(data_tracks))
        )
    if any(s.get("codec_type") == "subtitle" for s in streams):
        found.append(text("a track of subtitles"))
    if any(
        s.get("codec_type") == "attachment" or s.get("disposition", {}).get("attached_pic")
        for s in streams
    ):
        found.append(text("an attached picture or file"))
    return tuple(found)


def is_locked(path: Path) -> bool:
    """Whether a film is encrypted, which the demuxer hides: it looks damaged to a decoder."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return any(data.find(b"schm\0\0\0\0" + scheme) >= 0 for scheme in SCHEMES)


def _all_tags(probed: Mapping[str, Any]) -> Iterable[Mapping[str, str]]:
    yield probed.get("format", {}).get("tags", {})
    for stream in probed.get("streams", []):
        yield stream.get("tags", {})


def _any(keys: Iterable[str], words: tuple[str, ...]) -> bool:
    return any(word in key for key in keys for word in words)


def _raw_marks(path: Path) -> set[str]:
    """Marks ffprobe doesn't report. Read by memory map, so that 2 GB cost no memory."""
    marks: set[str] = set()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(b"ISO6709") >= 0:
            marks.add("place")
        if data.find(b"x:xmpmeta") >= 0:
            marks.add("xmp")
    return marks
