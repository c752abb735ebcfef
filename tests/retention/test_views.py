"""The schedule's pages: what everybody reads, and what an organizer may start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.jobs import Job
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import Rung
from app.media.models import Asset
from tests.browsing import Browser
from tests.factories import make_entry, make_person, make_season
from tests.retention.shelves import store_files, stored
from tests.statements import statements

SignIn = Callable[..., Browser]
DAY = timedelta(days=1)


def announced(session: Session, days_ago: int, entries: int = 1, year: int = 2026) -> list[Entry]:
    """Entries that only judges may watch, of a contest announced so many days ago."""
    season = make_season(session, Phase.ANNOUNCED, year=year)
    season.announced_at = clock.now() - days_ago * DAY
    made = [make_entry(session, season) for _ in range(entries)]
    for entry in made:
        make_person(session, entry, Rung.JUDGED)
    return made


def test_report_names_what_goes_and_when(session: Session, olivia: User, sign_in: SignIn) -> None:
    (entry,) = announced(session, 35)

    page = sign_in(olivia).page("/organizer/retention/")

    assert f"Due now {entry.title}" in page.text
    assert page.text.count(entry.title) == 2
    assert "An entry that only judges and screeners may watch" in page.text
    assert "One thing is due. It can’t be brought back." in page.text


def test_report_of_nothing_offers_no_button(
    session: Session, olivia: User, sign_in: SignIn
) -> None:
    make_season(session)

    page = sign_in(olivia).page("/organizer/retention/")

    assert "Nothing goes soon" in page.text
    assert "/organizer/retention/run" not in str(page.links()) + page.text
    assert [f.get("action") for f in page.all("form") if "retention" in f.get("action", "")] == []


def test_what_is_due_goes_at_a_press(
    session: Session,
    platform: Platform,
    olivia: User,
    sign_in: SignIn,
    run_jobs: Callable[[], int],
    tmp_path: Path,
) -> None:
    (entry,) = announced(session, 61)
    store_files(platform, session.get_one(Asset, entry.asset_id), tmp_path)
    browser = sign_in(olivia)

    browser.submit(browser.page("/organizer/retention/"), "/organizer/retention/run")
    run_jobs()

    assert stored(platform) == []
    assert "Nothing goes soon" in browser.page("/organizer/retention/").text
    asked = session.scalars(select(AuditEvent).where(AuditEvent.action == "retention.asked-for"))
    assert [event.actor_id for event in asked] == [olivia.id]


def test_teacher_and_judge_can_not_start_it(
    session: Session, alice: User, judy: User, sign_in: SignIn
) -> None:
    announced(session, 61)
    for person in (alice, judy):
        browser = sign_in(person)
        token = browser.page("/account/").all("input", name="csrf_token")[0].get("value", "")
        answer = browser.post("/organizer/retention/run", data={"csrf_token": token})
        assert answer.status_code == 403
        assert browser.get("/organizer/retention/").status_code == 403
    assert session.scalars(select(Job).where(Job.name == "retention.keep")).all() == []


def test_report_keeps_its_number_of_queries(
    session: Session, platform: Platform, olivia: User, sign_in: SignIn
) -> None:
    announced(session, 61, year=2020)
    browser = sign_in(olivia)
    with statements(platform.engine) as few:
        browser.page("/organizer/retention/")
    announced(session, 61, entries=3, year=2021)
    announced(session, 61, entries=3, year=2022)
    session.commit()
    with statements(platform.engine) as many:
        browser.page("/organizer/retention/")

    assert len(many) == len(few)


def test_schedule_is_for_everybody_without_a_cookie(client: Browser) -> None:
    answer = client.get("/privacy/retention")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
