"""What organizers tell everybody, to read, to subscribe to, and the dates for a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import render_template
from flask.typing import ResponseReturnValue
from icalendar import Calendar, Event
from werkzeug.wrappers import Response

from app import texts
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.core import clock
from app.showcase.views.feeds import xml
from app.showcase.views.pages import public_pages
from app.web.access import public
from app.web.addresses import absolute
from app.web.cache import cached
from app.web.db import platform, session

CALENDAR_REFRESH = timedelta(hours=12)
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""When a feed changed that has nothing in it."""


@public_pages.get("/news")
@public
@cached
def news() -> ResponseReturnValue:
    return render_template(
        "showcase/news.html",
        season=contest.find_current_season(session()),
        items=contest.public_news(session(), now=clock.now()),
    )


@public_pages.get("/feeds/news.atom")
@public
@cached
def news_feed() -> ResponseReturnValue:
    """The news for feed readers (RFC 4287)."""
    now = clock.now()
    items = contest.public_news(session(), now=now)
    season = contest.find_current_season(session())
    return xml(
        "showcase/news.atom.xml",
        "application/atom+xml",
        items=items,
        name=season.name if season else "Hoike",
        here=absolute("public.showcase.news_feed"),
        page=absolute("public.showcase.news"),
        updated=max((item.updated_at for item in items), default=NEVER),
    )


@public_pages.get("/calendar.ics")
@public
@cached
def calendar() -> ResponseReturnValue:
    """The season's dates, to subscribe to (RFC 5545). A date that moves, moves in calendars too."""
    season = contest.get_current_season(session())
    host = urlsplit(platform().public_url).hostname
    told = Calendar()
    told.add("prodid", "-//Hoike//calendar//EN")
    told.add("version", "2.0")
    told.add("method", "PUBLISH")
    told.add("name", f"{season.name} {season.year}")
    told.add("x-wr-calname", f"{season.name} {season.year}")
    told.add("refresh-interval", CALENDAR_REFRESH, parameters={"VALUE": "DURATION"})
    for name in season_rules.DATE_ORDER:
        event = Event()
        event.add("uid", f"{season.year}-{name}@{host}")
        event.add("dtstamp", clock.now().replace(second=0, microsecond=0))
        event.add("dtstart", getattr(season, name))
        event.add("summary", f"{season_rules.DATE_NAMES[name]} · {season.name}")
        event.add("url", absolute("public.showcase.rules"))
        # A deadline is a moment; nobody is busy for it.
        event.add("transp", "TRANSPARENT")
        told.add_component(event)
    return Response(
        told.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Language": texts.language()},
    )
