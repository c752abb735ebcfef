"""Which language a page speaks: what the browser asks for, among those there are."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, Response, g, request

from app import texts


def init_app(app: Flask) -> None:
    spoken = texts.languages()

    @app.before_request
    def choose() -> None:
        g.language = ExitStack()
        best = request.accept_languages.best_match(spoken, default=texts.SOURCE_LANGUAGE)
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
