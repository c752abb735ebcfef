"""A real nginx in front sends stored files in our stead: whole, in part, and to nobody unasked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from app import create_app
from app.core.storage import FolderStorage
from app.web.access import public
from app.web.files import deliver
from config import Config
from tests import servers
from tests.conftest import give_up, settings_for
from tests.servers import free_port
from tests.waiting import wait_until

PLACES = (os.environ["PATH"], "/usr/sbin", str(Path(sys.executable).parent))  # noqa: TID251
NGINX = shutil.which("nginx", path=os.pathsep.join(PLACES)) or ""
CONTENT = bytes(range(256)) * 4000

CONFIGURATION = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
        location /stored/ {{
            internal;
            alias {files}/;
            add_header X-Content-Type-Options nosniff;
            add_header Content-Security-Policy sandbox;
        }}
    }}
}}
"""


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    settings = settings_for(database, tmp_path, {"X_ACCEL_PREFIX": "/stored/"})
    app = create_app(Config.from_env(settings))

    @app.get("/film")
    @public
    def film() -> ResponseReturnValue:
        return deliver(
            "clips/Ka hōʻike.mp4",
            content_type="video/mp4",
            filename="If Only.mp4",
            public=True,
        )

    source = tmp_path / "clip"
    source.write_bytes(CONTENT)
    app.extensions["hoike"].storage.put("clips/Ka hōʻike.mp4", source, "video/mp4")
    yield app
    app.extensions["hoike"].engine.dispose()


def test_the_file_is_named_to_nginx_and_not_sent(app: Flask) -> None:
    answer = app.test_client().get("/film")

    assert answer.data == b""
    assert answer.headers["X-Accel-Redirect"] == "/stored/clips/Ka%20h%C5%8D%CA%BBike.mp4"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "If Only.mp4" in answer.headers["Content-Disposition"]
    for name in ("ETag", "Last-Modified"):
        assert name not in answer.headers  # They are of the file that nginx sends.


@pytest.fixture
def nginx(app: Flask, tmp_path: Path) -> Iterator[str]:
    if not NGINX:
        give_up(servers.Missing("nginx"))
    storage = app.extensions["hoike"].storage
    assert isinstance(storage, FolderStorage)
    port, behind = free_port(), free_port()
    folder = tmp_path / "nginx"
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(
            # Started by root it would give up root, and could not read what only root may.
            user="user root;" if Path("/root").owner() == Path.home().owner() else "",
            folder=folder,
            port=port,
            behind=behind,
            files=storage.root / "files",
        )
    )
    url = f"http://127.0.0.1:{port}"
    with servers.serve(app, behind):
        process = subprocess.Popen([NGINX, "-p", folder, "-c", configuration])  # noqa: S603
        try:
            wait_until(lambda: status(f"{url}/healthz") == 200, "nginx answers")
            yield url
        finally:
            process.terminate()
            process.wait()


def status(url: str) -> int:
    try:
        with urlopen(url) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def test_nginx_sends_it_whole_and_in_part(nginx: str) -> None:
    with urlopen(f"{nginx}/film") as whole:  # noqa: S310
        assert whole.read() == CONTENT
        assert whole.headers["Content-Type"] == "video/mp4"
        assert whole.headers["Accept-Ranges"] == "bytes"
        assert whole.headers["X-Content-Type-Options"] == "nosniff"
        assert whole.headers["Content-Security-Policy"] == "sandbox"
        assert whole.headers["Cache-Control"] == "no-cache"
        assert "If Only.mp4" in whole.headers["Content-Disposition"]
        assert "X-Accel-Redirect" not in whole.headers
        etag = whole.headers["ETag"]

    part = Request(f"{nginx}/film", headers={"Range": "bytes=256000-256009"})  # noqa: S310
    with urlopen(part) as answer:  # noqa: S310
        assert (answer.status, answer.read()) == (206, CONTENT[256000:256010])
    again = Request(f"{nginx}/film", headers={"If-None-Match": etag})  # noqa: S310
    with pytest.raises(HTTPError) as unchanged:
        urlopen(again)  # noqa: S310
    with unchanged.value as answer:
        assert answer.code == 304


def test_what_nginx_has_is_opened_to_nobody(nginx: str) -> None:
    assert status(f"{nginx}/stored/clips/Ka%20h%C5%8D%CA%BBike.mp4") == 404
