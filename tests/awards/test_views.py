"""The organizer's award page, from the suggestion to the announcement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards.models import Award
from app.contest.models import Season
from app.contest.rules import Phase, digest_of
from app.core import clock
from app.core.jobs import Job, JobState
from app.entries.models import Entry
from app.entries.rules import Rung
from app.voting.models import VoteLog
from app.voting.rules import BallotStatus
from tests.browsing import Browser, Page
from tests.factories import (
    make_assignment,
    make_ballot,
    make_count,
    make_entry,
    make_person,
    make_round,
    make_season,
    make_user,
)

SignIn = Callable[..., Browser]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
AWARDS = "/organizer/awards/"


@pytest.fixture
def season(session: Session) -> Season:
    season = make_season(session, Phase.SEALED)
    season.reviews_least = 1
    return season


@pytest.fixture
def best(session: Session, season: Season) -> Entry:
    """The entry that judges and voters liked best."""
    entry = make_entry(session, season, title="If Only", finalist_at=clock.now())
    judge = make_user(session, Role.JUDGE)
    scores = [5] * len(season.criteria)
    make_assignment(session, make_round(session, season), judge, entry, scores=scores)
    make_count(session, season, {entry.id: 1})
    return entry


def csrf_of(page: Page) -> str:
    return str(page.all("input", name="csrf_token")[0].get("value"))


def awards(session: Session) -> list[tuple[str, int | None, str]]:
    return [(a.kind, a.place, a.name) for a in session.scalars(select(Award).order_by(Award.id))]


def test_suggested_awards_are_set_and_announced(
    session: Session, sign_in: SignIn, olivia: User, best: Entry, season: Season
) -> None:
    browser = sign_in(olivia)
    page = browser.page(AWARDS)
    assert "If Only" in page.text
    assert "No placement is set yet." in page.text

    page = browser.submit(page, "/organizer/awards/suggested")
    assert page.messages[0].startswith("2 awards are set")
    assert awards(session) == [("placement", 1, ""), ("peoples-choice", None, "")]
    assert "Film is being made" in page.text
    assert browser.get("/winners").status_code == 200
    assert "If Only" not in browser.page("/winners").text

    page = browser.submit(page, "/organizer/awards/announce")
    assert page.messages == ["Announced! The winners are public from this moment."]
    assert "If Only" in browser.page("/winners").text
    assert [f.get("action") for f in page.all("form") if "announce" in f.get("action", "")] == []
    token = csrf_of(page)
    again = browser.post(
        "/organizer/awards/announce", data={"csrf_token": token}, headers=SAME_SITE
    )
    assert again.status_code == 409
    assert "announced already" in again.text


def test_an_award_is_set_and_taken_back_by_hand(
    session: Session, sign_in: SignIn, olivia: User, best: Entry
) -> None:
    browser = sign_in(olivia)
    page = browser.page(AWARDS)
    page = browser.submit(page, AWARDS, entry=str(best.id), what="2")
    assert awards(session) == [("placement", 2, "")]
    page = browser.submit(page, AWARDS, entry=str(best.id), what="special", name="Best sound")
    page = browser.submit(page, AWARDS, entry=str(best.id), what="peoples-choice")
    assert awards(session)[1:] == [("special", None, "Best sound"), ("peoples-choice", None, "")]
    first = session.scalars(select(Award.id).order_by(Award.id)).first()
    browser.submit(page, f"/organizer/awards/{first}/take-back")
    assert len(awards(session)) == 2


def test_a_special_award_is_called_so_in_every_language(
    session: Session, sign_in: SignIn, olivia: User, season: Season, best: Entry
) -> None:
    make_person(session, best, Rung.PUBLIC, Rung.WINNER)
    session.add_all(
        Award(season_id=season.id, entry=best, kind="special", name=name, given_at=clock.now())
        for name in ("Best <sound>", "Courage & care")
    )
    season.announced_at = clock.now()
    session.commit()
    browser = sign_in(olivia)
    page = browser.page("/organizer/season/translations/ja")
    assert "Special awards" in page.text
    field = f"text_{digest_of('Best <sound>')[:16]}"
    browser.submit(page, "/organizer/season/translations/ja", **{field: "音の賞"})

    for path in ("/ja/winners", f"/ja/watch/{best.slug}"):
        japanese = browser.page(path)
        assert "音の賞" in japanese.text
        assert "Best <sound>" not in japanese.text
        in_english = [e.text for e in japanese.all("span", japanese.one("main"), lang="en")]
        assert in_english == ["Courage & care"]
        assert "in English alone" not in browser.page(path.removeprefix("/ja")).text
    assert "Best <sound>" in browser.page("/winners").text


def test_a_nameless_special_award_is_asked_for_its_name(
    session: Session, sign_in: SignIn, olivia: User, best: Entry
) -> None:
    browser = sign_in(olivia)
    refused = browser.submit(
        browser.page(AWARDS), AWARDS, entry=str(best.id), what="special", name=" ", status=422
    )
    assert refused.mistakes == ["Please give the award a name."]
    wrong = browser.submit(browser.page(AWARDS), AWARDS, entry="999", what="1", status=422)
    assert len(wrong.mistakes) == 1
    assert awards(session) == []


def test_what_the_rules_do_not_allow_yet_is_refused(
    session: Session, sign_in: SignIn, olivia: User, best: Entry, season: Season
) -> None:
    browser = sign_in(olivia)
    page = browser.page(AWARDS)
    season.vote_closes_at = season.announcement_at = clock.now().replace(year=2099)
    refused = browser.submit(page, AWARDS, entry=str(best.id), what="peoples-choice", status=422)
    assert refused.mistakes == ["The public vote has not closed yet."]
    token = csrf_of(page)
    early = browser.post(
        "/organizer/awards/announce", data={"csrf_token": token}, headers=SAME_SITE
    )
    assert early.status_code == 409
    assert season.announced_at is None


def test_a_film_is_made_anew(session: Session, sign_in: SignIn, olivia: User, best: Entry) -> None:
    browser = sign_in(olivia)
    page = browser.submit(browser.page(AWARDS), AWARDS, entry=str(best.id), what="1")
    job = session.scalars(select(Job)).one()
    job.state = JobState.FAILED
    page = browser.page(AWARDS)
    assert "The film could not be made" in page.text
    browser.submit(page, f"/organizer/awards/entries/{best.id}/brand")
    assert job.state == JobState.QUEUED
    job.state = JobState.DONE
    page = browser.page(AWARDS)
    make_person(session, best, Rung.PUBLIC)
    browser.submit(page, f"/organizer/awards/entries/{best.id}/brand", status=409)
    assert "Not everybody agreed to free copies" in browser.page(AWARDS).text


def test_awards_are_organizers_business(
    session: Session, sign_in: SignIn, olivia: User, alice: User, best: Entry, season: Season
) -> None:
    posts = (
        AWARDS,
        "/organizer/awards/suggested",
        "/organizer/awards/announce",
        "/organizer/awards/1/take-back",
        f"/organizer/awards/entries/{best.id}/brand",
    )
    screener = make_user(session, Role.SCREENER)
    for person, where in ((alice, "/teacher/entries/"), (screener, "/organizer/screening/")):
        browser = sign_in(person)
        assert browser.get(AWARDS).status_code == 403
        token = csrf_of(browser.page(where))
        for path in posts:
            answer = browser.post(path, data={"csrf_token": token}, headers=SAME_SITE)
            assert answer.status_code == 403, path
    browser = sign_in(olivia)
    for path in posts:
        assert browser.post(path, data={}, headers=SAME_SITE).status_code == 400, path
        if path != AWARDS:
            assert browser.get(path).status_code == 405, path
    token = csrf_of(browser.page(AWARDS))
    gone = browser.post(posts[3], data={"csrf_token": token}, headers=SAME_SITE)
    assert gone.status_code == 404
    assert awards(session) == []
    assert season.announced_at is None


def test_page_says_that_late_ballots_are_waited_for(
    session: Session, sign_in: SignIn, olivia: User, best: Entry, season: Season
) -> None:
    session.execute(delete(VoteLog))
    make_ballot(session, season, [], status=BallotStatus.PENDING)
    season.vote_closes_at = clock.now()
    browser = sign_in(olivia)
    page = browser.page(AWARDS)
    assert page.text.count("may be confirmed for 15 minutes after closing") == 2
    page = browser.submit(page, "/organizer/awards/suggested")
    assert awards(session) == [("placement", 1, "")]
