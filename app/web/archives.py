"""A ZIP archive sent as it is read: never whole in memory or on disk, and resumable.

Nothing is compressed (films don't get smaller), and nothing in it depends on when it is sent. So
the same files make the same bytes, and a browser whose connection broke goes on where it stopped.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zipfile import ZIP64_LIMIT, ZIP_STORED, ZipFile, ZipInfo

from flask import request
from werkzeug.datastructures import ContentRange
from werkzeug.http import is_resource_modified, parse_range_header
from werkzeug.wrappers import Response

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


def archive_response(
    files: Sequence[ArchivedFile], *, filename: str, etag: str, moment: datetime
) -> Response:
    """The archive, or the range of it that is asked for. `moment` is when its files were made, as
    far as anybody is told; `etag` stands for their bytes."""
    size = archive_size(files)
    response = Response(mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(etag)
    if not is_resource_modified(request.environ, etag, ignore_if_range=True):
        response.status_code = 304
        return response
    pieces = stream_archive(files, moment)
    if size is not None:
        start, stop = _range_asked_for(size, etag) or (0, size)
        response.headers["Accept-Ranges"] = "bytes"
        if start >= stop:
            response.status_code = 416
            response.content_range = ContentRange("bytes", None, None, size)
            return response
        if stop - start < size:
            response.status_code = 206
            response.content_range = ContentRange("bytes", start, stop, size)
        response.headers["Content-Length"] = str(stop - start)
        pieces = _part_of(pieces, start, stop)
    if request.method != "HEAD":
        response.response = pieces
    return response


def _range_asked_for(size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one behind the last; None for the whole, an empty one for nonsense."""
    asked = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    if "If-Range" in request.headers and request.if_range.etag != etag:
        return None
    return asked.range_for_length(size) or (size, size)


def _part_of(pieces: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    at = 0
    for piece in pieces:
        if at >= stop:
            return
        ends = at + len(piece)
        if ends > start:
            yield piece[max(0, start - at) : stop - at]
        at = ends


class _Outlet(io.RawIOBase):
    """Where the archive is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> Iterator[bytes]:
        taken, self._pieces = self._pieces, []
        return iter(taken)


class Archivable(Protocol):
    """A file of an archive; its size is a hint to how large it may be."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def pieces(self) -> Callable[[], Iterator[bytes]]: ...


def stream_archive(files: Iterable[Archivable], moment: datetime) -> Iterator[bytes]:
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
