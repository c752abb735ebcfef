"""Which language a page speaks.

Public pages say it in their address, /ja/gallery, so that a page is the same for whoever opens its
address, and may be kept; without a language in it an address speaks the source language. Pages with
an account behind them have one address, and speak what the browser asks for, of the languages that
have every sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from app import texts
from app.web.addresses import ARCHIVE
from app.web.db import platform, reading

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEY = "hoike.language"
"""Where a request carries the language of its address."""
IN_ADDRESSES = frozenset({"public", "team"})
"""Areas whose pages are there in every language."""


class LanguageInAddress:
    """Takes the language off the front of an address; what the page links to keeps it."""

    def __init__(self, inner: WSGIApplication, tags: Iterable[str]) -> None:
        self._inner = inner
        self._tags = {tag.lower(): tag for tag in tags if tag != texts.SOURCE_LANGUAGE}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first, _, rest = environ.get("PATH_INFO", "").removeprefix("/").partition("/")
        tag = self._tags.get(first.lower())
        if tag is not None:
            environ[KEY] = tag
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{tag}"
            environ["PATH_INFO"] = f"/{rest}"
        return self._inner(environ, start_response)


def language_of(environ: WSGIEnvironment) -> str:
    """The language that a request's address names."""
    return str(environ.get(KEY, texts.SOURCE_LANGUAGE))


@lru_cache(maxsize=1024)
def best_of(accepted: str, spoken: tuple[str, ...]) -> str:
    """The language, of those `spoken`, for a browser that sends this `Accept-Language`."""
    asked = parse_accept_header(accepted, LanguageAccept)
    return asked.best_match(spoken, default=texts.SOURCE_LANGUAGE)


def is_in_address() -> bool:
    """Whether this page is there in every language."""
    area = (request.blueprint or "public").partition(".")[0]
    return area in IN_ADDRESSES


@dataclass(frozen=True)
class Alternate:
    """This page in another language."""

    tag: str
    name: str
    """What its speakers call the language."""
    url: str
    address: str
    current: bool


def alternates() -> list[Alternate]:
    """This page in each language there is, or none where it is there in one only."""
    spoken = current_app.extensions["spoken"]
    if len(spoken) < 2 or not is_in_address() or request.method != "GET":
        return []
    if ARCHIVE in request.environ:
        return []  # An archive is in one language.
    query = request.query_string.decode("ascii", "replace")
    here = quote(request.path) + (f"?{query}" if query else "")
    found = []
    for tag, name in texts.named(spoken):
        url = here if tag == texts.SOURCE_LANGUAGE else f"/{tag}{here}"
        found.append(
            Alternate(tag, name, url, platform().public_url + url, tag == texts.language())
        )
    return found


def init_app(app: Flask, find_typed: Callable[[Session, str], Mapping[str, str]]) -> None:
    """Call after `cache.init_app`: a kept page is looked for by its language. `find_typed` gives
    what was translated on this site into a language, by the words it stands for."""
    spoken = tuple(texts.spoken())
    whole_site = tuple(texts.languages())
    app.extensions["spoken"] = spoken
    app.wsgi_app = LanguageInAddress(app.wsgi_app, spoken)  # type: ignore[method-assign]

    @app.before_request
    def choose() -> None:
        g.language = ExitStack()
        tag = language_of(request.environ)
        if not is_in_address():
            tag = best_of(request.headers.get("Accept-Language", ""), whole_site)
        g.language.enter_context(texts.use_language(tag))

        # Asked for once, and only by a page that shows any of it.
        @cache
        def typed(tag: str) -> Mapping[str, str]:
            # A session of its own, closed at once: a page that writes, or that has given its own
            # back, says such words too.
            with reading() as own:
                return find_typed(own, tag)

        g.language.enter_context(texts.use_typed(typed))

    @app.after_request
    def say_so(response: Response) -> Response:
        if response.mimetype == "text/html" and len(spoken) > 1:
            # A page with languages of its own has said so already.
            response.headers.setdefault("Content-Language", texts.language())
            if not is_in_address():
                response.vary.add("Accept-Language")
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("language", None)
        if stack is not None:
            stack.close()
