"""Plays, downloads and showings: numbers about films, and nothing about whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import queries, rules, services
from app.awards.models import Showing, UseCount
from app.awards.rules import UseKind
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import Rung
from tests.browsing import Browser
from tests.factories import make_asset, make_entry, make_person, make_season
from tests.meanwhile import at_once
from tests.showcase.films import give_place

SignIn = Callable[..., Browser]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.ANNOUNCED)


@pytest.fixture
def winner(session: Session, season: Season) -> Entry:
    entry = make_entry(session, season, slug="if-only", title="If Only", asset=make_asset(session))
    make_person(session, entry, Rung.JUDGED, Rung.PUBLIC, Rung.WINNER)
    give_place(session, season, entry)
    session.commit()
    return entry


def counts(session: Session) -> dict[str, int]:
    session.rollback()
    return {use.kind: use.count for use in session.scalars(select(UseCount))}


@pytest.mark.parametrize(("count", "told"), [(0, "0"), (1, "< 10"), (9, "< 10"), (10, "10")])
def test_small_numbers_are_not_told(count: int, told: str) -> None:
    assert rules.told_count(count) == told


def test_a_play_is_counted_without_a_trace_of_who(
    session: Session, client: Browser, winner: Entry
) -> None:
    for _ in range(rules.PLAYS_MOST + 5):
        answer = client.post("/watch/if-only/played", headers=SAME_SITE)
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Set-Cookie" not in answer.headers

    assert counts(session) == {"play": rules.PLAYS_MOST}
    columns = {column.name for column in UseCount.__table__.columns}
    assert columns == {"id", "entry_id", "kind", "count"}
    assert (
        client.post("/watch/if-only/played", headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 400
    )
    assert client.post("/watch/no-such/played", headers=SAME_SITE).status_code == 404


def test_fifty_at_once_are_fifty(session: Session, platform: Platform, winner: Entry) -> None:
    def use(_index: int) -> None:
        services.count_use(platform.sessions, winner.id, UseKind.KIT)

    assert at_once(50, use) == []
    assert counts(session) == {"kit": 50}


def test_what_may_not_be_given_away_is_not_counted(
    session: Session, client: Browser, winner: Entry
) -> None:
    winner.people[0].releases[2].revoked_at = clock.now()
    session.commit()
    assert client.post("/watch/if-only/played", headers=SAME_SITE).status_code == 404
    assert client.get("/watch/if-only/shown").status_code == 404
    assert counts(session) == {}


def test_a_showing_counts_once_an_organizer_takes_it_for_true(
    session: Session, client: Browser, sign_in: SignIn, olivia: User, season: Season, winner: Entry
) -> None:
    form = client.page("/watch/if-only/shown")
    day = clock.now().date().isoformat()

    page = client.submit(
        form, "/watch/if-only/shown", kind="station", name="Channel 8", shown_on=day, people="40000"
    )

    assert "Thank you for showing it" in page.text
    (reach,) = queries.reach_of(session, season)
    assert reach.showings == 0
    browser = sign_in(olivia)
    seen = browser.page("/organizer/awards/reach")
    assert "Channel 8" in seen.text
    (showing,) = session.scalars(select(Showing)).all()
    browser.submit(seen, f"/organizer/awards/reach/showings/{showing.id}/accept")
    session.expire_all()
    (reach,) = queries.reach_of(session, season)
    assert reach.showings == 1
    (sheet,) = queries.thanked(session, season, whom="showings", names=[])
    assert sheet.name == "Channel 8"
    seen = browser.page("/organizer/awards/reach")
    browser.submit(seen, f"/organizer/awards/reach/showings/{showing.id}/remove")
    assert session.scalars(select(Showing)).all() == []


@pytest.mark.parametrize(
    "typed",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"kind": "pirate"},
        {"shown_on": "tomorrow"},
        {"shown_on": "9999-12-31"},
        {"shown_on": "2001-01-01"},
        {"people": "-1"},
        {"people": "1e9"},
        {"people": "9" * 40},
    ],
)
def test_garbage_is_said_to_be_wrong_and_not_lost(
    session: Session, client: Browser, winner: Entry, typed: dict[str, str]
) -> None:
    good = {"kind": "school", "name": "Koa", "shown_on": clock.now().date().isoformat()}
    form = client.page("/watch/if-only/shown")

    page = client.submit(form, "/watch/if-only/shown", status=422, **(good | typed))

    assert page.mistakes
    assert session.scalars(select(Showing)).all() == []
    if "name" not in typed:
        assert page.one("input", id="name").get("value") == "Koa"


def test_somebody_who_reports_without_end_is_slowed_down(
    session: Session, client: Browser, winner: Entry
) -> None:
    form = client.page("/watch/if-only/shown")
    day = clock.now().date().isoformat()
    answers = [
        client.send(
            form, "/watch/if-only/shown", kind="other", name=f"N{n}", shown_on=day
        ).status_code
        for n in range(rules.SHOWINGS_MOST + 1)
    ]
    assert answers == [200] * rules.SHOWINGS_MOST + [422]
    assert len(session.scalars(select(Showing)).all()) == rules.SHOWINGS_MOST


def test_days_that_can_not_be() -> None:
    now = clock.now()
    announced = now - timedelta(days=10)
    assert rules.why_not_shown(now.date(), announced, now) is None
    assert rules.why_not_shown(now.date() + timedelta(days=3), announced, now) is not None
    assert rules.why_not_shown(announced.date() - timedelta(days=3), announced, now) is not None
