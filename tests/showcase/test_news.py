"""News to read and to subscribe to, and the season's dates for calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import fastfeedparser
import feedparser
import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import NewsItem, Season
from app.contest.rules import DATE_ORDER, Phase
from app.core import clock
from tests.browsing import Browser
from tests.factories import make_season

SignIn = Callable[..., Browser]


def tell(season: Season, title: str, *, ago: timedelta, words: str = "Come & see.") -> NewsItem:
    at = clock.now() - ago
    item = NewsItem(title=title, words=words, published_at=at, changed_at=at)
    season.news.append(item)
    return item


def test_news_are_public_from_their_moment_on_newest_first(
    session: Session, season: Season, client: Browser
) -> None:
    tell(season, "Old", ago=timedelta(days=9))
    tell(season, "New", ago=timedelta(minutes=5), words="One.\n\nTwo.")
    tell(season, "Planned", ago=-timedelta(days=1))
    session.commit()

    page, home = client.page("/news"), client.page("/")

    assert [h.text for h in page.all("h2")] == ["New", "Old"]
    assert [p.text for p in page.all("p", page.all("div", class_="prose")[0])] == ["One.", "Two."]
    assert "New" in [h.text for h in home.all("h2")]
    assert "Planned" not in page.html + home.html + client.get("/feeds/news.atom").text


def test_no_news_say_so(session: Session, season: Season, client: Browser) -> None:
    assert "No news yet" in client.page("/news").text
    assert "All news" not in client.page("/").text


def test_two_parsers_read_the_news(session: Session, season: Season, client: Browser) -> None:
    item = tell(season, "If & <when>", ago=timedelta(days=1), words="One.\x0b\n\nTwo <b>.")
    session.commit()

    answer = client.get("/feeds/news.atom")
    one, other = feedparser.parse(answer.data), fastfeedparser.parse(answer.text)

    assert (one.bozo, one.version) == (False, "atom10")
    assert [e.title for e in one.entries] == [e.title for e in other.entries] == ["If & <when>"]
    assert one.entries[0].link == other.entries[0].link == f"http://localhost/news#news-{item.id}"
    assert one.entries[0].content[0].value == "One.\n\nTwo <b>."
    assert one.entries[0].published_parsed[:5] == item.published_at.timetuple()[:5]
    assert one.entries[0].id == one.entries[0].link

    # A correction is news to readers, and the same entry.
    item.words, item.changed_at = "Another day.", clock.now()
    session.commit()
    again = feedparser.parse(client.get("/feeds/news.atom").data)
    assert again.entries[0].id == one.entries[0].id
    assert again.entries[0].updated_parsed > one.entries[0].updated_parsed
    assert again.feed.updated_parsed == again.entries[0].updated_parsed


@pytest.mark.parametrize("path", ["/calendar.ics", "/ja/calendar.ics"])
def test_calendar_has_every_date_as_the_instant_it_is(
    session: Session, season: Season, client: Browser, path: str
) -> None:
    season.name = "Awards, “films”; and more"
    session.commit()

    answer = client.get(path)
    read = Calendar.from_ical(answer.data)

    assert answer.content_type == "text/calendar; charset=utf-8"
    events = {str(e["uid"]): e for e in read.walk("VEVENT")}
    assert len(events) == len(DATE_ORDER)
    for name in DATE_ORDER:
        event = events[f"{season.year}-{name}@localhost"]
        assert event["dtstart"].dt.astimezone(UTC) == getattr(season, name).replace(microsecond=0)
        assert str(event["summary"]).endswith("Awards, “films”; and more")
    closes = str(events[f"{season.year}-submissions_close_at@localhost"]["summary"])
    assert closes.startswith("Submissions close") is (path == "/calendar.ics")


def test_there_is_no_calendar_before_a_season(client: Browser) -> None:
    assert client.get("/calendar.ics").status_code == 404
    assert client.get("/feeds/news.atom").status_code == 200


def test_organizer_writes_news_in_the_zone_of_the_season(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page("/organizer/season/news/add"),
        title="Filming evening",
        words="Come.\n\nBring a friend.",
        published_at="2026-03-04T08:30",
    )

    assert page.messages == ["Saved."]
    (item,) = season.news
    assert (item.title, item.words.split()) == (
        "Filming evening",
        ["Come.", "Bring", "a", "friend."],
    )
    assert item.published_at == datetime(2026, 3, 4, 18, 30, tzinfo=UTC)
    again = browser.page(f"/organizer/season/news/{item.id}")
    assert again.one("input", name="published_at").get("value") == "2026-03-04T08:30"


def test_news_of_an_earlier_season_can_be_mended_and_removed(
    session: Session, season: Season, olivia: User, sign_in: SignIn, client: Browser
) -> None:
    item = tell(season, "Of old", ago=timedelta(days=300))
    make_season(session, Phase.SUBMISSIONS, year=season.year + 1)
    session.commit()
    browser = sign_in(olivia)
    page = browser.page("/organizer/season/news")
    assert page.links()["Of old"] == f"/organizer/season/news/{item.id}"

    browser.submit(browser.page(f"/organizer/season/news/{item.id}"), title="Mended")
    assert (item.title, item.season_id) == ("Mended", season.id)
    browser.submit(page, f"/organizer/season/news/{item.id}/remove")

    assert "Mended" not in client.page("/news").text


@pytest.mark.parametrize(
    "values",
    [
        {"title": " "},
        {"title": "x" * 121},
        {"words": ""},
        {"words": "x" * 4001},
        {"published_at": "soon"},
        {"published_at": "0001-01-01T00:00"},
    ],
)
def test_garbage_is_no_news_and_is_not_lost(
    session: Session, season: Season, olivia: User, sign_in: SignIn, values: dict[str, str]
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page("/organizer/season/news/add"),
        status=422,
        **{"title": "Kept", "words": "Words", "published_at": "2026-03-04T08:30", **values},
    )

    assert page.mistakes
    if "title" not in values:
        assert page.one("input", name="title").get("value") == "Kept"
    assert season.news == []
