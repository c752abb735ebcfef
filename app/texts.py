"""Sentences that wait for their language.

Rules and services return a `Text`: a message id with its values. It turns into words when somebody
looks at it, in the language in force at that moment (a request's, a mail's). This module is the
lowest rung of the ladder: it imports nothing of ours, so that even pure rules can speak.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_time, get_datetime_format
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
CATALOGS = Path(__file__).parent / "translations"
SITE = "messages"
"""The catalog with every sentence of the site."""
PUBLIC = "public"
"""The catalog with what everybody reads: public pages, the way of a ballot, a team's page."""
RELEASES = "releases"
"""The catalog with what a family reads and signs."""
SLIPS = "slips"
"""The catalog with what stands on a slip for a class ballot."""

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)
_typed: ContextVar[Callable[[str], Mapping[str, str]]] = ContextVar(
    "typed", default=lambda _tag: {}
)
_loaded: dict[str, NullTranslations] = {}


def language() -> str:
    """The language in force, as a BCP 47 tag."""
    return _language.get()


def languages(catalog: str = SITE) -> list[str]:
    """The source language and every language that has `catalog` compiled."""
    found = {p.parent.parent.name for p in CATALOGS.glob(f"*/LC_MESSAGES/{catalog}.mo")}
    return [SOURCE_LANGUAGE, *sorted(tag.replace("_", "-") for tag in found)]


def spoken() -> list[str]:
    """The source language and every language that public pages are there in."""
    return list(dict.fromkeys([*languages(PUBLIC), *languages()]))


def in_address(path: str) -> str:
    """The address of a public page in the language in force."""
    tag = language()
    return path if tag == SOURCE_LANGUAGE else f"/{tag}{path}"


def named(tags: Iterable[str]) -> list[tuple[str, str]]:
    """Each tag, and what its speakers call the language."""
    return [(tag, Locale.parse(tag, sep="-").display_name or tag) for tag in tags]


@cache
def sentences(catalog: str, tag: str) -> tuple[tuple[str, str], ...]:
    """Every sentence of a catalog and its translation, in the order of the sources."""
    path = CATALOGS / tag.replace("-", "_") / "LC_MESSAGES" / f"{catalog}.po"
    with path.open("rb") as file:
        return tuple((str(each.id), str(each.string)) for each in read_po(file) if each.id)


def digest_of(catalog: str, tag: str) -> str:
    """Stands for exactly these words (SHA-256, hex): it changes with any of them."""
    return hashlib.sha256(repr(list(sentences(catalog, tag))).encode()).hexdigest()


def is_reviewed(tag: str, catalog: str = SITE) -> bool:
    """Whether somebody who speaks the language has signed its catalog off, in its header
    `X-Reviewed-On`."""
    if tag == SOURCE_LANGUAGE:
        return True
    return bool(_load(catalog, tag).info().get("x-reviewed-on"))


@contextmanager
def use_language(tag: str) -> Iterator[None]:
    """Speak `tag` inside the block; an unknown tag speaks the source language."""
    token = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(token)


@contextmanager
def use_typed(find: Callable[[str], Mapping[str, str]]) -> Iterator[None]:
    """Inside the block, what somebody typed into this site is said as `find` has it, for the tag of
    a language: words in that language by those in the source language. It is asked each time, and
    only where the language in force is another one."""
    token = _typed.set(find)
    try:
        yield
    finally:
        _typed.reset(token)


def find_said(words: str) -> str | None:
    """What somebody typed in the source language, in the language in force: as it was translated on
    this site, else as our catalogs have it (a season begins with words of ours). None when neither
    knows it."""
    if not words or language() == SOURCE_LANGUAGE:
        return words
    return _typed.get()(language()).get(words) or _translations().gettext(words) or None


def said(words: str) -> str:
    """As `find_said`; what nobody has translated stays as it was typed."""
    return find_said(words) or words


