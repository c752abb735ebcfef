"""Filling in an entry in Chromium: what is typed is never lost, and what is said of it is true."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from tests.browser.conftest import shut
from tests.browser.test_upload import School, Web
from tests.conftest import make_empty_database
from tests.factories import PASSWORD, make_entry, make_membership, make_school, make_user
from tests.servers import free_port


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    data = tmp_path_factory.mktemp("entry")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None)
    web.start()
    yield school
    web.kill()
    school.engine.dispose()


@pytest.fixture
def entry(school: School) -> int:
    """A draft of a teacher's, complete."""
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        teacher = make_user(session, Role.TEACHER)
        place = make_school(session)
        make_membership(session, teacher, place, lead=True)
        entry = make_entry(
            session,
            season,
            school=place,
            teacher=teacher,
            status=EntryStatus.DRAFT,
            submitted_at=None,
            slug=None,
        )
        session.commit()
        return entry.id


def saved(school: School, entry_id: int) -> Entry:
    with school.sessions() as session:
        return session.get_one(Entry, entry_id)


@pytest.fixture
def teacher(chromium: Browser, school: School, entry: int) -> Iterator[BrowserContext]:
    """The teacher's browser, signed in."""
    with school.sessions() as session:
        row = session.get_one(Entry, entry)
        address = session.get_one(User, row.teacher_id).email
    context = chromium.new_context(base_url=school.web.public_url)
    page = context.new_page()
    page.goto("/account/sign-in")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text("entries")
    page.close()
    yield context
    shut(context)


def open_entry(context: BrowserContext, entry: int) -> Page:
    page = context.new_page()
    page.goto(f"/teacher/entries/{entry}")
    # Nothing is said before something was typed.
    expect(page.locator("[data-autosave-state]")).to_have_text("")
    return page


def state(page: Page, words: str) -> None:
    expect(page.locator("[data-autosave-state]")).to_have_text(words)


OFFLINE = "No network. What you typed is kept on this device and sent when it is back."


def test_each_field_is_saved_by_itself_and_the_list_of_what_is_missing_follows(
    school: School, teacher: BrowserContext, entry: int
) -> None:
    page = open_entry(teacher, entry)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    expect(page.locator("#next")).to_contain_text("Everything is there.")
    page.get_by_label("Synopsis").fill("")
    page.get_by_label("This is the team's own work.").uncheck()
    state(page, "Saved")
    lacks = page.locator("[data-missing] a")
    expect(lacks).to_have_count(2)
    assert [a.get_attribute("href") for a in lacks.all()] == ["#synopsis", "#original_work"]
    assert len(sent) == 2
    assert ['name="title"' in body for body in sent] == [False, False]
    lacks.first.click()
    expect(page.get_by_label("Synopsis")).to_be_focused()
    page.keyboard.type("Two friends.")
    page.get_by_label("This is the team's own work.").check()
    expect(page.locator("#next")).to_contain_text("Everything is there.")
    assert (saved(school, entry).synopsis, saved(school, entry).original_work) == (
        "Two friends.",
        True,
    )


def test_what_is_typed_without_a_network_outlives_the_tab(
    school: School, teacher: BrowserContext, entry: int
) -> None:
    page = open_entry(teacher, entry)
    before = saved(school, entry).title
    teacher.set_offline(True)
    page.get_by_label("Title").first.fill("Typed on the bus")
    state(page, OFFLINE)
    # A closing tab is past the emulation, and its last word would go out by the real network.
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
    page.close()
    assert saved(school, entry).title == before
    teacher.set_offline(False)

    page = teacher.new_page()
    page.route(
        "**/teacher/entries/*", lambda r: r.abort() if r.request.method == "POST" else r.continue_()
    )
    page.goto(f"/teacher/entries/{entry}")
    expect(page.get_by_label("Title").first).to_have_value("Typed on the bus")
    state(page, OFFLINE)  # Still true after reloading: nothing of it has arrived.
    page.unroute("**/teacher/entries/*")
    state(page, "Saved")
    assert saved(school, entry).title == "Typed on the bus"
    assert page.evaluate("() => localStorage.length") == 0


