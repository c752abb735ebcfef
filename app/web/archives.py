"""An archive as an answer: of known length, and resumable where a connection broke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import request
from werkzeug.datastructures import ContentRange
from werkzeug.http import is_resource_modified, parse_range_header
from werkzeug.wrappers import Response

from app.core.archives import ArchivedFile, archive_size, stream_archive


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
