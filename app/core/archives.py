"""A ZIP archive written while its files are read: never whole in memory or on disk.

Nothing is compressed (films don't get smaller), and nothing in it depends on when it is written, so
the same files make the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zipfile import ZIP64_LIMIT, ZIP_STORED, ZipFile, ZipInfo

UNKNOWN = -1
"""The size of a file that shows while it is read."""
MOST_BYTES = 2**31 - 2**20
"""Larger archives need another form, whose length we don't foretell."""
_MOST_FILE_BYTES = int(ZIP64_LIMIT / 1.05)
"""Above it `zipfile` chooses that form for a file."""
_LOCAL_HEADER, _DESCRIPTOR, _CENTRAL_HEADER, _END = 30, 16, 46, 22
"""Bytes of each, without names (APPNOTE 6.3, sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16)."""


@dataclass(frozen=True)
class ArchivedFile:
    """One file of an archive; its bytes are made when its turn comes."""

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]


def archive_size(files: Sequence[ArchivedFile]) -> int | None:
    """How many bytes the archive has; None when it is too large to say beforehand."""
    if any(file.size == UNKNOWN or file.size >= _MOST_FILE_BYTES for file in files):
        return None
    size = _END + sum(
        file.size + (_LOCAL_HEADER + _DESCRIPTOR + _CENTRAL_HEADER) + 2 * len(file.name.encode())
        for file in files
    )
    return size if size <= MOST_BYTES else None


class _Outlet(io.RawIOBase):
    """Where the archive is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> Iterator[bytes]:
        taken, self._pieces = self._pieces, []
        return iter(taken)


def stream_archive(files: Iterable[ArchivedFile], moment: datetime) -> Iterator[bytes]:
    """The bytes of an archive of these files, each read when its turn comes."""
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_STORED) as archive:
        for file in files:
            info = ZipInfo(file.name, moment.timetuple()[:6])
            info.external_attr, info.file_size = 0o644 << 16, max(file.size, 0)
            with archive.open(info, "w", force_zip64=file.size == UNKNOWN) as member:
                for piece in file.pieces():
                    member.write(piece)
                    yield from outlet.take()
            yield from outlet.take()
    yield from outlet.take()
