"""Judging on a phone whose network comes and goes, on two devices, and with no mouse."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from playwright.sync_api import Error as BrowserError
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.entries.models import Entry
from app.judging.models import Assignment, JudgingRound, Note, Runoff, Score, Scorecard
from app.judging.rules import NoteKind
from tests.browser.conftest import Visitor, wait_for
from tests.browser.test_screening import tab_to
from tests.browser.test_upload import School, Web
from tests.conftest import make_empty_database
from tests.factories import (
    make_asset,
    make_assignment,
    make_clip,
    make_entry,
    make_round,
    make_user,
)
from tests.servers import free_port
from tests.video.clips import film

JUDGE = "judy@example.org"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    data = tmp_path_factory.mktemp("judging")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None, Phase.JUDGING)
    with school.sessions() as session:
        make_round(session, session.get_one(Season, school.season_id))
        session.commit()
    web.start()
    yield school
    web.kill()
    school.engine.dispose()


@pytest.fixture
def queue(school: School, tmp_path: Path) -> list[int]:
    """A judge with two entries whose film really plays: her assignments."""
    clip = film(tmp_path / "clip.mp4", seconds=16, rate="5", size="320x180")
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        for old in session.scalars(select(Assignment)):
            session.delete(old)
        judge = session.scalar(select(User).where(User.email == JUDGE))
        judge = judge or make_user(session, Role.JUDGE, email=JUDGE)
        round_ = session.scalars(select(JudgingRound)).one()
        made = []
        for position, title in enumerate(("First one", "Second one"), 1):
            asset = make_asset(session, roles=("preview",))
            place = school.web.data / "storage" / "files" / asset.renditions[0].key
            place.parent.mkdir(parents=True)
            shutil.copyfile(clip, place)
            asset.renditions[0].bytes = clip.stat().st_size
            entry = make_entry(session, season, asset=asset, title=title)
            made.append(make_assignment(session, round_, judge, entry, position=position))
        session.commit()
        return [assignment.id for assignment in made]


def card(school: School, assignment: int) -> Scorecard | None:
    with school.sessions() as session:
        return session.get_one(Assignment, assignment).scorecard


def saved(school: School, assignment: int) -> list[int]:
    """The scores the database has, by the rubric's order."""
    found = card(school, assignment)
    return [found.values[each] for each in sorted(found.values)] if found else []


@pytest.fixture
def sign_in(chromium: Browser, school: School) -> Iterator[Callable[..., Visitor]]:
    opened = []

    def sign_in(*, phone: bool = False, address: str = JUDGE, leads_to: str = "/judge/") -> Visitor:
        visitor = Visitor(chromium, school.web, phone=phone)
        opened.append(visitor)
        visitor.sign_in(address, leads_to)
        return visitor

    yield sign_in
    for visitor in opened:
        visitor.close()


def open_card(page: Page, assignment: int) -> None:
    """Open a scorecard and wait until its script is at work."""
    page.goto(f"/judge/{assignment}")
    expect(page.locator("[data-save-state]")).to_be_empty()


