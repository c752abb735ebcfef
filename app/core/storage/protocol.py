"""What a store can do, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

PIECE = 256 * 1024
"""Bytes that are read at once of a file that is sent on."""


class Gone(Exception):
    """There is no such file, or no such upload (any more)."""


class StorageFull(Exception):
    """There is no room for this file."""


class Unreachable(Exception):
    """The store does not answer, or not as it should."""


class PartRefused(Exception):
    """The bytes are not the ones that were announced: wrong length or wrong checksum."""


@dataclass(frozen=True)
class Part:
    number: int
    """From 1."""
    size: int
    tag: str
    """The store's own mark of the part (S3's ETag), needed to complete."""
    offset: int | None = None
    """Where it lies in the file; None in a store that knows parts by their numbers alone."""


@dataclass(frozen=True)
class PartAddress:
    """Where a browser sends one part, and the headers it must send along."""

    url: str
    headers: Mapping[str, str]
    methods: Sequence[str] = ("PUT",)
    """What it may be sent with, the best first."""
    detour: PartAddress | None = None
    """Another way to the same place, for a network that lets nothing through on this one."""


PART_PURPOSE = "upload-part"
PART_SECONDS = 6 * 3600
"""How long a part's address works."""


def own_address(public_url: str, token: str) -> PartAddress:
    """An address that leads to `Storage.write_part`. POST serves where a proxy forbids PUT."""
    return PartAddress(f"{public_url}/upload-parts/{token}", {}, ("PUT", "POST"))


class Readable(Protocol):
    """Bytes that arrive."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class Storage(Protocol):
    least_part_bytes: int
    """Parts other than the last may not be smaller."""
    may_change_part_size: bool
    """Whether an upload that has begun may go on in parts of another size."""

    def put(self, key: str, source: Path, content_type: str) -> None:
        """Store the file at `source` under `key`; nobody sees it half-written."""

    def open(self, key: str) -> IO[bytes]:
        """Read a stored file as a stream. Raises Gone."""

    def local(self, key: str) -> AbstractContextManager[Path]:
        """The file as a path for the video engine: itself, or a copy that goes afterwards."""

    def size(self, key: str) -> int:
        """Bytes. Raises Gone."""

    def delete(self, key: str) -> None:
        """Remove the file; it is no error if it is gone already."""

    def path(self, key: str) -> Path | None:
        """The file on this machine's disk, or None when the store is elsewhere."""

    def address(self, key: str, *, content_type: str, filename: str | None = None) -> str | None:
        """A short-lived address a browser can fetch it from, or None when we serve it ourselves."""

    def begin(self, key: str, *, size: int, content_type: str) -> str:
        """Open an upload of `size` bytes and return its id. Raises StorageFull."""

    def part_address(
        self, key: str, upload: str, *, number: int, offset: int, size: int, crc32: str
    ) -> PartAddress:
        """Where part `number` goes. `crc32` is base64 of the four bytes, as S3 writes it."""

    def write_part(self, token: str, stream: Readable) -> None:
        """Take a part that came to an address of ours (`token` is its end), as it arrives. It
        counts only once its checksum held. Raises BadToken, Gone, PartRefused, StorageFull and
        Unreachable."""

    def parts(self, key: str, upload: str) -> list[Part]:
        """What has arrived whole. Raises Gone."""

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """Make the parts one file under `key`."""

    def abort(self, key: str, upload: str) -> None:
        """Drop an upload and its parts."""

    def forget_leftovers(self, *, before: datetime) -> int:
        """Delete what somebody who was killed left half stored before that moment; says how much
        that was."""

    def check(self) -> None:
        """Raise unless the store can be reached and written."""

    def free_bytes(self) -> int | None:
        """How much room there is, or None where nobody can tell."""


def pieces_of(storage: Storage, key: str) -> Iterator[bytes]:
    """A stored file in small pieces. Raises Gone."""
    with storage.open(key) as file:
        while piece := file.read(PIECE):
            yield piece


def borrow(files: ExitStack, storage: Storage, key: str) -> Path | None:
    """A stored file as a path for as long as `files` stays open; None where there is none."""
    if not key:
        return None
    try:
        return files.enter_context(storage.local(key))
    except Gone:
        return None
