"""Hand a stored file to a browser: from the folder with ranges, or by a bucket's own address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Network, ip_address
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO
from urllib.parse import quote

from flask import Request, current_app, redirect, request
from werkzeug.utils import send_file
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import Refused
from app.core.storage import Gone, Readable
from app.texts import text
from app.web.db import platform, release


class SpoolingRequest(Request):
    """Uploaded files wait in our own work folder: the system's temporary one may be memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return TemporaryFile("rb+", dir=current_app.extensions["hoike"].work_dir)


@contextmanager
def received_file(name: str) -> Iterator[Path]:
    """The file a form brought under `name`, on disk and never in memory, gone afterwards. Raises
    Refused where none was chosen."""
    uploaded = request.files.get(name)
    if uploaded is None or not uploaded.filename:
        raise Refused(text("Choose the video first, then press the button."))
    with TemporaryDirectory(dir=platform().work_dir) as folder:
        path = Path(folder) / name
        uploaded.save(path, buffer_size=1024**2)
        yield path


class Body:
    """A request's body of known length, read from the server without the copies that Flask's own
    stream makes: for what is large and only passes through."""

    def __init__(self, source: IO[bytes], length: int) -> None:
        self._source = source
        self._left = length

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end, whatever the server would wait for."""
        piece = self._source.read(min(size, self._left)) if self._left else b""
        self._left -= len(piece)
        return piece


def body(most: int) -> Readable:
    """The body of this request. Raises RequestEntityTooLarge for more than `most` bytes."""
    request.max_content_length = most
    length = request.content_length
    if length is None or length > most:
        return request.stream
    return Body(request.environ["wsgi.input"], length)


def deliver(
    key: str,
    *,
    content_type: str,
    filename: str | None = None,
    public: bool = False,
    etag: str | None = None,
) -> AnyResponse:
    """Answer with the stored file, whole or the range asked for. Raises Gone.

    Whoever calls has decided that this visitor may have it; that is asked anew at each request, so
    a page taken down takes its files with it. `filename` makes it a download.
    """
    release()
    storage = platform().storage
    path = storage.path(key)
    if path is None:
        address = storage.address(key, content_type=content_type, filename=filename)
        if address is None:
            raise Gone(key)
        response: AnyResponse = redirect(address, 302)
        # Kept, it would send a browser to the film without our being asked whether it may.
        response.headers["Cache-Control"] = "no-store"
        return response
    if not path.is_file():
        raise Gone(key)
    accelerated = platform().x_accel_prefix
    response = send_file(
        path,
        request.environ,
        mimetype=content_type,
        as_attachment=filename is not None,
        download_name=filename,
        conditional=not accelerated,
        etag=etag or True,
        max_age=0,
        use_x_sendfile=bool(accelerated),
        response_class=current_app.response_class,
    )
    if accelerated:
        _leave_to_nginx(response, f"{accelerated}{quote(key)}")
    response.headers["Cache-Control"] = "no-cache" if public else "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not public:
        response.headers["Content-Security-Policy"] = "sandbox"
    return response


def _leave_to_nginx(response: AnyResponse, address: str) -> None:
    """Have nginx send the file it has at `address`, with ranges and conditions of its own; what
    we say of its type, name and keeping goes along."""
    response.headers["X-Accel-Redirect"] = address
    for name in ("X-Sendfile", "Content-Length", "ETag", "Last-Modified", "Accept-Ranges"):
        response.headers.pop(name, None)


def visitor_network() -> str:
    """What limits count a visitor by: the address (IPv6: its /64)."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, 64), strict=False))
