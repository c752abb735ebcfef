"""Security headers, whatever the answer."""

from __future__ import annotations

import pytest

from tests.browsing import Browser

HTTPS = {"PUBLIC_URL": "https://contest.example.org"}
S3 = {
    "STORAGE_URL": "s3://videos",
    "S3_ENDPOINT": "https://store.example.org:9000/path",
    "S3_ACCESS_KEY": "a",
    "S3_SECRET_KEY": "b",
}


def policy(client: Browser, path: str = "/account/sign-in") -> dict[str, str]:
    words = client.get(path).headers["Content-Security-Policy"]
    return {p.split()[0]: " ".join(p.split()[1:]) for p in words.split(";")}


def test_policy_lets_nothing_in_from_elsewhere(client: Browser) -> None:
    assert policy(client) == {
        "default-src": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "form-action": "'self'",
        "img-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/no/such/page", "/static/css/base.css", "/account/"])
def test_headers_stand_on_every_answer(client: Browser, path: str) -> None:
    headers = client.get(path).headers

    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("environment", [HTTPS])
def test_https_site_says_so_and_guards_its_cookie(client: Browser) -> None:
    answer = client.get("/account/sign-in")
    application = client.application

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert application.config["SESSION_COOKIE_NAME"] == "__Host-hoike"
    assert application.config["SESSION_COOKIE_SECURE"] is True


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Browser) -> None:
    config = client.application.config

    assert config["SESSION_COOKIE_HTTPONLY"] is True
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"


@pytest.mark.parametrize("environment", [S3])
def test_store_of_its_own_origin_may_be_talked_to(client: Browser) -> None:
    found = policy(client)

    assert found["media-src"] == "'self' https://store.example.org:9000 blob:"
    assert found["connect-src"] == "'self' https://store.example.org:9000"
    assert found["default-src"] == "'self'"


def test_static_file_is_kept_long_under_its_hashed_address(client: Browser) -> None:
    page = client.page("/account/sign-in")
    address = next(
        link.get("href", "") for link in page.all("link") if "base.css" in link.get("href", "")
    )

    answer = client.get(address)

    assert "?v=" in address
    assert answer.cache_control.max_age == 365 * 24 * 3600


def test_static_file_without_its_hash_is_asked_for_anew(client: Browser) -> None:
    """As scripts import each other: kept for a year, one would stay behind a new version."""
    answer = client.get("/static/js/outbox.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Expires" not in answer.headers
    again = client.get("/static/js/outbox.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
