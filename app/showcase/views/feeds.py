"""What programs read: feeds of the winners, the map of the site, where robots may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.contest import queries as contest
from app.contest import rules as season_rules
from app.contest.models import Season
from app.contest.rules import LICENCE_ADDRESSES, LICENCE_NAMES, Licence
from app.core import clock
from app.media.models import Rendition
from app.showcase import queries
from app.showcase.queries import Watched
from app.showcase.views.pages import public_pages
from app.showcase.views.watching import film_address, poster_address
from app.web.access import public
from app.web.addresses import absolute
from app.web.cache import cached
from app.web.db import platform, session

NEWEST = 100
"""Winners in a feed at most; the site's map has them all."""


@dataclass(frozen=True)
class Told:
    """A winner as feeds tell of it: only what may be given away."""

    watched: Watched
    id: str
    address: str
    poster: str
    captions: str
    films: list[tuple[str, Rendition]]
    kit: str

    @property
    def moment(self) -> datetime:
        """When it was announced."""
        return self.watched.season.announced_at or clock.now()

    @property
    def mail_moment(self) -> str:
        return format_datetime(self.moment)

    @property
    def licence(self) -> Licence:
        return Licence(self.watched.entry.licence)

    @property
    def credit(self) -> str:
        return f"{self.watched.entry.team_name}, {self.watched.entry.school.name}"


def _told(watched: Watched) -> Told:
    slug = watched.entry.slug or ""
    return Told(
        watched,
        _tag(watched.season, watched.asset.name if watched.asset else ""),
        absolute("public.showcase.watch", slug=slug),
        poster_address(watched),
        absolute("public.showcase.captions", slug=slug),
        [(film_address(watched, each.role), each) for each in watched.versions()],
        absolute("public.showcase.kit", slug=slug) if watched.branded else "",
    )


def _tag(season: Season, mark: str) -> str:
    """A film's name for feed readers (RFC 4151): random, so that it tells nothing once the film is
    gone."""
    host = urlsplit(platform().public_url).hostname
    return f"tag:{host},{season.year}:film/{mark}"


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML may hold (XML 1.0, 2.2): one such letter would end a feed for everybody."""


def xml(template: str, mimetype: str, **values: object) -> Response:
    """An answer for programs, without the letters that XML may not hold."""
    return Response(_NO_XML.sub("", render_template(template, **values)), mimetype=mimetype)


def _feed(template: str, mimetype: str, here: str, year: int | None) -> Response:
    now = clock.now()
    announced = contest.announced_seasons(session(), now=now)
    if year is not None:
        announced = [each for each in announced if each.year == year]
        if not announced:
            raise PageNotFound
    told = [_told(each) for each in queries.given_away(session(), announced, now=now)[:NEWEST]]
    gone = queries.retired(session(), announced, now=now)[:NEWEST]
    season = contest.find_current_season(session())
    moments = [
        *(each.moment for each in told),
        *(each.at for each in gone),
        *(s.announced_at for s in announced if s.announced_at),
    ]
    return xml(
        template,
        mimetype,
        told=told,
        gone=[(_tag(each.season, each.mark), each) for each in gone],
        name=season.name if season else "Hoike",
        here=absolute(here, year=year),
        page=absolute("public.showcase.winners_of", year=year)
        if year is not None
        else absolute("public.showcase.winners"),
        updated=max(moments, default=now),
        mail_moment=format_datetime,
        licence_names=LICENCE_NAMES,
        licence_addresses=LICENCE_ADDRESSES,
    )


@public_pages.get("/feeds/winners.atom")
@public_pages.get("/feeds/<int(max=9999):year>/winners.atom")
@public
@cached
def atom(year: int | None = None) -> ResponseReturnValue:
    """The winners, newest season first (RFC 4287, with the media elements of Media RSS)."""
    return _feed("showcase/winners.atom.xml", "application/atom+xml", "public.showcase.atom", year)


@public_pages.get("/feeds/winners.rss")
@public_pages.get("/feeds/<int(max=9999):year>/winners.rss")
@public
@cached
def rss(year: int | None = None) -> ResponseReturnValue:
    """The winners with every version, for players and stations (RSS 2.0 with Media RSS)."""
    return _feed("showcase/winners.rss.xml", "application/rss+xml", "public.showcase.rss", year)


@public_pages.get("/sitemap.xml")
@public
@cached
def sitemap() -> ResponseReturnValue:
    """Every page that a search engine may show."""
    now = clock.now()
    season = contest.find_current_season(session())
    announced = contest.announced_seasons(session(), now=now)
    pages = [
        absolute(f"public.showcase.{page}")
        for page in ("home", "winners", "news", "privacy", "accessibility", "help_page")
    ]
    if season is not None:
        pages += [absolute("public.showcase.rules"), absolute("public.showcase.gallery")]
        if season_rules.is_vote_open(season, now):
            pages.append(absolute("public.voting.ballot"))
    pages += [absolute("public.showcase.winners_of", year=each.year) for each in announced]
    told = [_told(each) for each in queries.given_away(session(), announced, now=now)]
    return xml(
        "showcase/sitemap.xml",
        "application/xml",
        pages=pages,
        told=told,
        schools=_schools(told),
        whole_seconds=lambda seconds: max(1, round(seconds)),
    )


def _schools(told: Sequence[Told]) -> list[str]:
    ids = sorted({each.watched.entry.school_id for each in told})
    return [absolute("public.showcase.school", school_id=each) for each in ids]


@public_pages.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Where programs that collect pages need not go."""
    closed = "".join(
        f"Disallow: {front}{path}\n"
        for front in ("", "/*")
        for path in ("/account/", "/teacher/", "/team/", "/judge/", "/organizer/", "/vote/confirm/")
    )
    words = f"User-agent: *\n{closed}Sitemap: {absolute('public.showcase.sitemap')}\n"
    return Response(words, mimetype="text/plain")
