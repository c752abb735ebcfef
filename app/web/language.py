"""Which language a page speaks: what the browser asks for, among those there are."""

from __future__ import annotations

from contextlib import ExitStack
from functools import lru_cache

from flask import Flask, Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app import texts


@lru_cache(maxsize=1024)
def best_of(accepted: str, spoken: tuple[str, ...]) -> str:
    """The language, of those `spoken`, for a browser that sends this `Accept-Language`."""
    asked = parse_accept_header(accepted, LanguageAccept)
    return asked.best_match(spoken, default=texts.SOURCE_LANGUAGE)


def init_app(app: Flask) -> None:
    spoken = tuple(texts.languages())
    app.extensions["spoken"] = spoken

    @app.before_request
    def choose() -> None:
        g.language = ExitStack()
        best = best_of(request.headers.get("Accept-Language", ""), spoken)
        g.language.enter_context(texts.use_language(best))

    @app.after_request
    def say_so(response: Response) -> Response:
        if response.mimetype == "text/html" and len(spoken) > 1:
            response.headers["Content-Language"] = texts.language()
            response.vary.add("Accept-Language")
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("language", None)
        if stack is not None:
            stack.close()
