"""A proxy that keeps what it may keep never shows a stranger what was made for somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.datastructures import ResponseCacheControl
from werkzeug.http import parse_cache_control_header, parse_set_header
from werkzeug.test import Client

from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from tests.browsing import Browser
from tests.factories import make_entry, make_season, make_user
from tests.showcase.films import give_place

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]


@dataclass
class Kept:
    status: str
    headers: Headers
    body: bytes
    asked_with: dict[str, str]
    """What the request said in the headers that the answer varies by."""


@dataclass
class SharedCache:
    """As RFC 9111 lets a shared cache behave when it keeps all it can: answers of GET that are
    neither private nor forbidden to store, one for each address and each set of varied headers.
    With `no-cache` or once it is stale it asks again, with the ETag it has."""

    inner: WSGIApplication
    kept: dict[str, list[Kept]] = field(default_factory=dict)
    hits: int = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_RANGE" in environ:
            return self.inner(environ, start_response)
        query = environ.get("QUERY_STRING", "")
        address = f"{environ['PATH_INFO']}?{query}"
        found = next((k for k in self.kept.get(address, []) if fits(k, environ)), None)
        asked = dict(environ)
        if found is not None and (etag := value(found.headers, "ETag")):
            asked["HTTP_IF_NONE_MATCH"] = etag
        status, headers, body = call(self.inner, asked)
        if status.startswith("304") and found is not None:
            self.hits += 1
            start_response(found.status, found.headers)
            return [found.body]
        if status.startswith("200") and may_keep(headers):
            varied = parse_set_header(value(headers, "Vary"))
            kept = Kept(status, headers, body, {n: said(environ, n) for n in varied})
            self.kept.setdefault(address, []).insert(0, kept)
        start_response(status, headers)
        return [body]


def call(inner: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
    seen: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _error: object = None) -> Callable[[bytes], object]:
        seen.append((status, headers))
        return lambda _data: None

    answer = inner(environ, start)
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return (*seen[0], body)


def value(headers: Headers, name: str) -> str:
    return ", ".join(v for n, v in headers if n.lower() == name.lower())


def said(environ: WSGIEnvironment, name: str) -> str:
    return str(environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))


def fits(kept: Kept, environ: WSGIEnvironment) -> bool:
    return all(said(environ, name) == was for name, was in kept.asked_with.items())


def may_keep(headers: Headers) -> bool:
    control = parse_cache_control_header(value(headers, "Cache-Control"), cls=ResponseCacheControl)
    return not control.private and not control.no_store and "*" not in value(headers, "Vary")


@pytest.fixture
def season(session: Session) -> Season:
    season = make_season(session, Phase.ANNOUNCED)
    entry = make_entry(session, season, slug="if-only", title="If Only", finalist_at=clock.now())
    give_place(session, season, entry)
    session.commit()
    return season


def pages(app: Flask) -> list[str]:
    """Every address that needs no number, in three languages where there are some."""
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ()) and rule.endpoint != "static"
    ]
    known = [*plain, "/watch/if-only", "/winners/2026"]
    return [*known, *(f"/ja{path}" for path in known), *(f"/es{path}" for path in known)]


def test_no_page_made_for_somebody_reaches_a_stranger(
    app: Flask, session: Session, season: Season, sign_in: Callable[..., Browser]
) -> None:
    canary = "Zebulon Quartermain"
    people = [make_user(session, role, name=f"{canary} {role}") for role in Role]
    session.commit()
    addresses = pages(app)
    plain = Client(app.wsgi_app)
    alone = {path: plain.get(path, buffered=True) for path in addresses}
    bodies = {path: answer.get_data() for path, answer in alone.items()}
    cache = SharedCache(app.wsgi_app)
    seen_by_somebody = 0
    for person in people:
        browser = sign_in(person)
        cookie = browser.get_cookie("hoike")
        assert cookie is not None
        mine = Client(cache)
        mine.set_cookie("hoike", cookie.value)
        for path in addresses:
            seen_by_somebody += canary in mine.get(path).text

    stranger = Client(cache)
    for path in addresses:
        answer = stranger.get(path)
        assert canary not in answer.text, path
        assert answer.status_code == alone[path].status_code, path
        if answer.status_code == 200 and b"csrf_token" not in bodies[path]:
            assert len(answer.get_data()) == len(bodies[path]), path
        assert "Set-Cookie" not in answer.headers or path.startswith("/account"), path
    assert seen_by_somebody > 20
    again = [Client(cache).get(path) for path in ("/", "/gallery", "/ja/winners")]
    assert [answer.status_code for answer in again] == [200, 200, 200]
    assert cache.hits >= 3


def test_the_cache_itself_would_show_a_fault(app: Flask, session: Session, season: Season) -> None:
    """Were a page kept that names somebody, this cache would hand it out."""

    def leaky(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("ETag", '"x"'), ("Cache-Control", "public, no-cache")])
        return [environ.get("HTTP_COOKIE", "nobody").encode()]

    def revalidating(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_IF_NONE_MATCH") == '"x"':
            start("304 NOT MODIFIED", [])
            return []
        return leaky(environ, start)

    cache = SharedCache(revalidating)
    somebody = Client(cache)
    somebody.set_cookie("hoike", "somebody")
    assert "somebody" in somebody.get("/").text
    assert "somebody" in Client(cache).get("/").text
