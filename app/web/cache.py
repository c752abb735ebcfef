"""Rendered public pages, kept while nothing public has changed.

Every commit that touches a class marked `__public__` moves a number in the database on; a kept page
counts only for the number, the minute and the language it was rendered for. So a page taken down is
gone with the very commit that takes it down, on every process, and a deadline is never late by more
than a minute.

A kept page is answered before Flask is asked at all: finding the view, its session and its headers
costs many times what looking at the number does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from cachetools import LRUCache
from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.unitofwork import UOWTransaction
from werkzeug.http import parse_etags

from app.core import clock
from app.core.db import Base
from app.core.platform import Platform
from app.web import language
from app.web.access import has_session_cookie
from app.web.addresses import ARCHIVE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

P = ParamSpec("P")
KEY = "hoike.page"
"""Where a request carries what its answer may be kept under."""


class PublicRevision(Base):
    """One row: how often anything the public can see has changed."""

    __tablename__ = "public_revision"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    number: Mapped[int] = mapped_column(default=0)


@event.listens_for(Session, "after_flush")
def _note_public_change(session: Session, _context: UOWTransaction) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    if session.info.get("revised") or not any(getattr(t, "__public__", False) for t in touched):
        return
    session.info["revised"] = True
    session.execute(
        update(PublicRevision)
        .values(number=PublicRevision.number + 1)
        .execution_options(synchronize_session=False)
    )


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _start_over(session: Session) -> None:
    session.info.pop("revised", None)


def revision(platform: Platform) -> int:
    """The number that stands for everything public as it is now."""
    # Asked for every kept page, so it goes straight to the driver: half the cost of a kept page.
    connection = platform.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT number FROM public_revision")
        row = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return int(row[0]) if row else 0


@dataclass(frozen=True)
class KeptPage:
    headers: list[tuple[str, str]]
    etag: str
    body: bytes


class PageCache:
    def __init__(self, pages: int = 2048) -> None:
        self._kept: LRUCache[tuple[Any, ...], KeptPage] = LRUCache(maxsize=pages)
        self._lock = Lock()

    def find(self, key: tuple[Any, ...]) -> KeptPage | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: tuple[Any, ...], page: KeptPage) -> None:
        with self._lock:
            self._kept[key] = page


def cached(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep what `view` answers to visitors without a session; others get it rendered for them."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if has_session_cookie():
            return view(*args, **kwargs)
        response = make_response(view(*args, **kwargs))
        if response.status_code == 200 and not response.is_streamed:
            response.add_etag()
            # Revalidate each time: a shared cache may keep the bytes, never outlive a take-down.
            response.headers["Cache-Control"] = "public, no-cache"
            # Somebody signed in sees another page at the same address.
            response.vary.add("Cookie")
            g.keep_page = True
        return response

    return answer


class BeforeFlask:
    """Answers with a kept page, if there is one that counts; else asks Flask."""

    def __init__(self, app: Flask, inner: WSGIApplication) -> None:
        self._app = app
        self._inner = inner
        self._cookie = f"{app.config['SESSION_COOKIE_NAME']}="

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        cookie = environ.get("HTTP_COOKIE", "")
        if environ["REQUEST_METHOD"] != "GET" or self._cookie in cookie:
            return self._inner(environ, start_response)
        # What the page depends on is asked before it is made: a change meanwhile makes it old.
        key = (
            revision(self._app.extensions["hoike"]),
            int(clock.now().timestamp()) // 60,
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            language.language_of(environ),
            environ.get(ARCHIVE),
        )
        page = cast(PageCache, self._app.extensions["pages"]).find(key)
        if page is None:
            environ[KEY] = key
            return self._inner(environ, start_response)
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked and parse_etags(asked).contains_weak(page.etag):
            unsent = ("content-length", "content-type")
            start_response(
                "304 NOT MODIFIED", [(n, v) for n, v in page.headers if n.lower() not in unsent]
            )
            return []
        start_response("200 OK", list(page.headers))
        return [page.body]


def init_app(app: Flask) -> None:
    """Call before whatever else changes answers, so that they are kept as they leave."""
    app.extensions["pages"] = PageCache()
    app.wsgi_app = BeforeFlask(app, app.wsgi_app)  # type: ignore[method-assign]

    @app.after_request
    def keep(response: Response) -> Response:
        if not g.get("keep_page"):
            return response
        key = request.environ.get(KEY)
        if key is not None:
            page = KeptPage(
                list(response.get_wsgi_headers(request.environ)),
                response.get_etag()[0] or "",
                response.get_data(),
            )
            cast(PageCache, app.extensions["pages"]).keep(key, page)
        response.make_conditional(request)
        return response
