"""What an organizer looks at first, and what she can start again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock, jobs, mail
from app.core.audit import AuditEvent
from app.core.jobs import Job, JobState
from app.core.mail import Link, Message
from app.core.platform import Platform
from app.entries.rules import EntryStatus
from app.media import services as media
from app.reports import queries
from tests.browsing import Browser, Page
from tests.factories import make_entry, make_school, make_user
from tests.statements import statements

SignIn = Callable[..., Browser]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
PAGES = ("/organizer/", "/organizer/jobs", "/organizer/audit")


def make_failed(session: Session) -> Job:
    job = jobs.enqueue(session, "media.process", subject="asset:7", asset_id=7)
    job.state, job.attempt, job.error = JobState.FAILED, 4, "EngineFailed: <b>no picture</b>"
    session.flush()
    return job


def stats(page: Page) -> dict[str, str]:
    return {
        "".join(box[1].itertext()): "".join(box[0].itertext())
        for box in page.all("div", class_="stat")
    }


def test_the_dashboard_counts_what_waits_and_what_is_there(
    session: Session, sign_in: SignIn, olivia: User, season: Season
) -> None:
    make_school(session, approved_at=None)
    make_school(session, approved_at=None, turned_down_at=clock.now())
    make_entry(session, season, status=EntryStatus.SUBMITTED)
    make_entry(session, season, finalist_at=clock.now())
    make_failed(session)
    jobs.enqueue(session, "media.process", asset_id=1)

    page = sign_in(olivia).page("/organizer/")

    assert stats(page) == {
        "schools to approve": "1",
        "entries to screen": "1",
        "failed jobs": "1",
        "schools": "2",
        "entries": "2",
        "finalists": "1",
        "ballots cast": "0",
        "jobs under way": "1",
    }
    assert "Submitted: 1" in page.text
    assert "Mails are not sent" in page.text


def test_a_silent_worker_is_told(
    session: Session, sign_in: SignIn, olivia: User, season: Season, platform: Platform
) -> None:
    browser = sign_in(olivia)
    silent = "The background worker is silent"
    assert silent in browser.page("/organizer/").text
    session.commit()
    jobs.sweep(platform)
    for path in ("/organizer/", "/organizer/jobs"):
        assert silent not in browser.page(path).text
    session.execute(update(jobs.LastSweep).values(at=clock.now() - timedelta(minutes=2)))
    for path in ("/organizer/", "/organizer/jobs"):
        assert silent in browser.page(path).text


def test_a_store_without_room_is_told(
    session: Session, sign_in: SignIn, olivia: User, season: Season, platform: Platform
) -> None:
    browser = sign_in(olivia)
    turned_away = "There is no room for videos"
    assert turned_away not in browser.page("/organizer/").text
    media.report_full_storage(session, platform.limits, now=clock.now())
    shown = browser.page("/organizer/").text
    assert turned_away in shown
    assert "are free at the moment" in shown
    session.execute(update(AuditEvent).values(at=clock.now() - timedelta(days=2)))
    assert turned_away not in browser.page("/organizer/").text


@pytest.mark.parametrize(
    ("free", "full_at", "scarce"),
    [
        (None, None, False),
        (7 * 1024**3, None, False),
        (5 * 1024**3, None, True),
        (None, clock.now(), True),
        (9 * 1024**4, clock.now(), True),
    ],
)
def test_when_room_is_scarce(free: int | None, full_at: datetime | None, scarce: bool) -> None:
    assert queries.Room(free, full_at).is_scarce == scarce


def test_without_a_season_an_organizer_makes_one(sign_in: SignIn, olivia: User) -> None:
    answer = sign_in(olivia).get("/organizer/")
    assert answer.status_code == 302
    assert answer.location.startswith("/organizer/season")


def test_a_failed_job_is_started_again(
    session: Session, sign_in: SignIn, olivia: User, season: Season
) -> None:
    job = make_failed(session)
    browser = sign_in(olivia)
    page = browser.page("/organizer/jobs")
    assert page.rows[0][0].startswith("media.process asset:7")
    assert "<b>no picture</b>" in page.text

    page = browser.submit(page, f"/organizer/jobs/{job.id}/again")

    assert page.messages == ["It runs again."]
    assert (job.state, job.attempt, job.error) == (JobState.QUEUED, 0, "")
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.actor_id) == ("job.run-again", olivia.id)
    token = str(page.all("input", name="csrf_token")[0].get("value"))
    for job_id in (job.id, 999):
        answer = browser.post(
            f"/organizer/jobs/{job_id}/again", data={"csrf_token": token}, headers=SAME_SITE
        )
        assert answer.status_code == 404
    no_token = browser.post(f"/organizer/jobs/{job.id}/again", data={}, headers=SAME_SITE)
    assert no_token.status_code == 400


def test_failed_jobs_come_first_and_done_ones_last(session: Session) -> None:
    done = jobs.enqueue(session, "media.process", asset_id=1)
    done.state = JobState.DONE
    failed = make_failed(session)
    waiting = jobs.enqueue(session, "media.process", asset_id=2)
    running = jobs.enqueue(session, "media.process", asset_id=3)
    running.state = JobState.RUNNING
    newest = jobs.enqueue(session, "media.process", asset_id=4)
    newest.state = JobState.DONE
    session.flush()
    assert queries.newest_jobs(session) == [failed, running, waiting, newest, done]
    assert queries.newest_jobs(session, most=2) == [failed, running]


def test_the_audit_log_names_who_did_what(
    session: Session, sign_in: SignIn, olivia: User, season: Season, platform: Platform
) -> None:
    browser = sign_in(olivia)
    job = make_failed(session)
    browser.submit(browser.page("/organizer/jobs"), f"/organizer/jobs/{job.id}/again")
    first = browser.page("/organizer/audit").rows[0]
    assert first[1:] == ["Olivia Okada", "job.run-again", f"{job.id} · name: media.process"]

    def asked() -> int:
        with statements(platform.engine) as seen:
            browser.page("/organizer/audit")
        return len(seen)

    def add() -> None:
        who = make_user(session).id
        event = AuditEvent(at=clock.now(), actor_id=who, action="test", subject="", details={})
        session.add(event)
        session.flush()

    add()
    asked()  # The page before answered with a message, which this one takes off.
    before = asked()
    for _ in range(3):
        add()
    assert asked() == before


def test_these_pages_are_for_organizers(
    session: Session, sign_in: SignIn, alice: User, judy: User, season: Season, client: Browser
) -> None:
    job = make_failed(session)
    for person in (alice, judy):
        for path in (*PAGES, "/organizer/outbox"):
            assert sign_in(person).get(path).status_code == 403, path
    token = str(client.page("/account/").all("input", name="csrf_token")[0].get("value"))
    answer = client.post(
        f"/organizer/jobs/{job.id}/again", data={"csrf_token": token}, headers=SAME_SITE
    )
    assert answer.status_code == 403
    assert job.state == JobState.FAILED


# The outbox


def write(session: Session) -> int:
    message = Message(
        "alice@example.org",
        "entries/accepted",
        {"name": "Alice", "title": "If Only", "reasons": [], "words": ""},
        {"link": Link("/teacher/entries/1")},
    )
    row = mail.send(session, message)
    session.flush()
    return row.id


def test_the_outbox_is_not_there_outside_a_demonstration(
    session: Session, sign_in: SignIn, olivia: User, season: Season
) -> None:
    mail_id = write(session)
    browser = sign_in(olivia)
    assert browser.get("/organizer/outbox").status_code == 404
    assert browser.get(f"/organizer/outbox/{mail_id}").status_code == 404
    assert "Outbox" not in browser.page("/organizer/").links()


class TestInADemonstration:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"DEMONSTRATION": "1"}

    def test_mails_are_read_in_the_outbox(
        self, session: Session, sign_in: SignIn, olivia: User, season: Season
    ) -> None:
        mail_id = write(session)
        browser = sign_in(olivia)
        assert browser.page("/organizer/").links()["Outbox"] == "/organizer/outbox"
        page = browser.page("/organizer/outbox")
        assert [row[:2] for row in page.rows] == [["Accepted: If Only", "alice@example.org"]]
        shown = browser.page(f"/organizer/outbox/{mail_id}")
        assert shown.heading == "Accepted: If Only"
        link = "http://localhost/teacher/entries/1"
        assert shown.links()[link] == link
        assert browser.get("/organizer/outbox/999").status_code == 404

    def test_the_outbox_is_still_for_organizers(
        self, session: Session, sign_in: SignIn, alice: User, season: Season
    ) -> None:
        mail_id = write(session)
        assert sign_in(alice).get("/organizer/outbox").status_code == 403
        assert sign_in(alice).get(f"/organizer/outbox/{mail_id}").status_code == 403
