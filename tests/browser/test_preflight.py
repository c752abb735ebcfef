"""What the browser says about a file before a byte of it is sent, and what it does then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.entries.rules import EntryStatus
from tests import servers
from tests.browser.conftest import shut
from tests.factories import make_entry, make_team_code, put_in_force
from tests.video.clips import film

MPEG4 = ("-c:v", "mpeg4")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-an")


@pytest.fixture
def address(app: Flask, session: Session, season: Season) -> Iterator[str]:
    """A running site on which the code `kapmun` opens a draft."""
    entry = make_entry(session, season, status=EntryStatus.DRAFT, submitted_at=None, slug=None)
    make_team_code(session, entry, code="kapmun")
    session.commit()
    with servers.serve(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def team(chromium: Browser, address: str) -> Iterator[Page]:
    """A device on which the team has typed its code."""
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    page.goto("/team/")
    page.get_by_label("code").first.fill("kapmun")
    page.keyboard.press("Enter")
    page.wait_for_url("**/team/video")
    yield page
    shut(context)


def small(path: Path) -> Path:
    return film(path.with_suffix(".mp4"), seconds=16, rate="5", size="640x360")


CASES: dict[str, tuple[Callable[[Path], Path], str, str, bool]] = {
    "short": (
        lambda path: film(path.with_suffix(".mp4"), seconds=3, rate="5", size="1280x720"),
        "Has to change",
        "It is 3 seconds long. The shortest allowed is 15 seconds.",
        False,
    ),
    "tiny": (
        lambda path: film(path.with_suffix(".mp4"), seconds=16, rate="5", size="320x180"),
        "Has to change",
        "The picture is only 320 × 180.",
        False,
    ),
    "good": (
        lambda path: film(path.with_suffix(".mp4"), seconds=16, rate="5", size="1280x720"),
        "Fine",
        "The picture is 1280 × 720: large enough.",
        True,
    ),
    "a Chromebook's, which names no length": (
        lambda path: film(
            *(path.with_suffix(".webm"), "-live", "1"),
            seconds=16,
            rate="5",
            size="1280x720",
            sound=None,
            codec=VP8,
        ),
        "Fine",
        "seconds long; 15 to 60 are allowed.",
        True,
    ),
    "unreadable": (
        lambda path: film(path.with_suffix(".avi"), seconds=16, rate="5", codec=MPEG4),
        "Not seen",
        "Your browser can't look into this kind of file. That is no fault of the file.",
        True,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_looked_over_before_it_is_sent(team: Page, tmp_path: Path, case: str) -> None:
    make, level, words, sends = CASES[case]
    asked: list[str] = []
    team.on("request", lambda r: asked.append(r.url) if r.url.endswith("/team/upload") else None)
    path = make(tmp_path / "film")

    if sends:
        with team.expect_request("**/team/upload"):
            team.set_input_files("#video", path)
    else:
        team.set_input_files("#video", path)

    row = team.locator("[data-preflight-list] li", has_text=words)
    expect(row).to_contain_text(level)
    if not sends:
        expect(team.locator("[data-preflight-status]")).to_contain_text("It was not sent.")
        expect(team.get_by_role("button", name="Send it as it is")).to_be_hidden()
        assert asked == []


def test_what_is_only_a_pity_waits_for_somebodys_word(team: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    team.on("request", lambda r: asked.append(r.url) if r.url.endswith("/team/upload") else None)
    team.set_input_files("#video", small(tmp_path / "film"))
    button = team.get_by_role("button", name="Send it as it is")

    expect(button).to_be_focused()
    expect(team.locator("[data-preflight-list] li").first).to_contain_text("Look at this")
    assert asked == []
    with team.expect_request("**/team/upload"):
        team.keyboard.press("Enter")
    expect(button).to_be_hidden()


def test_an_empty_and_an_enormous_file_are_refused_without_a_look(
    team: Page, session: Session, season: Season, tmp_path: Path
) -> None:
    status = team.locator("[data-preflight-status]")
    (tmp_path / "empty.mp4").write_bytes(b"")
    team.set_input_files("#video", tmp_path / "empty.mp4")
    expect(team.locator("[data-preflight-list]")).to_contain_text("This file is empty.")
    expect(status).to_contain_text("It was not sent.")

    put_in_force(session, season, max_megabytes=1)
    session.commit()
    team.reload()
    (tmp_path / "large.mp4").write_bytes(b"x" * 1_000_001)
    team.set_input_files("#video", tmp_path / "large.mp4")
    expect(team.locator("[data-preflight-list]")).to_contain_text("takes up to 1.0 MB")
    expect(status).to_contain_text("It was not sent.")
