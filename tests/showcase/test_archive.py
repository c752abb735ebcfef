"""A season as a folder of files: nothing in it leads nowhere, and nothing in it is not public."""

from __future__ import annotations

import functools
import io
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import urlopen

import html5lib
import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.media.models import Asset
from app.showcase import queries
from tests.browsing import Browser
from tests.factories import make_entry, make_season
from tests.showcase.films import give_place, store
from tests.showcase.test_pictures import add_pictures

LINKS = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "video": "poster",
    "source": "src",
    "track": "src",
    "use": "href",
    "button": "data-log",
}


@pytest.fixture
def second(session: Session, season: Season, platform: Platform, tmp_path: Path) -> Entry:
    """Another entry that anybody may watch, and one nobody may."""
    entry = make_entry(session, season, slug="think-first", title="Think First")
    give_place(session, season, entry, 2)
    folder = tmp_path / "second"
    folder.mkdir()
    make_entry(session, season, slug="kept", title="Kept", captions="")
    store(session, platform, session.get_one(Asset, entry.asset_id), folder)
    make_season(session, Phase.SUBMISSIONS, year=season.year + 1)
    session.commit()
    return entry


@pytest.fixture
def pictures(session: Session, platform: Platform, winner: Entry, tmp_path: Path) -> None:
    """The winner's posters in the sizes that pages show."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    add_pictures(session, platform, winner, folder, "card", "player")


@pytest.fixture
def frozen(
    app: Flask, season: Season, winner: Entry, second: Entry, pictures: None, tmp_path: Path
) -> Path:
    folder = tmp_path / "archive"
    run(app, season.year, folder)
    return folder


def run(app: Flask, year: int, folder: Path) -> str:
    result = app.test_cli_runner().invoke(
        args=["archive", str(year), str(folder)], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.output


def links_of(page: str) -> Iterator[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for tag, name in LINKS.items():
        for element in tree.iter(tag):
            if element.get(name):
                yield str(element.get(name))
    for element in tree.iter("source"):
        for size in (element.get("srcset") or "").split(", "):
            yield size.partition(" ")[0]


@pytest.fixture
def served(frozen: Path) -> Iterator[str]:
    """The folder behind `python -m http.server`, one folder down."""
    handler = functools.partial(Quiet, directory=str(frozen.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{frozen.name}/"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


def test_no_link_leads_nowhere(served: str, frozen: Path) -> None:
    seen: set[str] = set()
    waiting = [urljoin(served, "index.html")]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        with urlopen(address) as answer:  # noqa: S310 (our own server)
            assert answer.status == 200
            body = answer.read()
        if address.endswith(".html"):
            for link in links_of(body.decode()):
                if not link.startswith(("http", "mailto:", "data:", "#")):
                    assert not link.startswith("/"), (address, link)
                    waiting.append(urljoin(address, link).partition("#")[0])
        elif address.endswith(".css"):
            for link in re.findall(r'url\("?([^")]+)"?\)', body.decode()):
                if not link.startswith("data:"):
                    waiting.append(urljoin(address, link))
    inside = {unquote(urlsplit(a).path).partition("/archive/")[2] for a in seen}
    for name in (
        "gallery.html", "watch/if-only.html", "watch/if-only/guide.html", "privacy.html",
        "media/if-only/winner_1080.mp4", "media/if-only/captions.vtt",
        "media/if-only/card-320.avif", "media/if-only/card-960.jpg", "media/if-only/player-960.jpg",
        "winners/if-only/kit.zip", "winners/if-only/school-kit.zip", "watch/think-first.html",
    ):  # fmt: skip
        assert name in inside, name
        assert (frozen / name).is_file()


def test_films_and_kits_are_whole(frozen: Path, client: Browser, winner: Entry) -> None:
    for name in ("media/if-only/winner_1080.mp4", "media/if-only/winner.jpg"):
        assert (frozen / name).read_bytes() == client.get(f"/{name}").data, name
    with zipfile.ZipFile(frozen / "winners/if-only/kit.zip") as kit:
        assert kit.testzip() is None
    assert (frozen / "media/if-only/captions.vtt").read_text().startswith("the winner_captions")


def test_nothing_in_it_wants_a_server_or_is_not_public(frozen: Path, season: Season) -> None:
    for path in frozen.rglob("*.html"):
        page = path.read_text()
        assert "<form" not in page, path
        assert "csrf_token" not in page, path
        assert "data-played" not in page, path
        assert "Show it to others" not in page, path
        assert "Canaryname" not in page, path
        assert "Kept" not in page, path
        assert str(season.year + 1) not in page.partition("<main")[0], path
        for link in links_of(page):
            assert "/account/" not in link, (path, link)
    assert not (frozen / "watch/kept.html").exists()
    assert not (frozen / "watch/if-only/shown.html").exists()


def test_feeds_are_there_and_relative(frozen: Path, season: Season) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = fromstring((frozen / f"feeds/{season.year}/winners.atom").read_text())
    links = {str(e.get("href")) for e in feed.iter(f"{atom}link") if e.get("rel") != "license"}
    assert "../../watch/if-only.html" in links
    assert [each for each in links if each.startswith("http")] == []
    for link in links:
        assert (frozen / f"feeds/{season.year}" / link).resolve().exists(), link


def test_what_was_taken_back_is_gone_when_it_is_made_anew(
    app: Flask, session: Session, frozen: Path, season: Season, winner: Entry
) -> None:
    assert (frozen / "watch/if-only.html").exists()
    winner.people[0].releases[1].revoked_at = clock.now()
    session.commit()

    run(app, season.year, frozen)

    assert not list(frozen.rglob("*if-only*"))
    assert not [p for p in frozen.rglob("*.html") if "If Only" in p.read_text()]
    assert (frozen / "watch/think-first.html").exists()
    assert [p.name for p in frozen.parent.glob(".archive*")] == []


def test_a_folder_that_holds_something_else_is_left_alone(
    app: Flask, session: Session, season: Season, winner: Entry, tmp_path: Path
) -> None:
    session.commit()
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    result = app.test_cli_runner().invoke(args=["archive", str(season.year), str(folder)])

    assert result.exit_code == 1
    assert "Nothing was touched" in result.output
    assert [p.name for p in folder.iterdir()] == ["thesis.txt"]
    assert [p.name for p in tmp_path.glob(".archive*")] == []


def test_every_page_of_a_large_gallery_is_there(
    app: Flask, session: Session, season: Season, winner: Entry, tmp_path: Path
) -> None:
    asset = session.get_one(Asset, winner.asset_id)
    for n in range(queries.PAGE + 3):
        make_entry(session, season, slug=f"film-{n}", title=f"Film {n}", asset=asset)
    session.commit()
    folder = tmp_path / "large"

    run(app, season.year, folder)

    assert len(list((folder / "watch").glob("film-*.html"))) == queries.PAGE + 3
    assert 'href="gallery-2.html"' in (folder / "gallery.html").read_text()
    assert 'href="gallery.html"' in (folder / "gallery-2.html").read_text()
    assert not (folder / "gallery-1.html").exists()


def test_a_school_stands_in_it_with_this_year_alone_and_a_lost_file_is_left_out(
    app: Flask, session: Session, season: Season, winner: Entry, platform: Platform, tmp_path: Path
) -> None:
    earlier = make_season(session, Phase.ANNOUNCED, year=season.year - 1)
    make_entry(session, earlier, slug="earlier", title="Earlier Film", school=winner.school)
    asset = session.get_one(Asset, winner.asset_id)
    poster = asset.rendition("poster")
    assert poster is not None
    platform.storage.delete(poster.key)
    session.commit()
    folder = tmp_path / "archive"

    run(app, season.year, folder)

    school = (folder / f"schools/{winner.school_id}.html").read_text()
    assert "If Only" in school
    assert "Earlier Film" not in school
    for path in folder.rglob("*.html"):
        assert ' src="/' not in path.read_text(), path
        assert ' poster="/' not in path.read_text(), path


def test_before_the_announcement_there_is_none(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    season = make_season(session, Phase.SEALED)
    session.commit()
    for year in (season.year, 1999):
        result = app.test_cli_runner().invoke(args=["archive", str(year), str(tmp_path / "x")])
        assert result.exit_code == 1
    assert not (tmp_path / "x").exists()


def test_the_button_sends_the_same_files(
    sign_in: Callable[..., Browser],
    olivia: User,
    alice: User,
    season: Season,
    frozen: Path,
) -> None:
    browser = sign_in(olivia)
    page = browser.page("/organizer/archive/")

    answer = browser.send(page, f"/organizer/archive/{season.year}.zip")

    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        names = {n.partition("/")[2]: archive.read(n) for n in archive.namelist()}
    assert names.keys() == {
        p.relative_to(frozen).as_posix() for p in frozen.rglob("*") if p.is_file()
    }
    assert names["watch/if-only.html"] == (frozen / "watch/if-only.html").read_bytes()
    assert sign_in(alice).get("/organizer/archive/").status_code == 403
