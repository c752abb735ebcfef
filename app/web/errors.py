"""What went wrong, in words: a page for people, JSON for our own scripts."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.core.errors import NotAllowed, NotFound, Refused
from app.core.storage import Gone, StorageFull
from app.texts import Text, text

log = logging.getLogger(__name__)

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})

TITLES: dict[int, tuple[Text, Text, Text]] = {
    400: (
        text("That request was not understood"),
        text("The page may have been open for a long time, or the address was cut short."),
        text("Go back, reload the page and send it again."),
    ),
    403: (
        text("This page is not for you"),
        text("Your account does not have the right to open it."),
        text("If you think it should, ask the organizers of the contest."),
    ),
    404: (
        text("There is nothing here"),
        text("The page does not exist, or it is not yours to see, or it was taken down."),
        text("Check the address, or start from the home page."),
    ),
    405: (
        text("That is not how this page is opened"),
        text("The page exists, but it was asked in a way it does not answer."),
        text("Start from the home page."),
    ),
    409: (
        text("That can't be done now"),
        text("Nothing was changed."),
        text("Go back and look at what is missing."),
    ),
    410: (
        text("This was taken down"),
        text("It was here once and is not any more."),
        text("There is more to see on the home page."),
    ),
    413: (
        text("That is too large"),
        text("What you sent is larger than this page takes."),
        text("Choose a smaller file and try again."),
    ),
    429: (
        text("That was too often"),
        text("There were many tries in a short time, so we wait a moment to keep everybody safe."),
        text("Try again in a few minutes."),
    ),
    500: (
        text("Something broke on our side"),
        text("It is not your fault, and it has been written down for the organizers."),
        text("Try again in a moment."),
    ),
    507: (
        text("There is no room left"),
        text("The contest's storage is full. The organizers have been told."),
        text("Try again later; what was saved before is safe."),
    ),
}


def wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == (
        "application/json"
    )


def answer(code: int, words: str | None = None) -> ResponseReturnValue:
    """The error's page (or JSON) with its status."""
    title, usual, todo = TITLES.get(code, TITLES[400] if code < 500 else TITLES[500])
    if wants_json():
        return {"error": words or str(usual), "title": str(title)}, code
    g.plain_page = code >= 500  # A broken database must not break its own error page.
    if not g.plain_page and "session" in g:
        # What was refused must not be written by the first query of the page that says so.
        g.session.rollback()
    return render_template(
        "errors/error.html",
        code=code,
        title=title,
        words=words or usual,
        safe=text("What you had saved before is safe."),
        todo=todo,
        home_url=f"{request.script_root}/",
    ), code


def init_app(app: Flask, *, tell_of_full_storage: Callable[[], None]) -> None:
    """`tell_of_full_storage` alerts whoever can make room."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> ResponseReturnValue:
        return answer(409, str(error.reason))

    @app.errorhandler(NotAllowed)
    def not_allowed(_error: NotAllowed) -> ResponseReturnValue:
        return answer(403)

    @app.errorhandler(NotFound)
    @app.errorhandler(Gone)
    def not_found(_error: Exception) -> ResponseReturnValue:
        return answer(404)

    @app.errorhandler(StorageFull)
    def full(_error: StorageFull) -> ResponseReturnValue:
        log.error("The storage is full.")
        tell_of_full_storage()
        return answer(507)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        response = make_response(answer(error.code))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def broken(error: Exception) -> ResponseReturnValue:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            return full(StorageFull())
        # The rule, not the path: a path may hold a token.
        log.exception("%s %s broke.", request.method, request.url_rule)
        if app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        return answer(500)
