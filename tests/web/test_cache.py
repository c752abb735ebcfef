"""Public pages are kept only while nothing public has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.accounts.models import User
from app.core import audit
from app.core.errors import NotFound
from app.schools.models import School
from app.web.access import public
from app.web.cache import PublicRevision, cached
from app.web.db import session as request_session
from config import Config
from tests.browsing import Browser
from tests.conftest import settings_for

rendered: list[str] = []


@pytest.fixture
def app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The app with a cached page that lists schools, and counts how often it is made."""
    rendered.clear()
    app = create_app(Config.from_env(settings_for(database, tmp_path, {})))

    @app.get("/probe/schools")
    @public
    @cached
    def schools() -> Response:
        rendered.append(request.full_path)
        names = request_session().scalars(select(School.name).order_by(School.name)).all()
        if "Gone" in names:
            raise NotFound
        return Response(", ".join(names) or "none", content_type="text/plain")

    yield app
    app.extensions["hoike"].engine.dispose()


def revision(session: Session) -> int:
    session.commit()
    return session.scalars(select(PublicRevision.number)).one()


def test_page_is_made_once_while_nothing_changes(client: Browser, school_a: School) -> None:
    words = [client.get("/probe/schools").text for _ in range(3)]

    assert words == ["Kapālama School"] * 3
    assert len(rendered) == 1


def test_page_of_other_parameters_is_another_page(client: Browser) -> None:
    client.get("/probe/schools?page=1")
    client.get("/probe/schools?page=2")

    assert rendered == ["/probe/schools?page=1", "/probe/schools?page=2"]


def test_change_shows_with_the_commit_that_makes_it(
    session: Session, client: Browser, school_a: School
) -> None:
    before = client.get("/probe/schools").text
    school_a.name = "New name"

    assert (before, client.get("/probe/schools").text) == ("Kapālama School", "New name")


def test_what_was_removed_is_gone_with_the_commit(
    session: Session, client: Browser, school_a: School
) -> None:
    client.get("/probe/schools")
    session.delete(school_a)

    assert client.get("/probe/schools").text == "none"


@pytest.mark.parametrize("in_savepoint", [False, True])
def test_public_change_moves_the_revision_and_others_do_not(
    session: Session, in_savepoint: bool
) -> None:
    start = revision(session)
    audit.record(session, None, "nothing public")
    unchanged = revision(session)
    school = School(name="A", city="B", web_page="", grades="", created_at=None)
    school.created_at = session.scalars(select(audit.AuditEvent.at)).one()
    if in_savepoint:
        with session.begin_nested():
            session.add(school)
    else:
        session.add(school)

    assert unchanged == start
    assert revision(session) > start


def test_rolled_back_change_leaves_the_revision_and_the_next_one_moves_it(
    session: Session, school_a: School
) -> None:
    start = revision(session)
    school_a.name = "Never"
    session.flush()
    session.rollback()
    after_rollback = revision(session)
    school_a.name = "Now"

    assert after_rollback == start
    assert revision(session) == start + 1


def test_unchanged_page_is_not_sent_again(client: Browser) -> None:
    first = client.get("/probe/schools")

    again = client.get("/probe/schools", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_somebody_signed_in_neither_gets_nor_leaves_a_kept_page(
    client: Browser, judy: User, sign_in: Callable[..., Browser]
) -> None:
    browser = sign_in(judy, Browser(client.application))

    browser.get("/probe/schools")
    client.get("/probe/schools")
    mine = browser.get("/probe/schools")

    assert len(rendered) == 3
    assert mine.headers["Cache-Control"] == "private, no-store"
    assert mine.headers.get("ETag") is None


def test_refusal_is_not_kept(session: Session, client: Browser, school_a: School) -> None:
    school_a.name = "Gone"

    statuses = [client.get("/probe/schools").status_code for _ in range(2)]

    assert statuses == [404, 404]
    assert len(rendered) == 2


def test_a_kept_answer_is_the_first_one_to_the_letter(client: Browser, school_a: School) -> None:
    first, kept = (client.get("/probe/schools") for _ in range(2))

    assert (kept.status, kept.data) == (first.status, first.data)
    # The server dates each answer itself.
    said = [sorted(h for h in answer.headers if h[0] != "Date") for answer in (first, kept)]
    assert said[0] == said[1]
    assert len(rendered) == 1


def test_another_host_or_scheme_is_another_page(client: Browser) -> None:
    for base in ("http://localhost", "http://127.0.0.1", "https://localhost"):
        client.get("/probe/schools", base_url=base)
    assert len(rendered) == 3


def test_only_a_plain_get_is_answered_from_what_is_kept(client: Browser) -> None:
    client.get("/probe/schools")
    client.open("/probe/schools", method="HEAD")
    assert len(rendered) == 2
