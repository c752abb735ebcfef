"""Errors in words: a page for people, JSON for our scripts; nothing half-done is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from app import create_app
from app.core import audit
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.storage import Gone, StorageFull
from app.schools.models import Membership
from app.texts import text
from app.web.access import signed_address
from app.web.db import session as request_session
from config import Config
from tests.browsing import Browser
from tests.conftest import settings_for

RAISED: dict[str, Exception] = {
    "refused": Refused(text("The vote closed at %(at)s.", at="noon")),
    "not-allowed": NotAllowed(),
    "not-found": NotFound(),
    "gone": Gone("videos/1"),
    "full": StorageFull("videos/1"),
    "large": RequestEntityTooLarge(),
    "broken": ZeroDivisionError("secret detail"),
}
JSON = {"Accept": "application/json"}


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with a page that writes a line and then breaks in the way it is asked."""
    app = create_app(Config.from_env(settings_for(database, tmp_path, {})))

    @app.route("/probe/<kind>", methods=["GET", "POST"])
    @signed_address
    def probe(kind: str) -> Response:
        audit.record(request_session(), None, "half-done")
        if kind == "fine":
            return Response("fine", content_type="text/plain")
        if kind == "dirty":
            # Would break the first query that comes after.
            request_session().add(Membership(school_id=0, user_id=0))
            raise Refused(text("No."))
        request_session().flush()
        raise RAISED[kind]

    yield app
    app.extensions["hoike"].engine.dispose()


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("refused", 409, "The vote closed at noon."),
        ("not-allowed", 403, "Your account does not have the right to open it."),
        ("not-found", 404, "There is nothing here"),
        ("gone", 404, "There is nothing here"),
        ("full", 507, "There is no room left"),
        ("large", 413, "That is too large"),
        ("broken", 500, "Something broke on our side"),
        ("dirty", 409, "No."),
    ],
)
def test_error_is_a_page_that_says_what_happened(
    client: Browser, kind: str, status: int, words: str
) -> None:
    page = client.page(f"/probe/{kind}", status)

    assert words in page.text
    assert "secret detail" not in page.html
    assert page.links()["Go to the start page"] == "/"


@pytest.mark.parametrize("kind", [*RAISED, "dirty"])
def test_error_keeps_nothing_of_what_was_begun(
    session: Session, client: Browser, kind: str
) -> None:
    client.post(f"/probe/{kind}")

    # That there is no room is written down by itself, for the organizers.
    told = ["storage.full"] if kind == "full" else []
    assert session.scalars(select(AuditEvent.action)).all() == told


def test_answer_below_400_keeps_what_was_done(session: Session, client: Browser) -> None:
    client.post("/probe/fine")

    assert session.scalars(select(AuditEvent.action)).all() == ["half-done"]


def test_fetching_a_page_keeps_nothing(session: Session, client: Browser) -> None:
    client.get("/probe/fine")

    assert session.scalars(select(AuditEvent.action)).all() == []


def test_script_is_answered_in_json(client: Browser) -> None:
    answer = client.get("/probe/refused", headers=JSON)

    assert answer.status_code == 409
    assert answer.json == {"error": "The vote closed at noon.", "title": "That can't be done now"}


def test_unknown_address_is_a_page_too(client: Browser) -> None:
    assert client.page("/no/such/page", 404).heading == "There is nothing here"
    assert client.get("/no/such/page", headers=JSON).status_code == 404


def test_wrong_method_is_a_page_too(client: Browser) -> None:
    page = client.page("/account/sign-out", 405)

    assert page.heading == "That is not how this page is opened"


def test_error_page_stands_without_a_database(
    client: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_database(*_args: object, **_kwargs: object) -> None:
        raise OSError("no database")

    client.before = client.after = None
    monkeypatch.setattr(app.extensions["hoike"].engine, "connect", no_database)

    page = client.page("/account/forgotten", 500)

    assert page.heading == "Something broke on our side"