def hold_script(page: Page) -> list[Route]:
    """Keep the scorecard's script waiting for its import, as on a slow line; see `let_go`."""
    held: list[Route] = []
    page.route("**/outbox.*js*", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Have the script come at last, once it was asked for."""
    wait_for(lambda: (page.title() and held) or None, 20, "the script was asked for")
    for route in held:
        route.continue_()


def choose(page: Page, criterion: str, value: int) -> None:
    page.get_by_role("radiogroup", name=re.compile(criterion)).locator(
        f"input[value='{value}']"
    ).check(force=True)


CRITERIA = ("Clear", "Persuades", "Original", "Craft", "Fits")


def test_nothing_is_lost_when_the_network_goes_and_the_page_is_loaded_anew(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    visitor = sign_in(phone=True)
    page = visitor.page
    open_card(page, queue[0])
    state = page.locator("[data-save-state]")
    choose(page, "Clear", 4)
    expect(state).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [4]

    school.web.kill()  # Emulated, a cut would not hold what outlives the page.
    choose(page, "Persuades", 5)
    choose(page, "Clear", 2)
    page.get_by_label("Comment").fill("Watch the ending.")
    page.get_by_label("Comment").blur()
    page.get_by_label("A next step").check()
    page.get_by_label("Your words").fill("Speak slower at the start.")
    page.get_by_role("button", name="Add the note").click()
    expect(state).to_contain_text("No connection. What you give is kept on this device")
    expect(state).to_be_in_viewport()
    expect(page.locator("[data-note-list]")).to_contain_text("Speak slower at the start.")
    for criterion in CRITERIA[2:]:
        choose(page, criterion, 3)
    page.get_by_role("button", name="Finish and go on").click()
    expect(state).to_contain_text("It counts as finished as soon as there is one")
    # The tab is loaded anew while nothing answers, as a worried thumb does.
    with pytest.raises(BrowserError):
        page.goto(f"/judge/{queue[0]}")
    assert saved(school, queue[0]) == [4]

    school.web.start()
    page.goto(f"/judge/{queue[0]}")
    # It was finished on the phone, so it goes on to the next one by itself.
    expect(page).to_have_url(re.compile(f"/judge/{queue[1]}$"))
    assert saved(school, queue[0]) == [2, 5, 3, 3, 3]
    with school.sessions() as session:
        found = session.get_one(Assignment, queue[0]).scorecard
        assert found is not None
        assert found.completed_at is not None
        assert found.comment == "Watch the ending."
        assert [(note.kind, note.words) for note in found.notes] == [
            ("next_step", "Speak slower at the start.")
        ]
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('unsaved:'))") == []


def test_what_is_chosen_before_the_script_has_come_is_saved_when_it_has(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    page = sign_in(phone=True).page
    held = hold_script(page)
    page.goto(f"/judge/{queue[0]}")
    choose(page, "Clear", 4)
    choose(page, "Craft", 2)
    page.get_by_label("Comment").fill("Watch the ending.")
    let_go(page, held)

    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [4, 2]
    found = card(school, queue[0])
    assert found is not None
    assert found.comment == "Watch the ending."


def test_a_page_that_asks_is_not_answered_by_its_script(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    page, other = sign_in().page, sign_in(phone=True).page
    held = hold_script(page)
    page.goto(f"/judge/{queue[0]}")
    open_card(other, queue[0])
    choose(other, "Clear", 5)
    expect(other.locator("[data-save-state]")).to_contain_text("Saved at")
    choose(page, "Clear", 2)
    held.clear()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main")).to_contain_text("On another device you gave 5")
    let_go(page, held)

    expect(page.locator("[data-save-state]")).to_be_empty()
    assert saved(school, queue[0]) == [5]


def test_what_is_typed_early_does_not_undo_what_this_device_kept(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    visitor = sign_in(phone=True)
    open_card(visitor.page, queue[0])
    visitor.context.set_offline(True)
    visitor.page.get_by_label("Comment").fill("Kept.")
    visitor.page.get_by_label("Comment").blur()
    expect(visitor.page.locator("[data-save-state]")).to_contain_text("No connection")
    visitor.page.close()
    visitor.context.set_offline(False)
    visitor.page = page = visitor.new_page()
    held = hold_script(page)
    page.goto(f"/judge/{queue[0]}")
    page.get_by_label("Comment").fill("Early.")
    let_go(page, held)

    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    found = card(school, queue[0])
    assert found is not None
    assert found.comment == "Kept.\nEarly."


def test_what_a_closed_tab_left_behind_goes_out_from_the_queue(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    visitor = sign_in(phone=True)
    page = visitor.page
    open_card(page, queue[1])
    visitor.context.set_offline(True)
    choose(page, "Craft", 1)
    expect(page.locator("[data-save-state]")).to_contain_text("No connection")
    page.close()
    visitor.context.set_offline(False)
    visitor.page = page = visitor.new_page()
    page.goto("/judge/")
    expect(page.locator("[data-outbox-words]")).to_contain_text("has been sent")
    assert saved(school, queue[1]) == [1]
    # The list shows it as well.
    expect(page.get_by_role("listitem").filter(has_text="Second one")).to_contain_text("Begun")


def test_who_signs_in_anew_in_another_tab_need_not_load_the_page_again(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    visitor = sign_in()
    page = visitor.page
    open_card(page, queue[0])
    visitor.context.clear_cookies()
    choose(page, "Clear", 4)
    expect(page.locator("[data-save-state]")).to_contain_text("you are signed out")
    assert saved(school, queue[0]) == []
    other = visitor.new_page()
    visitor.sign_in(JUDGE, "/judge/", page=other)
    # From the queue in the other tab, or from here: it goes out by itself.
    wait_for(lambda: saved(school, queue[0]) == [4] or None, 40, "the score")
    choose(page, "Craft", 2)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [4, 2]


def test_a_note_that_is_taken_back_or_refused_holds_up_nothing(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    page = sign_in().page
    open_card(page, queue[0])
    state = page.locator("[data-save-state]")
    page.get_by_label("At (optional)").fill("1:99")
    page.get_by_label("Your words").fill("Nowhere")
    page.get_by_role("button", name="Add the note").click()
    expect(state).to_contain_text("That moment is not in the video")
    page.get_by_label("At (optional)").fill("0:05")
    # While the note is on its way it is taken back, and a score is chosen.
    page.route("**/score", lambda route: page.wait_for_timeout(300) or route.continue_())
    page.get_by_role("button", name="Add the note").click()
    page.locator("[data-note-list]").get_by_role("button", name="Remove").click()
    choose(page, "Clear", 3)
    expect(state).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [3]
    found = card(school, queue[0])
    assert found is not None
    with school.sessions() as session:
        assert session.get_one(Scorecard, found.id).notes == []
    # Something the server will not take waits, marked, and the next score goes out all the same.
    page.unroute("**/score")
    page.evaluate(
        """(url) => {
          const key = `unsaved:scores:${url}`;
          const note = { uid: "not a number", kind: "strength", second: 1, words: "Old" };
          const kept = { at: Date.now(), code: "X", changes: { "note-x": { note } } };
          localStorage.setItem(key, JSON.stringify(kept));
        }""",
        f"/judge/{queue[0]}/score",
    )
    page.reload()
    expect(state).to_contain_text("Not saved:")
    choose(page, "Craft", 5)
    page.wait_for_function("document.querySelector('[data-save-state]').textContent !== ''")
    wait_for(lambda: saved(school, queue[0]) == [3, 5] or None, 10, "the score")


def test_two_devices_ask_before_one_undoes_the_other(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    phone, laptop = sign_in(phone=True), sign_in()
    for visitor in (phone, laptop):
        open_card(visitor.page, queue[0])
    phone.context.set_offline(True)
    choose(phone.page, "Clear", 5)
    choose(phone.page, "Craft", 4)
    choose(laptop.page, "Clear", 2)
    expect(laptop.page.locator("[data-save-state]")).to_contain_text("Saved at")
    phone.context.set_offline(False)
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    asked = phone.page.locator("[data-asked]")
    expect(asked).to_contain_text("On another device you gave 2 here.")
    expect(phone.page.locator("[data-save-state]")).to_contain_text("Saved, except what is marked")
    assert saved(school, queue[0]) == [2, 4]
    asked.get_by_role("button", name="Take this one: 5").click()
    expect(phone.page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [5, 4]


def test_what_waits_when_it_was_finished_elsewhere_is_shown_and_not_lost(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    phone, laptop = sign_in(phone=True), sign_in()
    for visitor in (phone, laptop):
        open_card(visitor.page, queue[0])
    phone.context.set_offline(True)
    choose(phone.page, "Clear", 5)
    for criterion in CRITERIA:
        choose(laptop.page, criterion, 3)
    laptop.page.get_by_role("button", name="Finish and go on").click()
    expect(laptop.page).to_have_url(re.compile(f"/judge/{queue[1]}$"))
    phone.context.set_offline(False)
    page = phone.page
    page.goto(f"/judge/{queue[0]}")
    expect(page.locator("[data-leftovers]")).to_contain_text("Clear and accurate message: 5")
    page.get_by_role("button", name="Reopen it").click()
    asked = page.locator("[data-asked]")
    expect(asked).to_contain_text("On another device you gave 3 here.")
    asked.get_by_role("button", name="Keep the other: 3").click()
    expect(asked).to_have_count(0)
    assert saved(school, queue[0]) == [3] * 5


def test_the_pages_around_judging_are_for_everybody(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    """By day and by night, narrow and wide, against WCAG 2.2 A and AA."""
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        judge = session.scalars(select(User).where(User.email == JUDGE)).one()
        mine = [session.get_one(Assignment, each) for each in queue]
        second = session.get_one(Entry, mine[1].entry_id)
        second.category = session.get_one(Entry, mine[0].entry_id).category
        card = Scorecard(comment="", updated_at=clock.now(), completed_at=clock.now(), notes=[])
        card.scores = [Score(criterion_id=c.id, value=3) for c in season.criteria]
        card.notes = [
            Note(uid="1", kind=NoteKind.STRENGTH, second=5, words="Brave", created_at=clock.now())
        ]
        mine[0].scorecard = card
        clip = make_clip(session, season)
        runoff = Runoff(
            round=mine[0].round,
            category_id=second.category_id,
            entry_ids=sorted(each.entry_id for each in mine),
            opened_by=judge.id,
            opened_at=clock.now(),
            duels=[],
        )
        session.add(runoff)
        session.commit()
        judging = "/organizer/judging"
        organizers = [
            *(f"{judging}/{page}" for page in ("", "result", "matrix", "feedback", "practice")),
            f"{judging}/practice/{clip.id}",
            f"{judging}/judges/{judge.id}",
            f"{judging}/judges/{judge.id}/paper",
            f"{judging}/assignments/{queue[1]}/type-in",
            f"{judging}/ranking",
        ]
        own = [f"/judge/practice/{clip.id}", f"/judge/runoff/{runoff.id}", "/rules/judging"]
        at_end = [runoff, clip]
    sign_in(address="olivia@contest.example.org", leads_to="/organizer/").look_over(*organizers)
    sign_in().look_over(*own)
    with school.sessions() as session:
        for each in at_end:
            session.delete(session.merge(each))
        session.commit()


def test_a_queue_is_judged_by_keyboard_alone(
    school: School, queue: list[int], sign_in: Callable[..., Visitor]
) -> None:
    visitor = sign_in()
    page, keys = visitor.page, visitor.page.keyboard
    tab_to(page, "a.primary")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(f"/judge/{queue[0]}$"))
    # Space plays, the keys score one criterion after the other, and J and K turn pages.
    expect(page.locator("[data-shortcuts-help]")).to_be_visible()
    keys.press("Space")
    page.wait_for_function("!document.querySelector('video').paused")
    keys.press("Space")
    page.wait_for_function("document.querySelector('video').paused")
    for value in "43215":
        keys.press(value)
    expect(page.locator("[data-save-state]")).to_contain_text("Saved at")
    assert saved(school, queue[0]) == [4, 3, 2, 1, 5]
    keys.press("j")
    expect(page).to_have_url(re.compile(f"/judge/{queue[1]}$"))
    expect(page.locator("[data-shortcuts-help]")).to_be_visible()
    keys.press("k")
    expect(page).to_have_url(re.compile(f"/judge/{queue[0]}$"))
    expect(page.locator("[data-shortcuts-help]")).to_be_visible()
    keys.press("l")
    expect(page.locator("[data-queue-list] a:focus")).to_have_attribute("aria-current", "page")
    keys.press("l")
    tab_to(page, "textarea[name=words]")
    keys.type("Brave ending")
    keys.press("Enter")
    expect(page.locator("[data-note-list]")).to_contain_text("Brave ending")
    tab_to(page, "button[value=complete]")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(f"/judge/{queue[1]}$"))
    expect(page.locator("[data-shortcuts-help]")).to_be_visible()
    for value in "33333":
        keys.press(value)
    # After the last criterion Space still is the video's, and Enter finishes.
    keys.press("Space")
    page.wait_for_function("!document.querySelector('video').paused")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/judge/$"))
    expect(page.locator("main")).to_contain_text("2 of 2 entries finished")
    visitor.look_over("/judge/", f"/judge/{queue[0]}", "/judge/conflicts")
