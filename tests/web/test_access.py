"""A page that says nothing about itself opens to nobody; the others open to whom they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.accounts.permissions import Permission
from app.web import access
from app.web.access import access_of, public, requires, signed_in, team
from config import Config
from tests.browsing import Browser
from tests.conftest import settings_for

SignIn = Callable[..., Browser]


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with a few pages more."""
    app = create_app(Config.from_env(settings_for(database, tmp_path, {})))
    for name, mark in {
        "silent": lambda view: view,
        "open": public,
        "team": team,
        "mine": signed_in,
        "season": requires(Permission.RUN_SEASON),
    }.items():

        def view() -> Response:
            return Response("in", content_type="text/plain")

        app.add_url_rule(f"/probe/{name}", f"probe.{name}", mark(view), methods=["GET", "POST"])
    yield app
    app.extensions["hoike"].engine.dispose()


def probe(browser: Browser, name: str) -> int:
    return browser.get(f"/probe/{name}", headers={"Accept": "application/json"}).status_code


def test_page_that_says_nothing_opens_to_nobody(
    client: Browser, olivia: User, sign_in: SignIn
) -> None:
    assert probe(client, "silent") == 403
    assert probe(sign_in(olivia), "silent") == 403


def test_public_page_opens_to_everybody(client: Browser) -> None:
    assert probe(client, "open") == 200


def test_page_for_people_with_an_account_asks_others_to_sign_in(
    client: Browser, judy: User, sign_in: SignIn
) -> None:
    answer = client.get("/probe/mine?page=2")

    assert answer.location == "/account/sign-in?next=/probe/mine?page%3D2"
    assert probe(sign_in(judy), "mine") == 200


def test_page_for_a_permission_opens_to_its_roles(
    olivia: User, judy: User, alice: User, sign_in: SignIn
) -> None:
    statuses = [probe(sign_in(person), "season") for person in (olivia, judy, alice)]

    assert statuses == [200, 403, 403]


def test_team_page_asks_for_the_code(client: Browser) -> None:
    answer = client.get("/probe/team")
    with client.session_transaction() as cookie:
        cookie["team_code"] = "KOA-7"

    assert answer.location == "/team/"
    assert probe(client, "team") == 200


def test_posting_without_a_token_is_refused_before_anything_else(client: Browser) -> None:
    answer = client.post("/probe/mine")

    assert answer.status_code == 400


def test_answer_to_somebody_signed_in_is_kept_by_no_cache(judy: User, sign_in: SignIn) -> None:
    answer = sign_in(judy).get("/probe/open")

    assert answer.headers["Cache-Control"] == "private, no-store"


def test_marks_can_be_read_from_the_view() -> None:
    @requires(Permission.JUDGE_ENTRIES)
    def view() -> str:
        return ""

    said = access_of(view)

    assert said == access.Access(access.Audience.PERMITTED, "judge entries")
    assert access_of(lambda: "") is None


def test_person_who_was_switched_off_is_signed_out_at_once(
    session: Session, judy: User, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    before = probe(browser, "mine")
    judy.switched_off_at = judy.created_at

    assert (before, probe(browser, "mine")) == (200, 302)


def test_altered_cookie_signs_nobody_in(client: Browser, judy: User, sign_in: SignIn) -> None:
    sign_in(judy)
    cookie = client.get_cookie("hoike")
    assert cookie is not None
    client.set_cookie("hoike", cookie.value[:-3] + "AAA")

    assert probe(client, "mine") == 302
