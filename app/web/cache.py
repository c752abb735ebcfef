"""Rendered public pages, kept while nothing public has changed.

Every commit that touches a class marked `__public__` moves a number in the database on; a kept page
counts only for the number, the minute and the language it was rendered for. So a page taken down is
gone with the very commit that takes it down, on every process, and a deadline is never late by more
than a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, cast

from cachetools import LRUCache
from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import event, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.unitofwork import UOWTransaction

from app import texts
from app.core import clock
from app.core.db import Base
from app.web.access import has_session_cookie
from app.web.db import platform

P = ParamSpec("P")


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


def revision() -> int:
    """The number that stands for everything public as it is now."""
    # Asked for every kept page, so it goes straight to the driver: half the cost of a kept page.
    connection = platform().engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT number FROM public_revision")
        row = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return int(row[0]) if row else 0


class PageCache:
    def __init__(self, pages: int = 2048) -> None:
        self._kept: LRUCache[tuple[Any, ...], tuple[bytes, str, str]] = LRUCache(maxsize=pages)
        self._lock = Lock()

    def find(self, key: tuple[Any, ...]) -> tuple[bytes, str, str] | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: tuple[Any, ...], page: tuple[bytes, str, str]) -> None:
        with self._lock:
            self._kept[key] = page


def cached(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep what `view` answers to visitors without a session; others get it rendered for them."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if has_session_cookie():
            return view(*args, **kwargs)
        pages = _pages()
        minute = int(clock.now().timestamp()) // 60
        key = (revision(), minute, request.full_path, texts.language())
        kept = pages.find(key)
        if kept is None:
            response = make_response(view(*args, **kwargs))
            if response.status_code != 200 or response.is_streamed:
                return response
            response.add_etag()
            kept = (response.get_data(), response.headers["ETag"], response.content_type or "")
            pages.keep(key, kept)
        body, etag, content_type = kept
        response = Response(body, content_type=content_type)
        response.headers["ETag"] = etag
        # Revalidate each time: a shared cache may keep the bytes, never outlive a take-down.
        response.headers["Cache-Control"] = "public, no-cache"
        return response.make_conditional(request)

    return answer


def _pages() -> PageCache:
    return cast(PageCache, current_app.extensions["pages"])


def init_app(app: Flask) -> None:
    app.extensions["pages"] = PageCache()