def test_two_tabs_merge_and_ask_about_the_same_field(
    school: School, teacher: BrowserContext, entry: int
) -> None:
    one, other = open_entry(teacher, entry), open_entry(teacher, entry)
    one.get_by_label("Title").first.fill("From one")
    state(one, "Saved")
    other.get_by_label("Team name").fill("From the other")
    state(other, "Saved")
    expect(other.get_by_label("Title").first).to_have_value("From one")
    row = saved(school, entry)
    assert (row.title, row.team_name) == ("From one", "From the other")

    one.get_by_label("Synopsis").fill("One says this.")
    state(one, "Saved")
    other.get_by_label("Synopsis").fill("The other says that.")
    note = other.locator("#synopsis-unsaved")
    expect(note).to_contain_text("One says this.")
    state(other, "Not all is saved: look at what is marked.")
    assert saved(school, entry).synopsis == "One says this."
    other.get_by_role("button", name="Keep mine").click()
    state(other, "Saved")
    assert saved(school, entry).synopsis == "The other says that."

    one.get_by_label("Synopsis").fill("One insists.")
    expect(one.locator("#synopsis-unsaved")).to_contain_text("The other says that.")
    one.get_by_role("button", name="Take theirs").click()
    expect(one.get_by_label("Synopsis")).to_have_value("The other says that.")
    state(one, "Saved")
    assert saved(school, entry).synopsis == "The other says that."


def test_signing_out_takes_along_what_the_device_kept(
    school: School, teacher: BrowserContext, entry: int
) -> None:
    page = open_entry(teacher, entry)
    posts = "**/teacher/entries/*"
    page.route(posts, lambda r: r.abort() if r.request.method == "POST" else r.continue_())
    page.get_by_label("Title").first.fill("Not for the next one")
    state(page, OFFLINE)
    assert page.evaluate("() => localStorage.length") == 1
    page.locator(".account-fold summary").first.click()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.locator("body")).not_to_contain_text("Not for the next one")
    page.goto("/")
    assert page.evaluate("() => localStorage.length") == 0


def test_captions_are_set_beside_the_player_by_keyboard(
    school: School, teacher: BrowserContext, entry: int
) -> None:
    page = open_entry(teacher, entry)
    editor = page.locator(".captions-editor")
    words = editor.locator("textarea")
    expect(words).to_have_count(1)
    words.first.focus()
    page.keyboard.press("Alt+KeyN")  # The playhead stands at the beginning.
    expect(words).to_have_count(2)
    page.keyboard.type("A line that nobody can read in as little time as it is given here.")
    expect(editor.locator("fieldset .captions-warning")).to_have_count(2)
    expect(editor.locator("fieldset .captions-warning").last).to_contain_text("characters a second")
    expect(editor.locator("[data-state]")).to_have_text("Not saved yet")
    second = editor.locator("fieldset", has_text="Caption 2")
    second.locator("[data-start]").fill("0:03")
    second.locator("[data-end]").fill("0:02")
    editor.get_by_role("button", name="Save these captions").click()
    expect(editor.locator("[data-state]")).to_have_text("Not saved: please mend what is marked.")
    expect(second).to_contain_text("It ends before it starts.")
    second.locator("[data-end]").fill("7,5")
    editor.get_by_role("button", name="Save these captions").click()
    expect(editor.locator("[data-state]")).to_have_text("Saved")
    assert "00:00:03.000 --> 00:00:07.500\nA line that nobody" in saved(school, entry).captions

    second.get_by_role("button", name="Split").click()
    expect(words).to_have_count(3)
    second.get_by_role("button", name="Join with the next").click()
    expect(words).to_have_count(2)
    editor.locator("fieldset", has_text="Caption 1").get_by_role("button", name="Remove").click()
    expect(words).to_have_count(1)
    editor.get_by_role("button", name="Undo").click()
    expect(words).to_have_count(2)
    editor.get_by_role("button", name="Save these captions").click()
    expect(editor.locator("[data-state]")).to_have_text("Saved")
    kept = saved(school, entry).captions
    assert kept.count("-->") == 2
    assert "Think first." in kept
