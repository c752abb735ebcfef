"""Files that no contest can take, in one table: how each is made, and what is said about it.

The engine's tests and the team's page read the same table, so that a team reads what the engine
means.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.video.clips import ffmpeg, film


@dataclass(frozen=True)
class Bad:
    """`make` writes the file; `code` and `words` are the first red finding's."""

    name: str
    make: Callable[[Path], object]
    code: str
    words: str

    def __str__(self) -> str:
        return self.name


def _bytes(data: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(data)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int) -> bytes:
    """A black picture of one bit."""
    rows = zlib.compress(bytes(1 + -(-width // 8)) * height)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _picture_as_film(path: Path) -> None:
    """A MOV of one picture, 65535 wide and 1 high."""
    still = path.with_suffix(".png")
    still.write_bytes(png(65535, 1))
    ffmpeg("-i", still, "-c:v", "copy", "-f", "mov", path)
    still.unlink()


def _wide_line(path: Path) -> None:
    """A motion JPEG whose pictures say that they are 65535 wide and 1 high."""
    film(path, "-f", "avi", seconds=20, rate="5", sound=None, codec=("-c:v", "mjpeg", "-q:v", "9"))
    data = path.read_bytes()
    size = struct.pack(">HH", 360, 640)
    assert data.count(b"\xff\xc0\0\x11\x08" + size) == 100
    path.write_bytes(data.replace(b"\x08" + size, b"\x08" + struct.pack(">HH", 1, 65535)))


def _ten_hours(path: Path) -> None:
    """Two seconds whose header says ten hours."""
    film(path, "-f", "matroska", seconds=2, rate="5", sound=None)
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", 36_000_000.0)
    path.write_bytes(data)


def _truncated(path: Path) -> None:
    """The first half of a film whose header is whole."""
    film(path, "-f", "mp4", "-movflags", "+faststart", seconds=20, rate="10", size="1280x720")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _sound_alone(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=20", "-c:a", "aac", "-f", "mp4", path)


def _locked(path: Path) -> None:
    """Copy protection as shops put it on films."""
    film(
        *(path, "-encryption_scheme", "cenc-aes-ctr", "-f", "mp4"),
        *("-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb"),
        *("-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"),
        seconds=20,
        rate="5",
    )


def _packed(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("film.mp4", b"not even a film")


BAD_FILES = (
    Bad("empty", _bytes(b""), "empty", "This file is empty."),
    Bad("words", _bytes(b"Dear contest, here is our film.\n"), "not_a_video",
        "This is not a video file. MP4, MOV, WebM, MKV and AVI work."),
    Bad("playlist", _bytes(b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///other.ts\n"),
        "playlist", "This is a list that points to other files, not a video itself."),
    Bad("picture 65535 by 1", _picture_as_film, "codec",
        "This kind of video (png) can't be used. Please export the video as MP4"),
    Bad("film 65535 by 1", _wide_line, "too_small", "The picture is only 65535 × "),
    Bad("ten hours", _ten_hours, "too_long",
        "It is 600 minutes long. The longest allowed is 60 seconds. Cut it shorter"),
    Bad("truncated", _truncated, "damaged",
        "This file is incomplete or damaged: it can't be played to its end. Please upload it "
        "again."),
    Bad("sound alone", _sound_alone, "no_picture", "This file has sound but no picture."),
    Bad("drawing", _bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "picture",
        "This is a picture, not a video."),
    Bad("picture", _bytes(png(640, 360)), "picture", "This is a picture, not a video."),
    Bad("copy-protected", _locked, "encrypted", "This file is copy-protected."),
    Bad("zip", _packed, "not_a_video",
        "This is a ZIP file or an editor's project, not a video file. Unpack it"),
)  # fmt: skip
