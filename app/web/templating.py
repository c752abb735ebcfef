"""Jinja as we want it: typos are errors, words are translated, files carry a hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.core import Locale
from babel.dates import format_date, format_timedelta
from flask import Flask, g, render_template, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from app import texts
from app.core import clock
from app.web.access import find_actor
from app.web.language import alternates


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def moment(value: datetime, zone: str) -> Markup:
    """A moment in the season's zone, with the zone's name, as a machine-readable <time>."""
    return _time(value, texts.moment(value, zone))


def day_of(value: datetime, zone: str) -> Markup:
    """The day of a moment in the season's zone, as a machine-readable <time>."""
    return _time(value, texts.day_of(value, zone))


def _time(value: datetime, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), words)


def day(value: date) -> str:
    return format_date(value, "long", locale=texts.language().replace("-", "_"))


def ago(value: datetime) -> str:
    """How long ago, or in how long, in words."""
    return format_timedelta(
        value - clock.now(), add_direction=True, locale=texts.language().replace("-", "_")
    )


UNITS: tuple[tuple[Literal["day", "hour", "minute", "second"], int], ...] = (
    ("day", 86400),
    ("hour", 3600),
    ("minute", 60),
    ("second", 1),
)


def left(value: datetime) -> str:
    """How long it is to a moment, as js/countdown.js says it: whole days, hours or minutes, of
    which there are at least two."""
    seconds = (value - clock.now()).total_seconds()
    unit, size = next(each for each in UNITS if abs(seconds) >= 2 * each[1] or each[1] == 1)
    return format_timedelta(
        timedelta(seconds=int(seconds / size) * size),
        granularity=unit,
        threshold=10**6,  # Days stay days, however many.
        add_direction=True,
        locale=texts.language().replace("-", "_"),
    )


def file_size(value: int) -> str:
    """Bytes as people say it: 812 kB, 14.3 MB, 1.9 GB."""
    if value < 1000_000:
        return f"{max(1, round(value / 1000))} kB"
    if value < 1000_000_000:
        return f"{value / 1000_000:.1f} MB"
    return f"{value / 1000_000_000:.2f} GB"


def clip_length(seconds: float) -> str:
    """A clip's length as a player shows it: 0:43."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def said(words: str | texts.Typed | texts.Text) -> Markup:
    """What somebody typed into the site, in the page's language; marked as what it is where it is
    known in the source language alone. In a sentence of ours the part is marked that was typed."""
    if isinstance(words, texts.Text):
        parts = {
            name: said(value) if isinstance(value, texts.Typed | texts.Text) else value
            for name, value in words.values.items()
        }
        sentence = escape(words.sentence())
        return sentence % parts if parts else sentence
    if isinstance(words, texts.Typed):
        words = words.words
    found = texts.find_said(words)
    if found is not None:
        return escape(found)
    g.left_in_source = True
    return Markup('<span lang="{}" dir="ltr">{}</span>').format(texts.SOURCE_LANGUAGE, words)


def paragraphs(words: str) -> list[str]:
    """What somebody typed into the site, in the page's language, cut at empty lines."""
    return [each for each in re.split(r"\n\s*\n", texts.said(words).strip()) if each]


def said_lang(words: str) -> Markup:
    """The attributes that say so for the element around such words, or nothing."""
    if texts.find_said(words) is not None:
        return Markup()
    g.left_in_source = True
    return Markup(' lang="{}" dir="ltr"').format(texts.SOURCE_LANGUAGE)


def if_said(words: str) -> str:
    """Such words in the page's language, or nothing: for what need not be said at all."""
    return texts.find_said(words) or ""


def render_aside(template: str, **values: Any) -> str:
    """Render what goes into a file and not onto this page: what it leaves in the source language is
    not what the page speaks of."""
    shown = g.get("left_in_source", False)
    rendered = render_template(template, **values)
    g.left_in_source = shown
    return rendered


def is_all_said() -> bool:
    """Whether all that the page has shown so far of such words was in its language."""
    return not g.get("left_in_source", False)


def init_app(app: Flask, context: Callable[[], dict[str, Any]]) -> None:
    """`context` gives what every page shows of the contest: site, menus."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.add_extension("jinja2.ext.do")
    env.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters.update(
        moment=moment,
        day=day,
        day_of=day_of,
        ago=ago,
        left=left,
        file_size=file_size,
        clip_length=clip_length,
        film_moment=texts.film_moment,
        said=said,
        said_lang=said_lang,
        if_said=if_said,
        paragraphs=paragraphs,
    )
    static_folder = Path(app.static_folder or "")

    def static(name: str) -> str:
        version = _fingerprint(static_folder / name)
        # One address for each file, whatever language the page speaks.
        return f"{app.static_url_path}/{name}?v={version}"

    env.globals.update(static=static, csrf_token=generate_csrf, is_all_said=is_all_said)

    @app.context_processor
    def every_page() -> dict[str, Any]:
        tag = texts.language()
        direction = Locale.parse(tag.replace("-", "_")).text_direction
        shared: dict[str, Any] = {"language": tag, "direction": direction}
        shared["home_page"] = f"{request.script_root}/"
        if g.get("plain_page"):
            return shared | {"actor": None}
        shared |= {
            "alternates": alternates(),
            "is_reviewed": texts.is_reviewed(tag, texts.PUBLIC),
        }
        return shared | {"actor": find_actor(), "now": clock.now()} | context()
