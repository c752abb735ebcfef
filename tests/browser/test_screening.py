"""Screening with no mouse at all: in, to the entry, play, note a moment, tick, decide, next."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import checklist, default_rules
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.media.models import Asset
from tests.browser.conftest import shut
from tests.browser.test_upload import School, Web
from tests.conftest import make_empty_database
from tests.factories import PASSWORD, make_asset, make_entry, make_user
from tests.servers import free_port
from tests.video.clips import film

POINTS = len(checklist(default_rules()))


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    data = tmp_path_factory.mktemp("screening")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None)
    web.start()
    yield school
    web.kill()
    school.engine.dispose()


@pytest.fixture
def waiting(school: School, tmp_path: Path) -> list[int]:
    """Two submitted entries with a film that really plays, and a screener."""
    clip = film(tmp_path / "clip.mp4", seconds=16, rate="5", size="320x180")
    files = school.web.data / "storage" / "files"
    entries = []
    with school.sessions() as session:
        make_user(session, Role.SCREENER, email="sasha@example.org")
        season = session.get_one(Season, school.season_id)
        for title in ("First one", "Second one"):
            asset: Asset = make_asset(session, roles=("preview",))
            place = files / asset.renditions[0].key
            place.parent.mkdir(parents=True)
            shutil.copyfile(clip, place)
            asset.renditions[0].bytes = clip.stat().st_size
            entries.append(
                make_entry(
                    session,
                    season,
                    asset=asset,
                    title=title,
                    status=EntryStatus.SUBMITTED,
                    slug=None,
                )
            )
        session.commit()
        return [entry.id for entry in entries]


@pytest.fixture
def page(chromium: Browser, school: School, waiting: list[int]) -> Iterator[Page]:
    """The sign-in page, on a device without a mouse."""
    context = chromium.new_context(base_url=school.web.public_url)
    page = context.new_page()
    page.goto("/account/sign-in")
    yield page
    shut(context)


def turned_to(page: Page, title: str) -> None:
    """Wait for an entry's page and the keys on it."""
    expect(page.locator("h1")).to_have_text(title)
    page.wait_for_load_state()


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until what is meant has the focus, and can be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator("*:focus")
        if focused.count() and focused.evaluate("(e, s) => e.matches(s)", selector):
            # A card's link is outlined around the whole card, by what stands behind it.
            lines = focused.evaluate(
                "e => [null, '::after'].map(part => getComputedStyle(e, part).outlineStyle)"
            )
            assert lines != ["none", "none"]
            return
    raise AssertionError(f"{most} tabs do not lead to {selector} on {page.url}")


def test_an_entry_is_watched_noted_returned_and_another_accepted_by_keyboard_alone(
    page: Page, school: School, waiting: list[int]
) -> None:
    keys = page.keyboard
    tab_to(page, "input[name=email]")
    keys.type("sasha@example.org")
    tab_to(page, "input[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/organizer/screening/"))
    tab_to(page, f"a[href$='/screening/{waiting[0]}']")
    keys.press("Enter")
    turned_to(page, "First one")

    video = page.locator("video")
    keys.press(" ")
    expect(video).to_have_js_property("paused", False)
    video.evaluate(
        "v => new Promise(done => v.addEventListener('timeupdate',"
        " () => v.currentTime > 1 && done()))"
    )
    keys.press("n")
    expect(video).to_have_js_property("paused", True)
    keys.type("A plate can be read.")
    keys.press("Enter")
    expect(page.locator("#notes ~ ol")).to_contain_text("A plate can be read.")
    keys.press("r")
    keys.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("the teacher has been told")

    tab_to(page, f"a[href$='/screening/{waiting[1]}']")
    keys.press("Enter")
    turned_to(page, "Second one")
    keys.press("j")  # What waits comes first, what was returned after it.
    turned_to(page, "First one")
    keys.press("k")
    turned_to(page, "Second one")
    for number in range(1, POINTS + 1):
        keys.press(str(number % 10))
    keys.press("a")
    keys.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("the teacher has been told")

    with school.sessions() as session:
        first, second = (session.get_one(Entry, number) for number in waiting)
        assert (first.status, second.status) == ("returned", "accepted")
        assert [(note.words, note.sent_at is not None) for note in first.notes] == [
            ("A plate can be read.", True)
        ]
        assert 1 <= first.notes[0].at_seconds < 16
