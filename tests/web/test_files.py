"""Stored files, handed out whole or in part, and how a visitor is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request

from app.core.platform import Platform
from app.core.storage import Gone
from app.web.files import deliver, visitor_network


@pytest.fixture
def key(platform: Platform, tmp_path: Path) -> str:
    source = tmp_path / "clip"
    source.write_bytes(bytes(range(100)))
    platform.storage.put("clips/one.mp4", source, "video/mp4")
    return "clips/one.mp4"


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        (None, 200, bytes(range(100))),
        ("bytes=0-9", 206, bytes(range(10))),
        ("bytes=90-", 206, bytes(range(90, 100))),
        ("bytes=-5", 206, bytes(range(95, 100))),
        ("bytes=0-1000", 206, bytes(range(100))),
    ],
)
def test_file_is_delivered_whole_or_in_part(
    app: Flask, key: str, asked: str | None, status: int, body: bytes
) -> None:
    headers = {"Range": asked} if asked else {}
    with app.test_request_context(headers=headers):
        response = deliver(key, content_type="video/mp4")
        response.direct_passthrough = False

        assert (response.status_code, response.get_data()) == (status, body)
        assert response.mimetype == "video/mp4"
        response.close()


def test_private_file_is_kept_by_no_shared_cache_and_cannot_run(app: Flask, key: str) -> None:
    with app.test_request_context():
        private = deliver(key, content_type="video/mp4")
        public = deliver(key, content_type="video/mp4", public=True)

        assert private.headers["Cache-Control"] == "private, no-cache"
        assert private.headers["Content-Security-Policy"] == "sandbox"
        assert public.headers["Cache-Control"] == "no-cache"
        private.close()
        public.close()


def test_file_with_a_name_is_a_download(app: Flask, key: str) -> None:
    with app.test_request_context():
        response = deliver(key, content_type="video/mp4", filename="Ka hōʻike.mp4")

        assert response.headers["Content-Disposition"].startswith("attachment; ")
        response.close()


def test_missing_file_is_gone(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Gone):
        deliver("clips/none.mp4", content_type="video/mp4")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("", "unknown"),
        ("somewhere", "unknown"),
    ],
)
def test_visitor_is_counted_by_address_or_by_64_bits(
    app: Flask, address: str, network: str
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert request.remote_addr == (address or None) or address == ""
        assert visitor_network() == network
