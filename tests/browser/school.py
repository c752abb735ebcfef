"""A school's proxy, for tests: passes on what it is sent, or is in the way as real ones are."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 64 * 1024


@dataclass
class Manners:
    """What the proxy does with a part; nothing unless it is told."""

    refuse: Callable[[str, int], int | None] = lambda _method, _size: None
    """The status it answers with in the server's stead, by method and size; 0 cuts the line."""
    swallow: Callable[[int], bool] = lambda _size: False
    """Whether it takes a body of this size and never answers."""
    damage: Callable[[], bool] = lambda: False
    """Whether it changes a byte of this body."""
    begun: list[str] = field(default_factory=list)
    """The method of each part that was begun, whatever became of it."""
    seen: list[tuple[str, int, int]] = field(default_factory=list)
    """Method, size and status of each part; -1 for one that was swallowed."""


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.backend = 0
        self.manners = Manners()
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A line that breaks is what this is about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_args: object) -> None:
        pass

    def pass_on(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        manners = self.server.manners
        is_part = self.path.startswith("/upload-parts/")
        if is_part:
            manners.begun.append(self.command)
        if is_part and (status := manners.refuse(self.command, size)) is not None:
            manners.seen.append((self.command, size, status))
            if status == 0:
                self.rfile.read(min(size, PIECE))
                self.cut()
                return
            self.rfile.read(size)
            self.answer(status)
            return
        if is_part and manners.swallow(size):
            self.rfile.read(size)
            manners.seen.append((self.command, size, -1))
            self.server.over.wait(120)
            self.cut()
            return
        damaged = is_part and manners.damage()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.backend, timeout=60)
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "proxy-connection"):
                    connection.putheader(name, value)
            connection.endheaders()
            left = size
            while left > 0 and (piece := self.rfile.read(min(PIECE, left))):
                left -= len(piece)
                if damaged:
                    piece, damaged = bytes([piece[0] ^ 1]) + piece[1:], False
                try:
                    connection.send(piece)
                except OSError:
                    # A server may answer before it has heard all, and hang up; the answer counts.
                    self.rfile.read(left)
                    break
            reply = connection.getresponse()
            body = reply.read()
        except OSError:
            self.cut()
            return
        finally:
            connection.close()
        if is_part:
            manners.seen.append((self.command, size, reply.status))
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = pass_on  # noqa: N815

    def answer(self, status: int) -> None:
        """A page of the proxy's own, as those of filters look."""
        body = b"<html><h1>Your request was blocked</h1></html>"
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_for() -> Iterator[Proxy]:
    """A proxy in front of the server on the port that its `backend` is set to."""
    proxy = Proxy()
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        proxy.shutdown()
        proxy.server_close()
        thread.join()
