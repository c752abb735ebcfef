"""Results night: the order of the slides, what may be shown, and that a rehearsal tells nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import queries
from app.awards.models import Award
from app.awards.queries import Slide, SlideKind
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import Rung
from tests.browsing import Browser
from tests.factories import make_asset, make_count, make_entry, make_person, make_season
from tests.showcase.films import give_place
from tests.statements import statements

SignIn = Callable[..., Browser]
SHOW = "/organizer/ceremony/show"


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.SEALED)


@pytest.fixture
def finalists(session: Session, season: Season) -> list[Entry]:
    """Four of the first category: first to third place, and one without."""
    found = [
        make_entry(
            session,
            season,
            title=f"Film {n}",
            category=season.categories[0],
            finalist_at=clock.now(),
            asset=make_asset(session),
        )
        for n in range(1, 5)
    ]
    for place, entry in enumerate(found[:3], 1):
        give_place(session, season, entry, place)
    session.add(
        Award(season_id=season.id, entry=found[3], kind="peoples-choice", given_at=clock.now())
    )
    session.flush()
    return found


def told(slides: list[Slide]) -> list[tuple[str, str]]:
    return [
        (slide.kind.value, slide.entry.title if slide.entry else str(slide.heading))
        for slide in slides
    ]


def test_the_best_comes_last(
    session: Session, season: Season, finalists: list[Entry], olivia: User
) -> None:
    slides = queries.run_of_show(session, olivia, season, rehearsal=False)

    theme = season.categories[0].name
    clips = sorted(told(slides)[2:6])
    assert clips == [("clip", f"Film {n}") for n in range(1, 5)]
    assert [*told(slides)[:2], *told(slides)[6:]] == [
        ("opening", f"{season.name} {season.year}"),
        ("category", theme),
        ("place", f"Third place, {theme}"),
        ("winner", "Film 3"),
        ("place", f"Second place, {theme}"),
        ("winner", "Film 2"),
        ("place", f"First place, {theme}"),
        ("winner", "Film 1"),
        ("place", "People's Choice"),
        ("winner", "Film 4"),
        ("closing", "Thank you"),
    ]
    # Whoever speaks is told the name one slide before the hall is.
    third = slides[6]
    assert third.entry is None
    assert "Film 3" in str(third.notes[0])


def test_what_the_public_may_not_see_is_not_named_in_a_hall(
    session: Session, season: Season, finalists: list[Entry], olivia: User, sign_in: SignIn
) -> None:
    make_person(session, finalists[0], Rung.JUDGED)
    session.commit()

    slides = queries.run_of_show(session, olivia, season, rehearsal=False)

    assert ("clip", "Film 1") not in told(slides)
    assert [s for s in slides if s.kind is SlideKind.WINNER and s.place == 1] == []
    page = sign_in(olivia).page(SHOW)
    assert "Film 1" not in page.html
    assert f"/organizer/screening/{finalists[0].id}/video/" not in page.html


def test_a_rehearsal_tells_nothing_of_the_results(
    session: Session, season: Season, finalists: list[Entry], olivia: User, sign_in: SignIn
) -> None:
    def rehearsed() -> list[tuple[str, str]]:
        return told(queries.run_of_show(session, olivia, season, rehearsal=True))

    before = rehearsed()
    for award in queries.awards_of_season(session, season):
        session.delete(award)
    session.flush()

    assert rehearsed() == before
    assert [kind for kind, _title in before].count("winner") == 4
    page = sign_in(olivia).page(f"{SHOW}?rehearsal=1")
    assert "these winners are made up" in page.html
    assert "announce" not in [form.get("data-announce") for form in page.all("form")]
    assert page.all("form") == []


def test_only_whoever_may_know_the_results_sees_them(
    session: Session, season: Season, finalists: list[Entry], sign_in: SignIn, alice: User
) -> None:
    with pytest.raises(NotAllowed):
        queries.run_of_show(session, alice, season, rehearsal=False)
    browser = sign_in(alice)
    for path in (SHOW, "/organizer/ceremony/", f"{SHOW}?screen=speaker"):
        assert browser.get(path).status_code == 403


def test_without_awards_there_is_a_rehearsal_only(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    page = sign_in(olivia).page("/organizer/ceremony/")
    assert "No awards are set yet" in page.text
    assert list(page.links()).count("Rehearse: screen for the hall") == 1
    assert "Screen for the hall" not in page.links()


def test_a_long_evening_asks_the_database_no_more_often(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], olivia: User
) -> None:
    def asked() -> int:
        session.expire_all()
        with statements(platform.engine) as seen:
            queries.run_of_show(session, olivia, season, rehearsal=False)
        return len(seen)

    one = asked()
    for n in range(3):
        make_entry(
            session, season, title=f"More {n}", finalist_at=clock.now(), asset=make_asset(session)
        )
    session.flush()
    assert asked() == one


def test_the_site_shows_the_winners_with_the_very_press(
    session: Session,
    season: Season,
    finalists: list[Entry],
    client: Browser,
    sign_in: SignIn,
    olivia: User,
) -> None:
    make_count(session, season, {finalists[3].id: 1})
    session.commit()
    stranger = Browser(client.application)
    browser = sign_in(olivia)
    page = browser.page(SHOW)
    assert "Film 1" not in stranger.page("/winners").html

    browser.submit(page, "/organizer/awards/announce")

    assert "Film 1" in stranger.page("/winners").html
    assert "free for everybody" in browser.page(SHOW).html
