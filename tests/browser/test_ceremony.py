"""Results night by keyboard, in two windows, after the network has gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from tests.browser.conftest import Visitor, wait_for
from tests.browser.test_upload import School, Web
from tests.conftest import make_empty_database
from tests.factories import make_asset, make_count, make_entry, make_user
from tests.servers import free_port
from tests.showcase.films import give_place
from tests.video.clips import film

ORGANIZER = "olivia@example.org"
DRAWN = (
    "[...document.querySelector('canvas').getContext('2d')"
    ".getImageData(0, 0, innerWidth, innerHeight).data].some(Boolean)"
)
"""Whether there is anything on the canvas."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A sealed season with two finalists whose films play, first and second place."""
    data = tmp_path_factory.mktemp("ceremony")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None, Phase.SEALED)
    clip = film(data / "clip.mp4", seconds=16, rate="5", size="320x180")
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        make_user(session, Role.ORGANIZER, email=ORGANIZER)
        for place, title in enumerate(("If Only", "Think First"), 1):
            asset = make_asset(session, roles=("preview",))
            kept = data / "storage" / "files" / asset.renditions[0].key
            kept.parent.mkdir(parents=True)
            shutil.copyfile(clip, kept)
            asset.renditions[0].bytes = clip.stat().st_size
            entry = make_entry(
                session,
                season,
                asset=asset,
                title=title,
                category=season.categories[0],
                finalist_at=clock.now(),
            )
            give_place(session, season, entry, place)
        make_count(session, season, {entry.id: 1})
        session.commit()
    web.start()
    yield school
    web.kill()
    school.engine.dispose()


@pytest.fixture
def visitor(chromium: Browser, school: School) -> Iterator[Visitor]:
    visitor = Visitor(chromium, school.web)
    visitor.sign_in(ORGANIZER, "/organizer/")
    yield visitor
    visitor.close()


def heading(page: Page) -> str:
    return page.locator("[data-slide]:visible h2").inner_text()


def test_the_evening_by_keyboard_and_without_network(school: School, visitor: Visitor) -> None:
    hall = visitor.page
    hall.emulate_media(reduced_motion="no-preference")
    hall.goto("/organizer/ceremony/show")
    speaker = visitor.new_page()
    speaker.goto("/organizer/ceremony/show?screen=speaker")
    expect(hall.locator("body")).to_have_attribute("data-films", "all")
    expect(speaker.get_by_text("Everything is loaded")).to_be_visible()
    visitor.context.set_offline(True)

    hall.bring_to_front()
    seen = [heading(hall)]
    for key in ("ArrowRight", "PageDown", " ", "Enter", "ArrowDown", "PageDown"):
        hall.keyboard.press(key)
        seen.append(heading(hall))
        if len(seen) == 3:
            playing = "document.querySelector('[data-slide]:not([hidden]) video')"
            event = "addEventListener('timeupdate', () => done(true))"
            assert hall.evaluate(f"new Promise(done => {playing}.{event})")

    theme = seen[1]
    assert sorted(seen[2:4]) == ["If Only", "Think First"]
    assert seen[4:] == [
        f"Second place, {theme}",
        "Think First",
        f"First place, {theme}",
    ]
    expect(speaker.locator("[data-place]")).to_have_text("7 / 9")
    expect(speaker.locator("[data-notes]")).to_contain_text("Next: If Only")
    # From the other window, and back.
    speaker.bring_to_front()
    speaker.get_by_role("button", name="Go on").press("Enter")
    expect(hall.locator("[data-slide]:visible h2")).to_have_text("If Only")
    hall.bring_to_front()
    wait_for(lambda: hall.evaluate(DRAWN) or None, 20, "confetti")
    hall.keyboard.press("ArrowLeft")
    assert heading(hall) == f"First place, {theme}"
    hall.keyboard.press("b")
    expect(hall.locator(".ceremony-dark")).to_be_visible()
    hall.keyboard.press("b")

    # Announcing waits for the network, and goes on by itself.
    hall.keyboard.press("End")
    hall.keyboard.press("Tab")
    hall.keyboard.press("Enter")
    expect(hall.locator("[data-announce-status]")).to_contain_text("goes on trying")
    visitor.context.set_offline(False)
    expect(hall.locator("[data-announce-status]")).to_contain_text("Announced")
    hall.goto("/winners")
    expect(hall.get_by_role("link", name="If Only")).to_be_visible()


def test_confetti_lie_still_for_whoever_wants_that(school: School, visitor: Visitor) -> None:
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    page.goto("/organizer/ceremony/show?rehearsal=1")
    expect(page.locator("body")).to_have_attribute("data-films", "all")
    while not page.locator("[data-first].slide-winner:visible").count():
        page.keyboard.press("ArrowRight")
    assert page.evaluate(DRAWN)
    picture = "document.querySelector('canvas').toDataURL()"

    frames = f"requestAnimationFrame(() => requestAnimationFrame(() => done({picture})))"

    assert page.evaluate(f"new Promise(done => {frames})") == page.evaluate(picture)


def test_its_pages_are_for_everybody(school: School, visitor: Visitor) -> None:
    visitor.look_over(
        "/organizer/ceremony/",
        "/organizer/ceremony/show?rehearsal=1",
        "/organizer/ceremony/show?rehearsal=1&screen=speaker",
    )
