"""One session, one transaction a request: committed below 400, otherwise rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from app.core.db import will_write
from app.core.platform import Platform

INERT = frozenset({"GET", "HEAD", "OPTIONS"})


def platform() -> Platform:
    """The parts of this installation."""
    return cast(Platform, current_app.extensions["hoike"])


def session() -> Session:
    """The request's session. A request that may write opens its transaction as a writer.

    Also the one after a rollback: a reader that turns writer later fails as soon as anybody else
    has written meanwhile.
    """
    if "session" not in g:
        g.session = platform().sessions()
    if request.method not in INERT:
        will_write(g.session)
    return cast(Session, g.session)


@contextmanager
def reading() -> Iterator[Session]:
    """A session of its own that holds no lock, for what takes long and writes nothing."""
    with platform().sessions() as read_only:
        yield read_only


def release() -> None:
    """Give the connection back before a long stream; the next `session()` starts anew."""
    opened: Session | None = g.pop("session", None)
    if opened is not None:
        opened.close()


def init_app(app: Flask) -> None:
    @app.after_request
    def commit(response: Response) -> Response:
        opened: Session | None = g.get("session")
        if opened is not None:
            if response.status_code < 400 and request.method not in INERT:
                opened.commit()
            else:
                opened.rollback()
        return response

    @app.teardown_request
    def close(_error: BaseException | None) -> None:
        release()
