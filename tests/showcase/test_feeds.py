"""What programs read of the winners: feeds, the map of the site, pages in other sites' frames."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import fastfeedparser
import feedparser
import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import clock
from app.entries import services as entries
from app.entries.models import Entry
from app.entries.rules import EntryStatus, Rung
from tests.browsing import Browser
from tests.factories import make_entry, make_person
from tests.showcase.films import give_place

FEEDS = ("/feeds/winners.atom", "/feeds/winners.rss")
MRSS = "{http://search.yahoo.com/mrss/}"


def revoke(entry: Entry, rung: Rung) -> None:
    for each in entry.people[0].releases:
        if each.rung == rung:
            each.revoked_at = clock.now()


@pytest.mark.parametrize("path", FEEDS)
def test_two_parsers_read_the_same_winners(
    session: Session, client: Browser, season: Season, winner: Entry, path: str
) -> None:
    winner.title = "If Only & <Then>"
    second = make_entry(session, season, slug="second", title="Second")
    give_place(session, season, second, 2)

    answer = client.get(path)
    one, other = feedparser.parse(answer.data), fastfeedparser.parse(answer.text)

    assert one.bozo is False
    assert one.version in ("atom10", "rss20")
    assert {each.title for each in one.entries} == {"If Only & <Then>", "Second"}
    assert {each.title for each in other.entries} == {"If Only & <Then>", "Second"}
    links = {"http://localhost/watch/if-only", "http://localhost/watch/second"}
    assert {each.link for each in one.entries} == {each.link for each in other.entries} == links
    assert len({each.id for each in one.entries}) == 2
    (ours,) = [each for each in one.entries if each.link.endswith("/if-only")]
    assert season.announced_at is not None
    assert ours.published_parsed[:3] == season.announced_at.timetuple()[:3]
    films = [each.href for each in ours.enclosures if each.type == "video/mp4"]
    assert "http://localhost/media/if-only/winner_1080.mp4" in films
    assert ours.media_thumbnail[0]["url"] == "http://localhost/media/if-only/winner.jpg"


def test_media_rss_tells_of_every_version_captions_hash_and_licence(
    client: Browser, winner: Entry
) -> None:
    item = fromstring(client.get("/feeds/winners.rss").data).find("channel/item")
    assert item is not None

    films = {each.get("url"): each for each in item.iter(f"{MRSS}content")}

    assert list(films) == [
        "http://localhost/media/if-only/winner_1080.mp4",
        "http://localhost/media/if-only/winner_480.mp4",
    ]
    for address, told in films.items():
        film = client.get(str(address).removeprefix("http://localhost"))
        assert told.get("fileSize") == str(len(film.data))
        assert (told.get("type"), told.get("medium")) == ("video/mp4", "video")
        assert told.findtext(f"{MRSS}hash") == hashlib.sha256(film.data).hexdigest()
    subtitles = item.find(f"{MRSS}subTitle")
    assert subtitles is not None
    assert subtitles.get("href") == "http://localhost/media/if-only/captions.vtt"
    assert subtitles.get("lang") == "en"
    licence = item.find(f"{MRSS}license")
    assert licence is not None
    assert licence.get("href") == "https://creativecommons.org/licenses/by/4.0/"
    assert item.findtext(f"{MRSS}rating") == "nonadult"


def test_what_is_not_given_away_is_in_no_feed(
    session: Session, client: Browser, season: Season, winner: Entry
) -> None:
    make_entry(session, season, slug="no-winner", title="No winner")
    for path in (*FEEDS, "/sitemap.xml"):
        text = client.get(path).text
        assert "/watch/if-only" in text, path
        assert "no-winner" not in text, path

    revoke(winner, Rung.WINNER)

    for path in (*FEEDS, "/sitemap.xml"):
        assert "if-only" not in client.get(path).text, path
    for path in ("/embed/if-only", "/watch/if-only/guide", oembed_of("if-only")):
        assert client.get(path).status_code == 410, path
    page = client.page("/watch/if-only")
    assert 'content="noindex"' in page.html
    assert "ld+json" not in page.html


def test_before_the_announcement_feeds_are_empty(
    client: Browser, season: Season, winner: Entry
) -> None:
    season.announced_at = None
    for path in FEEDS:
        assert feedparser.parse(client.get(path).data).entries == []
    for path in ("/embed/if-only", oembed_of("if-only")):
        assert client.get(path).status_code == 404


def test_a_withdrawn_winner_leaves_a_tombstone_and_no_title(
    session: Session, client: Browser, winner: Entry
) -> None:
    first = feedparser.parse(client.get("/feeds/winners.atom").data).entries[0].id

    entries.retire_address(session, winner, now=clock.now())
    winner.status = EntryStatus.WITHDRAWN
    session.flush()

    text = client.get("/feeds/winners.atom").text
    assert f'<at:deleted-entry ref="{first}"' in text
    assert "if-only" not in text
    for path in ("/watch/if-only", "/embed/if-only", "/media/if-only/winner_1080.mp4",
                 "/winners/if-only/kit.zip", "/media/if-only/captions.vtt"):  # fmt: skip
        gone = client.get(path)
        assert gone.status_code == 410, path
    assert "was taken down" in client.get("/watch/if-only").text
    assert client.get("/watch/never-was").status_code == 404


def test_a_winner_that_is_taken_back_leaves_a_tombstone_until_it_is_given_again(
    session: Session, client: Browser, winner: Entry
) -> None:
    first = feedparser.parse(client.get("/feeds/winners.atom").data).entries[0].id
    revoke(winner, Rung.WINNER)

    text = client.get("/feeds/winners.atom").text

    assert f'<at:deleted-entry ref="{first}"' in text
    for each in winner.people[0].releases:
        each.revoked_at = None
    text = client.get("/feeds/winners.atom").text
    assert "deleted-entry" not in text
    assert first in text


def test_what_nobody_could_ever_see_was_never_there(
    session: Session, client: Browser, season: Season
) -> None:
    secret = make_entry(session, season, slug="secret-film")
    make_person(session, secret, Rung.JUDGED)
    give_place(session, season, secret)
    for path in ("/watch/secret-film", "/embed/secret-film", "/media/secret-film/poster.jpg"):
        assert client.get(path).status_code == 404, path
    entries.retire_address(session, secret, now=clock.now())
    session.flush()
    assert client.get("/watch/secret-film").status_code == 404
    assert "deleted-entry" not in client.get("/feeds/winners.atom").text


@pytest.mark.parametrize("path", [*FEEDS, "/sitemap.xml"])
def test_no_letter_ends_a_feed_for_everybody(client: Browser, winner: Entry, path: str) -> None:
    winner.synopsis, winner.title = "a\x0bb\x07c", "If\x1b Only\ufffe"
    assert fromstring(client.get(path).data) is not None


# Machines that read pages


def objects(page: str) -> Iterator[dict[str, Any]]:
    for part in page.split('<script type="application/ld+json">')[1:]:
        yield json.loads(part.partition("</script>")[0])


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list):
        for each in value:
            yield from nodes(each)


def test_machines_are_told_of_the_film_and_of_no_person(
    session: Session, client: Browser, winner: Entry
) -> None:
    make_person(session, winner, *Rung, alias="Kai")
    winner.title = "</script><script>alert(1)"

    (told,) = objects(client.page("/watch/if-only").html)

    assert told["@type"] == "VideoObject"
    assert told["name"] == winner.title
    for name in ("thumbnailUrl", "contentUrl", "embedUrl", "license", "uploadDate", "transcript"):
        assert told[name], name
    assert told["contentUrl"] == "http://localhost/media/if-only/winner_1080.mp4"
    kinds = [each.get("@type") for each in nodes(told)]
    assert "Person" not in kinds
    assert "Kai" not in json.dumps(told)
    assert "Canaryname" not in json.dumps(told)


def oembed_of(slug: str, **more: object) -> str:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/oembed?url=http%3A%2F%2Flocalhost%2Fwatch%2F{slug}{asked}"


def test_other_sites_learn_how_to_show_it(client: Browser, winner: Entry) -> None:
    page = client.page("/watch/if-only")
    (link,) = [e for e in page.all("link") if e.get("type") == "application/json+oembed"]
    address = str(link.get("href")).removeprefix("http://localhost")

    told = client.get(address).json

    assert told is not None
    assert (told["version"], told["type"], told["title"]) == ("1.0", "video", "If Only")
    assert (told["width"], told["height"]) == (640, 360)
    assert 'src="http://localhost/embed/if-only"' in told["html"]
    small = client.get(oembed_of("if-only", maxwidth=300, maxheight=9999)).json
    assert small is not None
    assert (small["width"], small["height"]) == (300, 168)
    xml = fromstring(client.get(oembed_of("if-only", format="xml")).data)
    assert (xml.tag, xml.findtext("title")) == ("oembed", "If Only")
    assert client.get(oembed_of("if-only", format="yaml")).status_code == 501


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "http://elsewhere.example/watch/if-only", "http://localhost/gallery",
     "http://localhost/watch/", "http://[", "http://localhost/watch/if-only/guide", "x" * 9000],
)  # fmt: skip
def test_addresses_that_are_no_film_of_ours(client: Browser, winner: Entry, url: str) -> None:
    assert client.get("/oembed", query_string={"url": url}).status_code == 404


def test_the_frame_may_be_anywhere_and_keeps_nothing(client: Browser, winner: Entry) -> None:
    frame, page = client.get("/embed/if-only"), client.get("/watch/if-only")

    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "Set-Cookie" not in frame.headers
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_map_names_pages_that_are_there(client: Browser, winner: Entry) -> None:
    site = fromstring(client.get("/sitemap.xml").data)
    place = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    pages = [str(each.text) for each in site.iter(place)]

    assert "http://localhost/watch/if-only" in pages
    assert f"http://localhost/schools/{winner.school_id}" in pages
    for page in pages:
        assert client.get(page.removeprefix("http://localhost")).status_code == 200, page
    robots = client.get("/robots.txt").text
    assert "Disallow: /organizer/" in robots
    assert "Sitemap: http://localhost/sitemap.xml" in robots
