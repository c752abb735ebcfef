"""Screening with no mouse at all: in, to the entry, play, note a moment, tick, decide, next."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import checklist, default_rules
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.media.models import Asset
from tests.factories import PASSWORD, make_asset, make_entry, make_user
from tests.video.clips import film

POINTS = len(checklist(default_rules()))


@pytest.fixture
def waiting(session: Session, season: Season, platform: Platform, tmp_path: Path) -> list[Entry]:
    """Two submitted entries with a film that really plays."""
    clip = film(tmp_path / "clip.mp4", seconds=16, rate="5", size="320x180")
    entries = []
    for title in ("First one", "Second one"):
        asset: Asset = make_asset(session, roles=("preview",))
        platform.storage.put(asset.renditions[0].key, clip, "video/mp4")
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
    return entries


@pytest.fixture
def page(chromium: Browser, app: Flask, session: Session, waiting: list[Entry]) -> Iterator[Page]:
    """The sign-in page, with a screener's account behind it."""
    make_user(session, Role.SCREENER, email="sasha@example.org")
    session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    worker = threading.Thread(target=server.serve_forever)
    worker.start()
    context = chromium.new_context(base_url=f"http://127.0.0.1:{server.port}")
    page = context.new_page()
    page.goto("/account/sign-in")
    yield page
    context.close()
    server.shutdown()
    worker.join(30)
    server.server_close()


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
    page: Page, session: Session, waiting: list[Entry]
) -> None:
    keys = page.keyboard
    tab_to(page, "input[name=email]")
    keys.type("sasha@example.org")
    tab_to(page, "input[name=password]")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/organizer/screening/"))
    tab_to(page, f"a[href$='/screening/{waiting[0].id}']")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("First one")

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

    tab_to(page, f"a[href$='/screening/{waiting[1].id}']")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("Second one")
    keys.press("k")
    keys.press("j")
    expect(page.locator("h1")).to_have_text("Second one")
    for number in range(1, POINTS + 1):
        keys.press(str(number % 10))
    keys.press("a")
    keys.press("Control+Enter")
    expect(page.locator(".messages")).to_contain_text("the teacher has been told")

    session.expire_all()
    first, second = (session.get_one(Entry, entry.id) for entry in waiting)
    assert (first.status, second.status) == ("returned", "accepted")
    assert [(note.words, note.sent_at is not None) for note in first.notes] == [
        ("A plate can be read.", True)
    ]
    assert 1 < first.notes[0].at_seconds < 16