@dataclass(frozen=True)
class Typed:
    """What somebody typed into the site, as a value in a `Text`: it waits for its language too."""

    words: str

    def __str__(self) -> str:
        return said(self.words)


class _Nobody(NullTranslations):
    """Asked last: nobody knows the sentence. One may be the same in another language, so that
    giving it back as it is would not say so."""

    def gettext(self, message: str) -> str:
        return ""


def _translations() -> NullTranslations:
    tag = _language.get()
    if tag not in _loaded:
        # A language may have what families sign, or what everybody reads, without the rest.
        site = _load(SITE, tag)
        site.add_fallback(_load(PUBLIC, tag))
        site.add_fallback(_load(RELEASES, tag))
        site.add_fallback(_load(SLIPS, tag))
        site.add_fallback(_Nobody())
        _loaded[tag] = site
    return _loaded[tag]


def _load(catalog: str, tag: str) -> NullTranslations:
    return translation(
        catalog, localedir=str(CATALOGS), languages=[tag.replace("-", "_")], fallback=True
    )


def gettext(message: str, **values: Any) -> str:
    """The words now, `%(name)s` places filled with `values`."""
    words = _translations().gettext(message) or message
    return words % values if values else words


def ngettext(singular: str, plural: str, n: int) -> str:
    return _translations().ngettext(singular, plural, n)


class Text:
    """A message id and its values; `str()` gives the words in the language in force."""

    __slots__ = ("message", "plural", "values")

    def __init__(self, message: str, plural: str | None, values: dict[str, Any]) -> None:
        self.message = message
        self.plural = plural
        self.values = values

    def sentence(self) -> str:
        """The words in the language in force, `%(name)s` places not filled."""
        if self.plural is None:
            return gettext(self.message)
        return ngettext(self.message, self.plural, int(self.values["n"]))

    def __str__(self) -> str:
        words = self.sentence()
        return words % self.values if self.values else words

    def __mod__(self, values: object) -> str:
        """WTForms fills its own values into a validator's message this way."""
        return str(self) % values

    def __repr__(self) -> str:
        return f"Text({self.message!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return (self.message, self.values) == (other.message, other.values)

    def __hash__(self) -> int:
        return hash((self.message, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


def text(message: str, **values: Any) -> Text:
    """A sentence with `%(name)s` places. With values, a literal percent sign is written `%%`."""
    return Text(message, None, values)


def ntext(singular: str, plural: str, n: int, **values: Any) -> Text:
    """A sentence that depends on a number, which it may name as `%(n)s`."""
    return Text(singular, plural, {"n": n, **values})


def moment(at: datetime, zone: str) -> str:
    """A moment as the clocks of `zone` show it, to the minute: Dec 7, 2026, 1:00 PM HST."""
    local, locale = at.astimezone(ZoneInfo(zone)), _language.get().replace("-", "_")
    hour = format_time(local, "short", locale=locale)
    words = str(get_datetime_format("medium", locale=locale))
    day = format_date(local, "medium", locale=locale)
    return f"{words.replace('{1}', day).replace('{0}', hour)} {local.tzname()}"


def day_of(at: datetime, zone: str) -> str:
    """The day a moment lies on in `zone`: December 7, 2026."""
    locale = _language.get().replace("-", "_")
    return format_date(at.astimezone(ZoneInfo(zone)), "long", locale=locale)


def film_moment(seconds: float) -> str:
    """A moment of a film as a player's clock shows it there: 0:43."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def sentences_of_toml(
    file: IO[bytes], _keywords: Any, _comments: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """What Babel asks of a file that is no code (see `babel.cfg`): each plain sentence in its rows,
    with the line it stands on."""
    words = file.read().decode()
    lines = words.splitlines()
    for row in tomllib.loads(words)["row"]:
        for name in ("data", "why", "kept", "then"):
            number = next(n for n, line in enumerate(lines, 1) if row[name] in line)
            yield number, "text", row[name], []
