"""Freezing a season: its public pages, films and downloads as files that need no server of ours.

Pages are fetched as a stranger gets them, so nothing is in an archive that is not public at that
moment; whoever makes it anew makes it without what was taken back since. Addresses become relative
ones, so that any web server and any object store can serve it, from any folder.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape
from urllib.parse import parse_qs, urljoin, urlsplit

from sqlalchemy.orm import Session, sessionmaker

from app.contest.models import Season
from app.core.archives import UNKNOWN, ArchivedFile
from app.core.errors import NotFound, Refused
from app.core.storage import Gone, Storage, pieces_of
from app.showcase import queries, rules
from app.video.recipes import picture_role


@dataclass(frozen=True)
class Fetched:
    """What the site answers to a stranger."""

    status: int
    mimetype: str
    body: Iterable[bytes]


Fetch = Callable[[str], Fetched]

ARCHIVE_MARK = "archive-of-a-contest.txt"
"""A file that says of a folder that it is an archive, and may be put aside for a newer one."""

_LINK = re.compile(r'(?<=\s)(href|src|srcset|poster|data-log)="([^"]*)"')
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_CSS_URL = re.compile(r'url\("([^"]+)"\)')
_IMPORT = re.compile(r'(?:from|import)\s+"(\./[^"]+)"')


def check_frozen(season: Season, now: datetime) -> None:
    """Raises Refused for a season of which no archive can be made."""
    if reason := rules.why_not_frozen(season, now):
        raise Refused(reason)


@dataclass
class Freezer:
    """Walks through a season's public pages from its winners on."""

    fetch: Fetch
    sessions: sessionmaker[Session]
    storage: Storage
    site: str
    """The site's public address, as its feeds write it."""
    year: int
    announced_at: datetime
    slugs: frozenset[str]
    """Of the films that anybody may see."""
    now: Callable[[], datetime]
    known: dict[str, str] = field(default_factory=dict)
    """Address to file name, of everything that is in the archive."""
    waiting: list[str] = field(default_factory=list)

    def files(self) -> Iterator[ArchivedFile]:
        """Every file, pages before what they show."""
        for start in self._starts():
            self._name(start)
        while self.waiting:
            address = self.waiting.pop(0)
            yield from self._file(address)
        yield _of_words("README.txt", _README % {"year": self.year})
        yield _of_words(ARCHIVE_MARK, f"{self.year}\n")

    def _starts(self) -> list[str]:
        year = self.year
        pages = [f"/winners/{year}", f"/gallery?year={year}", f"/rules/{year}"]
        pages += ["/privacy", "/accessibility", "/help"]
        pages += [f"/feeds/{year}/winners.atom", f"/feeds/{year}/winners.rss"]
        pages += [f"/watch/{slug}" for slug in sorted(self.slugs)]
        return pages

    def _file(self, address: str) -> Iterator[ArchivedFile]:
        name = self.known[address]
        if (stored := self._stored(address)) is not None:
            yield ArchivedFile(name, *stored)
            return
        fetched = self.fetch(address)
        if fetched.status != 200:
            list(fetched.body)
            raise RuntimeError(f"{address} answers {fetched.status}.")
        if address.endswith(".zip"):
            yield ArchivedFile(name, UNKNOWN, lambda: iter(fetched.body))
            return
        data = b"".join(fetched.body)
        if fetched.mimetype == "text/html":
            data = self._page(data.decode(), address, name).encode()
        elif fetched.mimetype == "text/css":
            self._note_all(_CSS_URL.findall(data.decode()), address)
        elif "javascript" in fetched.mimetype:
            self._note_all(_IMPORT.findall(data.decode()), address)
        elif fetched.mimetype in ("application/atom+xml", "application/rss+xml"):
            data = self._feed(data.decode(), name).encode()
        yield ArchivedFile(name, len(data), lambda: iter([data]))

    def _stored(self, address: str) -> tuple[int, Callable[[], Iterator[bytes]]] | None:
        """A film or picture, straight from the store: its own address may lead elsewhere. None for
        any other address, and for a file that is not there. It is asked again when its turn comes:
        somebody may have taken the film back meanwhile."""
        found = re.fullmatch(r"/media/([^/]+)/([\w-]+)\.(jpg|webp|avif|mp4)", address)
        if found is None:
            return None
        role = found[2]
        if (role, found[3]) == ("winner", "jpg"):
            role = "winner_poster"
        elif sized := re.fullmatch(r"(card|player)-(\d+)", role):
            role = picture_role(sized[1], int(sized[2]), found[3])
        with self.sessions() as session:
            try:
                watched = queries.get_watched(session, found[1], now=self.now())
            except NotFound:
                return None
            rendition = watched.rendition(role)
            if rendition is None:
                return None
            key = rendition.key
        try:
            size = self.storage.size(key)
        except Gone:
            return None
        return size, lambda: pieces_of(self.storage, key)

    # Addresses

    def _name(self, address: str) -> str | None:
        """The file that an address has in the archive; None for what only a server can answer."""
        if address in self.known:
            return self.known[address]
        name = self._name_of(address)
        if name is not None:
            self.known[address] = name
            self.waiting.append(address)
        return name

    def _name_of(self, address: str) -> str | None:
        where = urlsplit(address)
        path, year = where.path, self.year
        if path.startswith("/static/"):
            return path.removeprefix("/")
        if path == f"/winners/{year}":
            return "index.html"
        if path == "/gallery":
            asked = parse_qs(where.query)
            if asked.get("year") != [str(year)] or set(asked) - {"year", "page"}:
                return None
            page = asked.get("page", ["1"])[0]
            return f"gallery-{page}.html" if "page" in asked else "gallery.html"
        film = re.fullmatch(r"/(watch|media|winners)/([^/]+)(/guide|/press|/[\w-]+\.[\w.]+)?", path)
        if film is not None and film[2] in self.slugs:
            is_stored = film[1] == "media" and not path.endswith(".vtt")
            return _as_file(path) if not is_stored or self._stored(path) is not None else None
        others = (
            *(f"/vote/{year}/{page}" for page in ("verify", "report", "log.jsonl", "heads.atom")),
            *(f"/feeds/{year}/winners.{kind}" for kind in ("atom", "rss")),
            *("/vote/verify.py", f"/rules/{year}", "/privacy", "/accessibility", "/help"),
        )
        if path in others or re.fullmatch(r"/schools/\d+|/logos/[\w.-]+", path):
            return _as_file(path)
        return None

    def _note_all(self, links: Iterable[str], address: str) -> None:
        for link in links:
            if not link.startswith("data:"):
                self._name(urljoin(address, link).partition("?")[0])

    # Pages

    def _page(self, page: str, address: str, name: str) -> str:
        page = _FORM.sub("", page)

        def rewritten(found: re.Match[str]) -> str:
            attribute, link = found[1], unescape(found[2])
            if attribute == "srcset":
                return f'srcset="{escape(self._sizes(link, address, name))}"'
            if link.startswith(("#", "mailto:", "data:", "https://", "http://")):
                return found[0]
            target, hash_sign, fragment = urljoin(address, link).partition("#")
            target = target.removesuffix("&page=1")  # The first page has one address.
            # The fingerprint of a style sheet is for browsers that keep it; here it never changes.
            if target.startswith(("/static/", "/media/")):
                target = target.partition("?")[0]
            file = self._name(target)
            if file is None:
                # What only a server can do is words without a link.
                return f'data-was-{attribute}=""'
            relative = posixpath.relpath(file, posixpath.dirname(name) or ".")
            return f'{attribute}="{escape(relative + hash_sign + fragment)}"'

        return _LINK.sub(rewritten, page)

    def _sizes(self, srcset: str, address: str, name: str) -> str:
        """The sizes of a picture, by the names they have here."""
        sizes = []
        for each in srcset.split(", "):
            link, _blank, width = each.partition(" ")
            file = self._name(urljoin(address, link))
            if file is not None:
                sizes.append(f"{posixpath.relpath(file, posixpath.dirname(name) or '.')} {width}")
        return ", ".join(sizes)

    def _feed(self, feed: str, name: str) -> str:
        """A feed whose addresses are relative to where it lies."""

        def rewritten(found: re.Match[str]) -> str:
            file = self._name(unescape(found[1]))
            return found[0] if file is None else posixpath.relpath(file, posixpath.dirname(name))

        return re.sub(re.escape(self.site) + r"(/[^\"<\s]*)", rewritten, feed)


def _as_file(path: str) -> str:
    """The file of a page or a thing at an address."""
    name = path.strip("/")
    return name if "." in name.rpartition("/")[2] else f"{name}.html"


def _of_words(name: str, words: str) -> ArchivedFile:
    data = words.encode()
    return ArchivedFile(name, len(data), lambda: iter([data]))


_README = """The contest of %(year)s, as everybody could see it on the day this was made.

Begin with index.html. The folder works from any web server and any object store, in any place,
and needs nothing else: python3 -m http.server, for one, shows it on your own computer.

Films are here because everybody in them allowed it. When somebody takes that back, make the archive
anew and put it in the place of this one.
"""
