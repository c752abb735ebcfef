"""Pages and mails speak the language asked for, among those there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app, texts
from app.contest.rules import Phase
from app.core import mail
from app.core.mail import Link, Message
from app.texts import Text, gettext, ntext, text, use_language
from config import Config
from tests.browsing import Browser
from tests.conftest import settings_for
from tests.factories import make_season

# A language made up for tests, written from right to left in the second.
WORDS = {
    "eo": {
        "Sign in": "Ensaluti",
        "Choose a new password": "Nova pasvorto",
        "Gallery": "Galerio",
        "Hello %(name)s,": "Sal %(name)s,",
    },
    "ar": {"Sign in": "دخول", "Gallery": "معرض"},
}


@pytest.fixture
def catalogs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "translations"
    for tag, words in WORDS.items():
        catalog = Catalog(locale=tag)
        for message, translated in words.items():
            catalog.add(message, translated)
        catalog.add(("%(n)s entry", "%(n)s entries"), ("%(n)s ero", "%(n)s eroj"))
        path = folder / tag / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, catalog)
    monkeypatch.setattr(texts, "CATALOGS", folder)
    monkeypatch.setattr(texts, "_loaded", {})
    return folder


@pytest.fixture
def app(database: str, tmp_path: Path, catalogs: Path) -> Iterator[Flask]:
    app = create_app(Config.from_env(settings_for(database, tmp_path, {})))
    yield app
    app.extensions["hoike"].engine.dispose()


@pytest.mark.parametrize(
    ("asked", "heading", "tag", "direction"),
    [
        ("eo", "Ensaluti", "eo", "ltr"),
        ("de, eo;q=0.5, en;q=0.1", "Ensaluti", "eo", "ltr"),
        ("ar-EG", "دخول", "ar", "rtl"),
        ("de", "Sign in", "en", "ltr"),
        ("", "Sign in", "en", "ltr"),
        ("*;q=banana", "Sign in", "en", "ltr"),
    ],
)
def test_page_speaks_what_the_browser_asks_for(
    client: Browser, asked: str, heading: str, tag: str, direction: str
) -> None:
    page = client.page("/account/sign-in", headers={"Accept-Language": asked})

    html = page.one("html")
    assert (page.heading, html.get("lang"), html.get("dir")) == (heading, tag, direction)
    assert page.response.headers["Content-Language"] == tag
    assert "Accept-Language" in page.response.vary


@pytest.mark.parametrize(
    ("path", "heading", "tag", "direction"),
    [
        ("/eo/gallery", "Galerio", "eo", "ltr"),
        ("/EO/gallery", "Galerio", "eo", "ltr"),
        ("/ar/gallery", "معرض", "ar", "rtl"),
        ("/gallery", "Gallery", "en", "ltr"),
    ],
)
def test_public_page_speaks_what_its_address_says_and_nothing_else(
    session: Session, client: Browser, path: str, heading: str, tag: str, direction: str
) -> None:
    make_season(session, Phase.VOTING)
    session.commit()
    for asked in ("eo", "de", ""):
        page = client.page(path, headers={"Accept-Language": asked})

        html = page.one("html")
        assert (page.heading, html.get("lang"), html.get("dir")) == (heading, tag, direction)
        assert page.response.headers["Content-Language"] == tag
        assert "Accept-Language" not in page.response.vary


def test_links_keep_the_language_and_files_have_one_address(
    session: Session, client: Browser
) -> None:
    make_season(session, Phase.VOTING)
    session.commit()
    page = client.page("/eo/gallery?q=a%20b&page=1")

    inside = [str(a.get("href")) for a in page.all("a", class_="site-name")]
    inside += [str(a.get("href")) for a in page.all("a", page.one("main")) if a.get("href")]
    assert inside
    assert [href for href in inside if not href.startswith("/eo/")] == []
    assert page.one("form", role="search").get("action") == "/eo/gallery"
    files = [str(e.get("src") or e.get("href")) for e in [*page.all("script"), *page.all("link")]]
    assert [f for f in files if "/static/" in f and not f.startswith("/static/")] == []
    others = {
        str(e.get("hreflang")): str(e.get("href"))
        for e in page.all("link", rel="alternate")
        if e.get("hreflang")
    }
    assert others == {
        "en": "http://localhost/gallery?q=a%20b&page=1",
        "x-default": "http://localhost/gallery?q=a%20b&page=1",
        "ar": "http://localhost/ar/gallery?q=a%20b&page=1",
        "eo": "http://localhost/eo/gallery?q=a%20b&page=1",
    }
    switch = page.links()
    assert switch["English"] == "/gallery?q=a%20b&page=1"
    assert "/eo/gallery?q=a%20b&page=1" in switch.values()


@pytest.mark.parametrize("path", ["/tlh/gallery", "/eo/no-such", "/eo/eo/gallery"])
def test_addresses_that_name_no_page(session: Session, client: Browser, path: str) -> None:
    make_season(session, Phase.VOTING)
    session.commit()
    assert client.get(path).status_code == 404


def test_a_kept_page_is_kept_for_its_language(session: Session, client: Browser) -> None:
    make_season(session, Phase.VOTING)
    session.commit()
    for _ in range(2):
        assert client.page("/eo/gallery").heading == "Galerio"
        assert client.page("/gallery").heading == "Gallery"
    etags = {client.get(p).headers["ETag"] for p in ("/eo/gallery", "/gallery", "/ar/gallery")}
    assert len(etags) == 3


def test_a_draft_says_so(session: Session, client: Browser) -> None:
    make_season(session, Phase.VOTING)
    session.commit()
    assert "is a draft" in client.page("/eo/gallery").html
    assert "is a draft" not in client.page("/gallery").html


def test_language_of_one_request_does_not_stay_for_the_next(client: Browser) -> None:
    client.get("/account/sign-in", headers={"Accept-Language": "eo"})

    assert texts.language() == "en"
    assert client.page("/account/sign-in").heading == "Sign in"


def test_mail_speaks_the_language_it_was_written_in(session: Session, app: Flask) -> None:
    link = {"link": Link("/account/reset/x")}
    with use_language("eo"):
        row = mail.send(session, Message("a@example.org", "accounts/reset", {"name": "Ana"}, link))

    rendered = app.extensions["hoike"].postman.render(row)

    assert rendered.subject == "Nova pasvorto"
    assert rendered.text.startswith("Sal Ana,")
    assert '<html lang="eo"' in rendered.html


def test_text_waits_for_its_language(catalogs: Path) -> None:
    waiting = text("Sign in")

    with use_language("eo"):
        inside = str(waiting)

    assert (inside, str(waiting)) == ("Ensaluti", "Sign in")


@pytest.mark.parametrize(
    ("n", "english", "other"), [(1, "1 entry", "1 ero"), (3, "3 entries", "3 eroj")]
)
def test_text_counts_in_its_language(catalogs: Path, n: int, english: str, other: str) -> None:
    waiting = ntext("%(n)s entry", "%(n)s entries", n)

    with use_language("eo"):
        assert str(waiting) == other
    assert str(waiting) == english


def test_unknown_language_speaks_the_source() -> None:
    with use_language("tlh"):
        assert gettext("Sign in") == "Sign in"


def test_texts_are_equal_by_message_and_values() -> None:
    assert text("Place %(n)s", n=1) == text("Place %(n)s", n=1)
    assert text("Place %(n)s", n=1) != text("Place %(n)s", n=2)
    assert text("Place %(n)s", n=1) != "Place 1"
    assert len({text("A"), text("A"), text("B")}) == 2


def test_literal_percent_sign_survives() -> None:
    assert str(Text("100 %% of %(n)s", None, {"n": 3})) == "100 % of 3"
    assert str(text("100 %")) == "100 %"


def test_catalogs_are_listed_with_the_source_first(catalogs: Path) -> None:
    assert texts.languages() == ["en", "ar", "eo"]
