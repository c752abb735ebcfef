"""The pages of teachers, teams and screeners: what they do, whom they turn away, what they keep."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase, checklist, default_rules
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed
from app.core.jobs import Job
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries import queries, rules, services
from app.entries.models import AppearingPerson, Entry, TeamCode
from app.entries.rules import EntryStatus, Rung
from app.media.models import Asset, Rendition, Resemblance, keep_words
from app.media.rules import AssetState
from app.models import Base
from app.schools.models import School
from app.texts import text
from tests.browsing import Browser, Page, browser_for, words_of
from tests.factories import (
    make_asset,
    make_entry,
    make_person,
    make_season,
    make_team_code,
    make_user,
    put_in_force,
)
from tests.statements import statements
from tests.video.bad_files import BAD_FILES, Bad

SignIn = Callable[..., Browser]
CHECKLIST = [rule.code for rule in checklist(default_rules())]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
SVG_USE = "{http://www.w3.org/2000/svg}use"
JSON = {**SAME_SITE, "Accept": "application/json"}


@pytest.fixture
def draft(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    """A complete entry of Alice's, with a code, that is not submitted yet."""
    entry = make_entry(
        session,
        season,
        school=school_a,
        teacher=alice,
        status=EntryStatus.DRAFT,
        submitted_at=None,
        slug=None,
    )
    make_team_code(session, entry, code="kapmun")
    return entry


@pytest.fixture
def submitted(session: Session, draft: Entry) -> Entry:
    draft.status, draft.submitted_at = EntryStatus.SUBMITTED, clock.now()
    session.flush()
    return draft


def at(entry: Entry, rest: str = "") -> str:
    return f"/teacher/entries/{entry.id}{rest}"


def store(session: Session, platform: Platform, entry: Entry, tmp_path: Path) -> None:
    """Files for the entry's renditions, each holding its role."""
    asset = session.get_one(Asset, entry.asset_id)
    for rendition in asset.renditions:
        path = tmp_path / rendition.role
        path.write_bytes(f"the {rendition.role}".encode())
        platform.storage.put(rendition.key, path, rendition.content_type)


def dump(session: Session) -> list[str]:
    """Everything in the database but who is signed in since when."""
    return [
        f"{table.name} {tuple(row)}"
        for table in Base.metadata.sorted_tables
        if table.name != "sign_ins"
        for row in session.execute(select(table))
    ]


# A teacher's pages


def test_a_teacher_begins_an_entry_and_gets_a_code(
    session: Session, sign_in: SignIn, alice: User, season: Season
) -> None:
    browser = sign_in(alice)
    page = browser.page("/teacher/entries/")
    assert "No entries yet" in page.text

    shown = browser.submit(page, "/teacher/entries/")

    entry = session.scalars(select(Entry)).one()
    assert shown.url == at(entry)
    assert entry.team_codes[0].code in shown.text
    assert "this is still missing" in shown.text
    listed = browser.page("/teacher/entries/")
    assert "Entry without a title" in listed.links()


def test_details_are_saved_incomplete_and_shown_again(
    session: Session, sign_in: SignIn, alice: User, season: Season
) -> None:
    browser = sign_in(alice)
    fresh = browser.submit(browser.page("/teacher/entries/"), "/teacher/entries/")
    entry = session.scalars(select(Entry)).one()

    page = browser.submit(fresh, at(entry), title="  If   Only ", team_name="Team Honu")

    assert page.messages == ["Saved."]
    assert page.heading == "If Only"
    assert (entry.team_name, entry.category_id, entry.ai_use) == ("Team Honu", None, "")
    assert page.one("input", id="team_name").get("value") == "Team Honu"


def test_details_that_cannot_be_are_told_with_what_was_typed(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    other = make_season(session, Phase.ANNOUNCED, year=2025)

    page = browser.submit(
        browser.page(at(draft)),
        at(draft),
        status=422,
        title="T" * 101,
        category_id=str(other.categories[0].id),
        synopsis="Kept as typed",
    )

    assert len(page.mistakes) == 2
    assert page.one("input", id="title").get("value") == "T" * 101
    assert "Kept as typed" in page.text
    assert draft.title.startswith("Think first")
    assert draft.synopsis == "Two friends and a rumor."


def autosave(browser: Browser, entry: Entry, token: str, field: str, typed: str, seen: str) -> Any:
    """What the page's script sends when one field was changed."""
    return browser.post(
        at(entry),
        data={"csrf_token": token, "field": field, field: typed, "seen": seen},
        headers={**JSON, "X-Autosave": "1"},
    )


def test_a_script_saves_field_by_field(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    draft.synopsis, draft.original_work = "", True
    browser = sign_in(alice)
    page = browser.page(at(draft))
    assert [a.get("href") for a in page.one("ul", class_="missing").iter("a")] == ["#synopsis"]
    token, before = csrf_of(page), draft.title

    saved = autosave(browser, draft, token, "title", "  Typed ", before)
    assert saved.status_code == 200
    assert saved.json["saved"] == services.saved_details(draft)
    assert (draft.title, len(draft.members), draft.original_work) == ("Typed", 3, True)
    assert 'href="#synopsis"' in saved.json["next"]
    done = autosave(browser, draft, token, "synopsis", "Two friends.", "")
    assert "Everything is there." in done.json["next"]
    off = browser.post(
        at(draft),
        data={"csrf_token": token, "field": "original_work", "seen": "y"},
        headers={**JSON, "X-Autosave": "1"},
    )
    assert off.status_code == 200
    assert not draft.original_work

    refused = autosave(browser, draft, token, "title", "T" * 101, "Typed")
    assert refused.status_code == 422
    assert refused.json == {"errors": ["Field cannot be longer than 100 characters."]}
    for garbage in ("", "status", "school_id", "title\0"):
        answer = autosave(browser, draft, token, garbage, "accepted", "draft")
        assert answer.status_code == 409, garbage
    draft.status, draft.submitted_at = EntryStatus.SUBMITTED, clock.now()
    locked = autosave(browser, draft, token, "title", "Late", "Typed")
    assert locked.status_code == 409
    assert locked.json["error"].startswith("This entry is submitted.")
    assert draft.title == "Typed"


def test_two_tabs_that_fill_in_different_fields_keep_both(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    first, second = browser.page(at(draft)), browser.page(at(draft))

    browser.submit(first, at(draft), title="From one tab")
    page = browser.submit(second, at(draft), synopsis="From another")

    assert page.messages == ["Saved."]
    assert (draft.title, draft.synopsis) == ("From one tab", "From another")
    token = csrf_of(page)
    autosave(browser, draft, token, "team_name", "Team A", draft.team_name)
    other = autosave(browser, draft, token, "synopsis", "Another one", "From another")
    assert other.json["saved"]["team_name"] == "Team A"


def test_two_tabs_that_change_one_field_are_asked(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    first, second = browser.page(at(draft)), browser.page(at(draft))
    browser.submit(first, at(draft), title="Theirs", ai_use="helped", team_name="Team Theirs")

    asked = browser.submit(
        second, at(draft), status=409, title="Mine", ai_use="made", synopsis="Mine, too"
    )
    assert (draft.title, draft.ai_use, draft.synopsis) == (
        "Theirs",
        "helped",
        "Two friends and a rumor.",
    )
    assert [words_of(q) for q in asked.all("q")] == [
        "AI helped (ideas, clean-up, captions)",
        "Theirs",
    ]
    assert asked.one("input", id="title").get("value") == "Mine"
    assert asked.one("input", id="team_name").get("value") == "Team Theirs"
    taken = browser.submit(asked, at(draft), theirs="title")
    assert taken.messages == ["Saved."]
    assert (draft.title, draft.ai_use, draft.synopsis) == ("Theirs", "made", "Mine, too")
    assert draft.team_name == "Team Theirs"

    stale = autosave(browser, draft, csrf_of(taken), "title", "Mine", "Older")
    assert stale.status_code == 409
    assert stale.json == {
        "error": "This was changed meanwhile in another tab or by somebody else. Both are kept.",
        "theirs": "Theirs",
        "shown": "Theirs",
    }
    kept = autosave(browser, draft, csrf_of(taken), "title", "Mine", "Theirs")
    assert kept.status_code == 200
    assert draft.title == "Mine"
    # Both typed the same: there is nothing to ask.
    assert autosave(browser, draft, csrf_of(taken), "title", "Mine", "Older").status_code == 200


@pytest.mark.parametrize("seen", ["", "{", "[]", "5", '{"title": {}}', "[" * 9000, None])
def test_a_form_that_does_not_say_what_it_saw_is_saved_all_the_same(
    session: Session, sign_in: SignIn, alice: User, draft: Entry, seen: str | None
) -> None:
    browser = sign_in(alice)
    answer = browser.send(browser.page(at(draft)), at(draft), title="Typed", seen=seen)
    assert answer.status_code in (302, 409)
    assert answer.status_code == 302 or "Changed meanwhile" in answer.text


def csrf_of(page: Page) -> str:
    return str(page.all("input", name="csrf_token")[0].get("value"))


def test_people_and_their_releases_are_recorded_and_revoked(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    empty = browser.submit(browser.page(at(draft)), at(draft, "/people"), status=422, alias=" ")
    assert empty.mistakes == ["Please give a first name or an alias."]

    page = browser.submit(browser.page(at(draft)), at(draft, "/people"), alias="Kai")
    person = session.scalars(select(AppearingPerson)).one()
    assert page.url == at(draft)
    assert page.messages == [
        "Kai is listed. Now record the form kept at your school, or ask the family."
    ]
    page = browser.page(at(draft, f"/people/{person.id}"))
    assert page.heading == "Releases of Kai"
    refused = browser.submit(page, rungs=["C1", "C2"], form_name="", signed_on="", status=422)
    assert refused.mistakes == ["Which form was signed?", "When was the form signed?"]
    boxes = refused.all("input", name="rungs")
    assert [box.get("checked") is not None for box in boxes] == [True, True, False, False]
    wrong = browser.submit(
        page, rungs=["C1"], form_name="Event release", signed_on="yesterday", status=422
    )
    assert wrong.mistakes == ["Not a valid date value."]
    early = browser.submit(
        page, rungs=["C1"], form_name="Event release", signed_on="2999-09-01", status=422
    )
    assert early.mistakes == ["That day has not come yet."]
    assert person.rungs == frozenset()

    shown = browser.submit(
        page, rungs=["C1", "C2"], form_name="Event release", signed_on="2026-09-01"
    )
    assert shown.messages == ["Recorded for Kai."]
    assert person.rungs == {Rung.JUDGED, Rung.PUBLIC}
    again = browser.page(at(draft, f"/people/{person.id}"))
    assert again.one("input", id="signed_on").get("value") == "2026-09-01"
    browser.submit(again, rungs=["C1"])
    assert person.rungs == {Rung.JUDGED}
    browser.submit(again, rungs=[])
    assert person.rungs == frozenset()

    browser.submit(browser.page(at(draft)), at(draft, f"/people/{person.id}/remove"))
    assert session.scalars(select(AppearingPerson)).all() == []


def test_the_cue_sheet_is_filled_and_emptied(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    cues = at(draft, "/cues")
    wrong = browser.submit(
        browser.page(at(draft)), cues, status=422, title="Low Tide", link="javascript:alert(1)"
    )
    assert wrong.mistakes == [
        "Where did you find it?",
        "Under which licence may you use it?",
        "That is not a web address.",
    ]
    assert wrong.one("input", name="link").get("value") == "javascript:alert(1)"

    page = browser.submit(
        browser.page(at(draft)), cues, title="Low Tide", source="school", licence="CC0"
    )
    assert "Low Tide" in page.text
    browser.submit(page, at(draft, f"/cues/{draft.cues[0].id}/remove"))
    assert draft.cues == []


def test_captions_are_taken_as_words_or_as_a_file(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    captions = at(draft, "/captions")
    page = browser.submit(
        browser.page(at(draft)),
        captions,
        words="WEBVTT\n\n00:01.000 --> 00:02.000\nFrom words\n",
        language="haw",
    )
    assert page.messages == ["The captions are saved."]
    assert draft.captions_language == "haw"
    served = browser.get(at(draft, "/captions.vtt"))
    assert served.content_type == "text/vtt; charset=utf-8"
    assert "From words" in served.text

    srt = io.BytesIO(b"1\n00:00:01,000 --> 00:00:02,000\nFrom a file\n")
    answer = browser.post(
        captions,
        data={"csrf_token": csrf_of(page), "language": "en", "file": (srt, "captions.srt")},
        headers=SAME_SITE,
    )
    assert answer.status_code == 302
    assert "From a file" in draft.captions


def send_captions(browser: Browser, path: str, token: str, words: str, seen: str) -> Any:
    """What the caption editor's script sends."""
    return browser.post(
        path,
        data={"csrf_token": token, "words": words, "seen": seen, "language": "en"},
        headers={**JSON, "X-Autosave": "1"},
    )


def test_the_caption_editor_saves_and_never_writes_over_somebody_elses_words(
    app: Flask, session: Session, sign_in: SignIn, alice: User, draft: Entry, team: Browser
) -> None:
    browser = sign_in(alice, browser_for(app, session))
    page = browser.page(at(draft))
    seen, path, token = draft.captions, at(draft, "/captions"), csrf_of(page)
    editor = page.one("template")
    assert editor.get("data-captions") == seen
    mine = "WEBVTT\n\n00:01.000 --> 00:02.000\nMine <b>bold</b> & <script>\n"

    saved = send_captions(browser, path, token, mine, seen.replace("\n", "\r\n"))
    assert saved.status_code == 200
    assert saved.json == {"captions": draft.captions}
    assert "Mine <b>bold</b> &amp;\n" in draft.captions

    team_token = csrf_of(team.page("/team/video"))
    theirs = mine.replace("Mine", "Theirs")
    asked = send_captions(team, "/team/captions", team_token, theirs, seen)
    assert asked.status_code == 409
    assert asked.json["theirs"] == draft.captions
    assert "Mine" in draft.captions
    kept = send_captions(team, "/team/captions", team_token, theirs, draft.captions)
    assert kept.status_code == 200
    assert "Theirs" in draft.captions

    wrong = "WEBVTT\n\n00:01.000 --> 00:02.000\nA\n\n00:04.000 --> 00:03.000\nB\n"
    refused = send_captions(browser, path, token, wrong, draft.captions)
    assert refused.status_code == 422
    assert refused.json == {"error": "This caption ends before it starts.", "line": 6}
    long = send_captions(browser, path, token, "x" * 100_001, draft.captions)
    assert long.status_code == 422
    assert "Theirs" in draft.captions


@pytest.mark.parametrize(
    "words",
    [
        "no captions",
        "WEBVTT\n\n00:02.000 --> 00:01.000\nBackwards\n",
        "WEBVTT\n\n00:00:01.000 --> 99:99:99.000\nNo time\n",
    ],
)
def test_garbage_for_captions_is_refused_with_what_was_pasted(
    session: Session, sign_in: SignIn, alice: User, draft: Entry, words: str
) -> None:
    browser = sign_in(alice)
    before = draft.captions

    page = browser.submit(browser.page(at(draft)), at(draft, "/captions"), status=422, words=words)

    assert len(page.mistakes) == 1
    assert words.split("\n")[0] in page.text
    assert draft.captions == before


def test_submitting_says_what_is_missing_then_sends_a_receipt(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    complete = browser.page(at(draft))
    draft.synopsis = ""
    incomplete = browser.page(at(draft))
    assert "a synopsis: one or two sentences" in incomplete.text
    too_early = browser.submit(complete, at(draft, "/submit"), status=409)
    assert "Still missing: a synopsis" in too_early.text
    assert draft.status == "draft"
    draft.synopsis = "Two friends."

    page = browser.submit(browser.page(at(draft)), at(draft, "/submit"))

    assert page.messages == ["Submitted. A receipt is on its way to your mailbox."]
    assert draft.status == "submitted"
    assert session.scalars(select(OutgoingMail.template)).all() == ["entries/received"]
    twice = browser.submit(complete, at(draft, "/submit"), status=409)
    assert "submitted already" in twice.text
    assert len(session.scalars(select(OutgoingMail.template)).all()) == 1

    back = browser.submit(page, at(draft, "/withdraw"))
    assert draft.status == "withdrawn"
    browser.submit(back, at(draft, "/submit"))
    assert draft.status == "submitted"


def test_a_new_code_and_its_slip(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    page = browser.submit(browser.page(at(draft)), at(draft, "/team-code"))
    code = next(c.code for c in draft.team_codes if c.revoked_at is None)
    assert code != "kapmun"
    assert code in page.text
    assert code in browser.page(at(draft, "/slip")).text
    picture = browser.get(at(draft, "/slip.svg"))
    assert picture.mimetype == "image/svg+xml"
    for each in draft.team_codes:
        each.revoked_at = clock.now()
    assert browser.get(at(draft, "/slip")).status_code == 404
    assert browser.get(at(draft, "/slip.svg")).status_code == 404


def test_reasons_for_refusal_and_what_was_taken_out_are_said_in_words(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    asset = make_asset(
        session,
        state=AssetState.REFUSED,
        roles=(),
        reasons=[
            {
                "code": "short",
                "level": "red",
                "advice": keep_words(text("Add to it.")),
                **keep_words(text("It is too short.")),
            }
        ],
    )
    draft.asset_id = asset.id
    browser = sign_in(alice)
    page = browser.page(at(draft))
    assert "It is too short. Add to it." in page.text
    assert "a video that fits the rules" in page.text
    asset.state, asset.reasons = AssetState.READY, []
    asset.found = [keep_words(text("the place where it was recorded"))]
    told = "Your phone had written the place where this was filmed into the file; we took it out."
    assert told in browser.page(at(draft)).text


def finding(code: str, level: str, words: str, advice: str | None = None) -> dict[str, Any]:
    return {
        "code": code,
        "level": level,
        "advice": keep_words(text(advice)) if advice else None,
        **keep_words(text(words)),
    }


def test_team_teacher_and_screener_read_the_same_findings(
    session: Session,
    sign_in: SignIn,
    team: Browser,
    alice: User,
    draft: Entry,
) -> None:
    asset = session.get_one(Asset, draft.asset_id)
    asset.facts = {"sounding": [[0.0, 40.0]]}
    asset.reasons = [
        finding("length", "green", "It is 42 seconds long."),
        finding("black_start", "amber", "It is black for the first 3 seconds.", "Cut it off."),
    ]
    draft.captions = "WEBVTT\n\n00:00:00.000 --> 00:00:08.000\nStop.\n"
    told = [
        ("Look at this", "It is black for the first 3 seconds.", "Cut it off."),
        ("Look at this", "Captions stand for 20 % of the time", "Is everything in them"),
        ("Fine", "It is 42 seconds long.", ""),
        ("Fine", "No caption has more than two lines.", ""),
    ]
    for_team = team.page("/team/video")
    teacher = sign_in(alice).page(at(draft))
    draft.status, draft.submitted_at = EntryStatus.SUBMITTED, clock.now()
    screener = sign_in(make_user(session, Role.SCREENER)).page(screening(draft))

    for page in (teacher, for_team, screener):
        listed = page.all("ul", class_="preflight-list")
        rows = [words_of(item) for items in listed for item in page.all("li", items)]
        assert len(rows) == 6
        for level, words, advice in told:
            assert any(row.startswith(f"{level} {words}") and advice in row for row in rows), words
        # Worst first, and a sign beside the word for whoever sees no colors.
        assert [row.split()[0] for row in rows] == ["Look"] * 2 + ["Fine"] * 4
        signs = [use.get("href", "") for items in listed for use in page.all(SVG_USE, items)]
        assert [sign.split("#")[1] for sign in signs] == ["warning"] * 2 + ["check"] * 4


@pytest.mark.parametrize("stranger", ["charlie", "walter"])
def test_a_strangers_entry_is_not_there_whatever_she_asks(
    session: Session, sign_in: SignIn, request: pytest.FixtureRequest, stranger: str, draft: Entry
) -> None:
    person = make_person(session, draft)
    browser = sign_in(request.getfixturevalue(stranger))
    token = csrf_of(browser.page("/teacher/entries/"))
    for rest in ("", "/state", "/slip", "/slip.svg", "/video/web_480", "/captions.vtt",
                 f"/people/{person.id}"):  # fmt: skip
        assert browser.get(at(draft, rest)).status_code == 404, rest
    before = dump(session)
    for rest in ("", "/people", f"/people/{person.id}", f"/people/{person.id}/remove", "/cues",
                 "/cues/1/remove", "/captions", "/team-code", "/submit", "/withdraw"):  # fmt: skip
        answer = browser.post(at(draft, rest), data={"csrf_token": token}, headers=SAME_SITE)
        assert answer.status_code == 404, rest
    assert dump(session) == before
    assert browser.get("/teacher/entries/999999").status_code == 404


def test_a_colleague_may_look_and_not_touch(
    session: Session, sign_in: SignIn, bob: User, draft: Entry
) -> None:
    browser = sign_in(bob)
    page = browser.page(at(draft))
    assert page.heading == draft.title
    assert [f.get("action") for f in page.all("form", class_="form")] == []
    assert "kapmun" not in page.html
    token = csrf_of(page)
    for rest in ("", "/people", "/cues", "/captions", "/team-code", "/submit", "/withdraw"):
        answer = browser.post(at(draft, rest), data={"csrf_token": token}, headers=SAME_SITE)
        assert answer.status_code == 403, rest
    assert browser.get(at(draft, "/slip")).status_code == 403


def test_without_a_token_or_from_elsewhere_nothing_is_done(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    token = csrf_of(browser.page(at(draft)))
    for rest in ("", "/people", "/cues", "/captions", "/team-code", "/submit", "/withdraw"):
        assert browser.post(at(draft, rest), data={}, headers=SAME_SITE).status_code == 400, rest
        foreign = browser.post(
            at(draft, rest), data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert foreign.status_code == 400, rest
    assert draft.status == "draft"
    assert len(draft.team_codes) == 1


def test_looking_changes_nothing(
    session: Session,
    sign_in: SignIn,
    alice: User,
    draft: Entry,
    platform: Platform,
    tmp_path: Path,
) -> None:
    person = make_person(session, draft)
    store(session, platform, draft, tmp_path)
    browser = sign_in(alice)
    before = dump(session)
    for rest in ("", "/state", "/slip", "/slip.svg", "/video/web_480", "/captions.vtt",
                 f"/people/{person.id}"):  # fmt: skip
        assert browser.get(at(draft, rest)).status_code == 200, rest
    for rest in ("/submit", "/withdraw", "/team-code", "/captions"):
        assert browser.get(at(draft, rest)).status_code == 405, rest
    assert dump(session) == before


def test_a_teacher_watches_what_was_made_and_never_the_original(
    session: Session,
    sign_in: SignIn,
    alice: User,
    draft: Entry,
    platform: Platform,
    tmp_path: Path,
) -> None:
    store(session, platform, draft, tmp_path)
    browser = sign_in(alice)
    for role in ("preview", "poster", "web_1080", "web_720", "web_480"):
        answer = browser.get(at(draft, f"/video/{role}"))
        assert answer.data == f"the {role}".encode()
        assert answer.headers["Cache-Control"] == "private, no-store"
    for role in ("original", "winner_1080", "nonsense", "..%2Forigin"):
        assert browser.get(at(draft, f"/video/{role}")).status_code == 404


def test_where_the_video_stands_is_told_to_scripts(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    assert browser.get(at(draft, "/state")).json == {
        "state": "ready",
        "words": "Ready",
        "percent": 100,
        "settled": True,
        "preview": True,
    }
    draft.asset_id = make_asset(session, state=AssetState.CHECKING, roles=()).id
    assert browser.get(at(draft, "/state")).json == {
        "state": "checking",
        "words": "Checking the file",
        "percent": 0,
        "settled": False,
        "preview": False,
    }
    draft.asset_id = None
    state = browser.get(at(draft, "/state")).json
    assert state is not None
    assert (state["state"], state["settled"]) == ("none", True)


def test_names_are_one_line_in_mails_and_pages(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    token = csrf_of(browser.page(at(draft)))
    data = {
        "csrf_token": token,
        "licence": draft.licence,
        "title": "A\r\nBcc: all@example.org\n\nPay at http://evil.example\0",
        "team_name": "Team\n\nHonu",
    }
    assert browser.post(at(draft), data=data, headers=SAME_SITE).status_code == 302
    assert draft.title == "A Bcc: all@example.org Pay at http://evil.example"
    assert draft.team_name == "Team Honu"


CANARY = "<script>alert('canary')</script>{{7*7}}"


def test_what_people_type_is_shown_and_never_run(
    session: Session, sign_in: SignIn, alice: User, olivia: User, submitted: Entry
) -> None:
    for name in ("title", "synopsis", "team_name", "ai_words"):
        setattr(submitted, name, CANARY)
    submitted.ai_use = "helped"
    make_person(session, submitted, *Rung, alias=CANARY[:40])
    pages = [
        sign_in(alice).page(at(submitted)),
        sign_in(alice).page("/teacher/entries/"),
        sign_in(olivia).page("/organizer/screening/"),
        sign_in(olivia).page(f"/organizer/screening/{submitted.id}"),
    ]
    for page in pages:
        assert CANARY in page.text
        assert "<script>alert" not in page.html


def test_a_list_of_entries_asks_as_often_for_three_as_for_one(
    session: Session, sign_in: SignIn, alice: User, draft: Entry, season: Season, platform: Platform
) -> None:
    make_person(session, draft, Rung.JUDGED)
    browser = sign_in(alice)
    browser.page("/teacher/entries/")
    with statements(platform.engine) as one:
        browser.page("/teacher/entries/")
    for _ in range(2):
        more = make_entry(
            session, season, school=draft.school, teacher=alice, status=EntryStatus.DRAFT
        )
        make_person(session, more, Rung.JUDGED)
    with statements(platform.engine) as three:
        browser.page("/teacher/entries/")
    assert len(three) == len(one)


# The team's pages


@pytest.fixture
def team(client: Browser, draft: Entry) -> Browser:
    """A device on which the team has typed its code."""
    answer = client.send(client.page("/team/"), code="KAP-mun")
    assert (answer.status_code, answer.location) == (302, "/team/video")
    return client


def test_a_code_opens_the_teams_page_without_any_account(
    team: Browser, draft: Entry, season: Season
) -> None:
    page = team.page("/team/")
    assert page.url == "/team/video"
    assert page.heading == draft.title
    out = team.submit(page, "/team/leave")
    assert out.url == "/team/"
    assert team.page("/team/video").url == "/team/"


def test_a_team_chooses_the_picture_that_stands_for_its_video(
    session: Session, client: Browser, draft: Entry
) -> None:
    asset = session.get_one(Asset, draft.asset_id)
    poster = asset.rendition("poster")
    assert poster is not None
    for number in (1, 2, 3):
        asset.renditions.append(
            Rendition(
                role=f"poster_{number}",
                key=f"renditions/p{number}.jpg",
                content_type="image/jpeg",
                bytes=number,
                sha256=f"{number}" * 64,
                width=1280,
                height=720,
            )
        )
    poster.sha256 = "1" * 64
    client.send(client.page("/team/"), code="kapmun")
    page = client.page("/team/video")
    chosen = [e.get("value") for e in page.all("input", name="number") if e.get("checked") == ""]
    assert chosen == ["1"]

    page = client.submit(page, "/team/poster", number="3")

    assert page.messages == ["That picture stands for your video now."]
    assert (poster.key, poster.bytes) == ("renditions/p3.jpg", 3)
    assert client.submit(page, "/team/poster", number="4", status=409)
    draft.status, draft.submitted_at = EntryStatus.SUBMITTED, clock.now()
    assert client.submit(page, "/team/poster", number="2", status=409)
    assert poster.key == "renditions/p3.jpg"


def test_wrong_codes_are_told_and_counted(
    client: Browser, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.WRONG_CODES == 30
    monkeypatch.setattr(rules, "WRONG_CODES", 3)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # Counting begins anew at each ten minutes.
    page = client.page("/team/")
    client.send(page, code="kapmun")
    client.submit(client.page("/team/video"), "/team/leave")  # Right ones do not count.
    page = client.page("/team/")
    for _ in range(rules.WRONG_CODES):
        wrong = client.submit(page, code="wrongo", status=422)
        assert wrong.mistakes == [
            "No team has this code. Look again, letter by letter, or ask your teacher."
        ]
        assert wrong.one("input", id="code").get("value") == "wrongo"
    spent = client.submit(page, code="wrongo", status=429)
    assert spent.mistakes == ["There were many wrong codes from here. Please wait ten minutes."]
    client.submit(page, code="kapmun", status=429)
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    answer = client.post(
        "/team/",
        data={"csrf_token": csrf_of(page), "code": "kapmun"},
        headers=SAME_SITE,
        environ_overrides=elsewhere,
    )
    assert answer.status_code == 302


def test_wrong_codes_from_everywhere_slow_everybody(
    client: Browser, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "WRONG_CODES_ANYWHERE", 5)
    page = client.page("/team/")

    def enter(code: str, number: int) -> int:
        return client.post(
            "/team/",
            data={"csrf_token": csrf_of(page), "code": code},
            headers=SAME_SITE,
            environ_overrides={"REMOTE_ADDR": f"198.51.100.{number}"},
        ).status_code

    assert [enter("wrongo", number) for number in range(1, 7)] == [422] * 5 + [429]
    assert enter("kapmun", 9) == 429


def test_codes_that_are_tried_at_the_same_moment_all_count(
    app: Flask, session: Session, draft: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is counted before any is looked at."""
    monkeypatch.setattr(rules, "WRONG_CODES", 1)
    looked_at: list[str] = []
    find = queries.find_entry_by_team_code

    def find_late(session: Session, code: str) -> Entry | None:
        if code == "wrongo" and not looked_at:
            looked_at.append(code)
            other = browser_for(app, session)
            assert other.submit(other.page("/team/"), code="wronga", status=429)
        return find(session, code)

    monkeypatch.setattr(queries, "find_entry_by_team_code", find_late)
    session.commit()
    browser = browser_for(app, session)
    browser.submit(browser.page("/team/"), code="wrongo", status=422)
    assert looked_at == ["wrongo"]


def test_an_empty_code_is_asked_for(client: Browser, season: Season) -> None:
    page = client.submit(client.page("/team/"), code="", status=422)
    assert page.mistakes == ["Type the six letters your teacher gave you."]


def test_without_a_code_every_team_page_leads_to_the_code(client: Browser, draft: Entry) -> None:
    for path in ("/team/video", "/team/state", "/team/video/web_480", "/team/captions.vtt"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, "/team/"), path
    for path in ("/team/upload", "/team/upload/parts", "/team/upload/complete", "/team/file",
                 "/team/captions", "/team/leave"):  # fmt: skip
        assert client.post(path, json={}, headers=SAME_SITE).status_code == 400, path


def test_a_revoked_code_closes_the_page_at_once(
    session: Session, team: Browser, draft: Entry
) -> None:
    token = csrf_of(team.page("/team/video"))
    session.scalars(select(TeamCode)).one().revoked_at = clock.now()
    assert team.get("/team/state").status_code == 404
    asked = {"size": 1000, "fingerprint": "0a"}
    answer = team.post("/team/upload", json=asked, headers={**JSON, "X-CSRFToken": token})
    assert answer.status_code == 404
    page = team.page("/team/video")
    assert page.url == "/team/"
    assert page.messages == ["That code no longer works. Ask your teacher for the new one."]


def test_the_team_sees_neither_people_nor_teacher(
    session: Session, team: Browser, draft: Entry
) -> None:
    make_person(session, draft, *Rung, alias="Canaryname")
    html = team.page("/team/video").html
    assert "Canaryname" not in html
    assert "Alice" not in html


def ask(team: Browser, path: str, body: Any, token: str) -> Any:
    return team.post(path, json=body, headers={**JSON, "X-CSRFToken": token})


def test_a_team_uploads_in_parts_and_goes_on_after_a_break(
    session: Session, team: Browser, draft: Entry, platform: Platform
) -> None:
    token = csrf_of(team.page("/team/video"))
    part = platform.part_bytes
    data = bytes(range(256)) * (part // 256) + b"the end"
    about = {"size": len(data), "fingerprint": "0123456789abcdef"}
    begun = ask(team, "/team/upload", about, token)
    assert begun.json == {"part_bytes": part, "missing": [1, 2]}

    def send(number: int, body: bytes) -> int:
        crc32 = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        wanted = {**about, "parts": [{"number": number, "crc32": crc32}]}
        [part] = ask(team, "/team/upload/parts", wanted, token).json["parts"]
        where = part["ways"][0]
        assert (where["method"], where["headers"]) == ("PUT", {})
        path = where["url"].removeprefix("http://localhost")
        return team.put(path, data=body).status_code

    assert send(2, data[part:]) == 204
    early = ask(team, "/team/upload/complete", about, token)
    assert early.status_code == 409
    assert early.json["error"].startswith("Some parts of the file have not arrived yet.")
    shown = team.page("/team/video").text
    assert "An upload was interrupted 0 percent of it has arrived and is safe." in shown
    assert ask(team, "/team/upload", about, token).json["missing"] == [1]
    assert send(1, data[:part]) == 204
    assert "99 percent" not in team.page("/team/video").text
    done = ask(team, "/team/upload/complete", about, token)
    assert done.json["state"] == "waiting"
    assert ask(team, "/team/upload/complete", about, token).json["state"] == "waiting"

    asset = session.get_one(Asset, draft.asset_id)
    with platform.storage.open(asset.original_key) as file:
        assert file.read() == data
    assert "Waiting for its turn" in team.page("/team/video").text
    over = ask(team, "/team/upload/parts", {**about, "parts": []}, token)
    assert over.json["error"].startswith("There is no upload under way.")


def test_another_file_is_not_begun_before_somebody_says_so(
    session: Session, team: Browser, draft: Entry, platform: Platform
) -> None:
    token = csrf_of(team.page("/team/video"))
    old = {"size": 9, "fingerprint": "0a"}
    new = {"size": 7, "fingerprint": "0b"}
    ask(team, "/team/upload", old, token)
    first = draft.incoming_asset_id

    asked = ask(team, "/team/upload", new, token)
    assert asked.status_code == 409
    assert asked.json == {
        "error": "Another file was being uploaded here: 0 percent of it has arrived. "
        "Nothing is lost yet.",
        "under_way": 0,
    }
    assert draft.incoming_asset_id == first
    assert ask(team, "/team/upload", old, token).json["missing"] == [1]

    begun = ask(team, "/team/upload", {**new, "replace": True}, token)
    assert begun.json == {"part_bytes": platform.part_bytes, "missing": [1]}
    assert draft.incoming_asset_id != first
    # A device that still sends the old file must not mix it into the new one.
    for path, rest in (
        ("parts", {"parts": [{"number": 1, "crc32": "AAAAAA=="}]}),
        ("complete", {}),
    ):
        stale = ask(team, f"/team/upload/{path}", {**old, **rest}, token)
        assert stale.status_code == 409
        assert stale.json["error"].startswith("Somebody in your team has begun with another file.")


def test_parts_shrink_when_they_do_not_get_through(
    session: Session, team: Browser, draft: Entry, platform: Platform
) -> None:
    token = csrf_of(team.page("/team/video"))
    part = platform.part_bytes
    about = {"size": 2 * part, "fingerprint": "0a"}
    assert ask(team, "/team/upload", about, token).json["missing"] == [1, 2]
    for wanted, got in ((part // 2, part // 2), (part, part // 2), (5, 1024 * 1024)):
        begun = ask(team, "/team/upload", {**about, "part_bytes": wanted}, token)
        assert begun.json["part_bytes"] == got
        assert len(begun.json["missing"]) == 2 * part // got


GARBAGE: list[Any] = [
    None,
    [],
    "text",
    5,
    {},
    {"size": "1000", "fingerprint": "0a"},
    {"size": True, "fingerprint": "0a"},
    {"size": 10.5, "fingerprint": "0a"},
    {"size": 1000},
    {"size": 1000, "fingerprint": 7},
    {"size": 1000, "fingerprint": ""},
    {"size": 1000, "fingerprint": "0a\0"},
    {"size": 1000, "fingerprint": "\ud800"},
    {"size": 1000, "fingerprint": "a" * 65},
    {"size": 1000, "fingerprint": "../../etc"},
    {"size": 0, "fingerprint": "0a"},
    {"size": -5, "fingerprint": "0a"},
    {"size": 10**30, "fingerprint": "0a"},
    {"size": 1000, "fingerprint": "0a", "part_bytes": "5"},
    {"size": 1000, "fingerprint": "0a", "part_bytes": True},
]
PARTS_GARBAGE: list[Any] = [
    None,
    {},
    {"parts": None},
    {"parts": 5},
    {"parts": "12"},
    {"parts": {"number": 1}},
    {"parts": [1]},
    {"parts": [{"number": "1", "crc32": "AAAAAA=="}]},
    {"parts": [{"number": 0, "crc32": "AAAAAA=="}]},
    {"parts": [{"number": 2, "crc32": "AAAAAA=="}]},
    {"parts": [{"number": 10**30, "crc32": "AAAAAA=="}]},
    {"parts": [{"number": 1}]},
    {"parts": [{"number": 1, "crc32": ["AAAAAA=="]}]},
    {"parts": [{"number": 1, "crc32": "short"}]},
    {"parts": [{"number": 1, "crc32": "AAAAAA=="}], "fingerprint": None},
    {"parts": [{"number": 1, "crc32": "AAAAAA=="}], "fingerprint": "0b"},
]


def test_garbage_for_an_upload_is_refused_in_words(
    session: Session, team: Browser, draft: Entry
) -> None:
    token = csrf_of(team.page("/team/video"))
    for body in GARBAGE:
        answer = ask(team, "/team/upload", body, token)
        assert answer.status_code == 409, body
        assert answer.json["error"], body
    assert draft.incoming_asset_id is None
    assert ask(team, "/team/upload", {"size": 9, "fingerprint": "0a"}, token).status_code == 200
    for body in PARTS_GARBAGE:
        if isinstance(body, dict):
            body = {"fingerprint": "0a", **body}
        answer = ask(team, "/team/upload/parts", body, token)
        assert answer.status_code == 409, body
    for raw in (b"", b"{", b"\xff\xfe", b"[" * 5000):
        answer = team.post(
            "/team/upload",
            data=raw,
            content_type="application/json",
            headers={**JSON, "X-CSRFToken": token},
        )
        assert answer.status_code == 409, raw[:20]


def test_team_pages_need_their_token(team: Browser, draft: Entry) -> None:
    token = csrf_of(team.page("/team/video"))
    about = {"size": 9, "fingerprint": "0a"}
    for path in ("/team/upload", "/team/upload/parts", "/team/upload/complete", "/team/leave",
                 "/team/captions", "/team/file"):  # fmt: skip
        assert team.post(path, json=about, headers=JSON).status_code == 400, path
        foreign = {
            "Accept": "application/json",
            "X-CSRFToken": token,
            "Origin": "http://evil.example",
        }
        assert team.post(path, json=about, headers=foreign).status_code == 400, path
    assert draft.incoming_asset_id is None


def multipart(data: bytes, name: str, token: str = "") -> dict[str, Any]:
    """The body of a form with a file in it, made here: the client would leave large ones open."""
    head = (
        f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        f'--edge\r\nContent-Disposition: form-data; name="video"; filename="{name}"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    )
    return {
        "data": head.encode() + data + b"\r\n--edge--\r\n",
        "content_type": "multipart/form-data; boundary=edge",
        "headers": SAME_SITE,
    }


def send_file(team: Browser, data: bytes, name: str = "film.mp4") -> Any:
    token = csrf_of(team.page("/team/video"))
    return team.post("/team/file", **multipart(data, name, token))


def test_without_scripts_the_whole_file_goes_in_one_form(
    session: Session, team: Browser, draft: Entry, platform: Platform
) -> None:
    old = draft.asset_id
    # Larger than any other form may be.
    data = b"\0" * (9 * 1024 * 1024) + b"the end"

    answer = send_file(team, data, "../../etc/passwd")

    assert (answer.status_code, answer.location) == (302, "/team/video")
    assert draft.asset_id not in (None, old)
    asset = session.get_one(Asset, draft.asset_id)
    assert asset.original_bytes == len(data)
    assert platform.storage.size(asset.original_key) == len(data)
    jobs = session.scalars(select(Job.name).order_by(Job.id)).all()
    assert jobs == ["media.process", "media.remove"]


def test_a_whole_file_that_is_empty_missing_or_too_large_is_refused(
    session: Session, team: Browser, draft: Entry, season: Season
) -> None:
    old = draft.asset_id
    assert send_file(team, b"").status_code == 409
    assert send_file(team, b"x", "").status_code == 409
    put_in_force(session, season, max_megabytes=2)
    assert send_file(team, b"\0" * 2_000_001).status_code == 409
    assert send_file(team, b"\0" * 4_000_000).status_code == 413
    assert draft.asset_id == old


@pytest.mark.parametrize("bad", BAD_FILES, ids=str)
def test_a_team_reads_why_its_file_can_not_be_used(
    bad: Bad,
    session: Session,
    team: Browser,
    draft: Entry,
    run_jobs: Callable[[], int],
    tmp_path: Path,
) -> None:
    bad.make(tmp_path / "film.mp4")
    data = (tmp_path / "film.mp4").read_bytes()

    answer = send_file(team, data)
    if bad.code == "empty":
        # That much is known before anything is kept, and said at once.
        assert answer.status_code == 409
        assert "That file is empty." in answer.text
        return
    run_jobs()

    page = team.page("/team/video")
    assert session.get_one(Asset, draft.asset_id).state == AssetState.REFUSED
    assert bad.words in page.text
    assert "This video can't be used as it is" in page.text


def test_nobody_without_a_code_may_send_a_large_form(client: Browser, draft: Entry) -> None:
    large = multipart(b"\0" * (9 * 1024 * 1024), "film.mp4")
    assert client.post("/team/file", **large).status_code == 413


def test_a_submitted_entry_takes_no_upload(
    session: Session, team: Browser, submitted: Entry
) -> None:
    page = team.page("/team/video")
    assert "This entry is submitted." in page.text
    assert page.all("input", type="file") == []
    token = csrf_of(page)
    about = {"size": 9, "fingerprint": "0a"}
    answer = ask(team, "/team/upload", about, token)
    assert answer.status_code == 409
    assert answer.json["error"].startswith("This entry is submitted.")
    assert send_file(team, b"a video").status_code == 409


def test_a_team_adds_captions(session: Session, team: Browser, draft: Entry) -> None:
    page = team.submit(
        team.page("/team/video"),
        "/team/captions",
        words="1\n00:00:01,000 --> 00:00:02,000\nOurs\n",
    )
    assert page.messages == ["The captions are saved. Play the video to see them."]
    assert "Ours" in team.get("/team/captions.vtt").text
    wrong = team.submit(page, "/team/captions", words="nothing", status=422)
    assert len(wrong.mistakes) == 1
    assert "nothing" in wrong.text
    assert "Ours" in draft.captions


def test_a_team_watches_its_own_video_only(
    session: Session, team: Browser, draft: Entry, platform: Platform, tmp_path: Path
) -> None:
    store(session, platform, draft, tmp_path)
    assert team.get("/team/video/web_720").data == b"the web_720"
    assert team.get("/team/video/original").status_code == 404
    assert team.get("/team/state").json["state"] == "ready"  # type: ignore[index]
    draft.asset_id = None
    assert team.get("/team/video/web_720").status_code == 404
    assert team.get("/team/state").json["state"] == "none"  # type: ignore[index]


# Screening


def screening(entry: Entry, rest: str = "") -> str:
    return f"/organizer/screening/{entry.id}{rest}"


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.SCREENER])
def test_an_entry_is_accepted_after_the_whole_checklist(
    session: Session, sign_in: SignIn, alice: User, submitted: Entry, role: Role
) -> None:
    browser = sign_in(make_user(session, role))
    assert submitted.title in browser.page("/organizer/screening/?status=submitted").links()
    page = browser.page(screening(submitted))
    assert alice.email in page.text
    hasty = browser.submit(
        page,
        screening(submitted),
        verdict="accepted",
        checked=["personal"],
        words="Kept",
        status=422,
    )
    assert hasty.mistakes == ["Please go through the whole checklist before you accept."]
    assert "Kept" in hasty.text
    unsaid = browser.submit(page, screening(submitted), status=422)
    assert unsaid.mistakes == ["Please decide."]

    done = browser.submit(page, screening(submitted), verdict="accepted", checked=CHECKLIST)

    assert done.messages == ["Decided; the teacher has been told."]
    assert submitted.status == "accepted"
    assert session.scalars(select(OutgoingMail.to)).all() == [alice.email]


def test_returning_needs_a_reason_which_the_teacher_reads(
    session: Session, sign_in: SignIn, alice: User, olivia: User, submitted: Entry
) -> None:
    browser = sign_in(olivia)
    page = browser.page(screening(submitted))
    refused = browser.submit(page, screening(submitted), verdict="returned", status=422)
    assert refused.mistakes == ["Please give at least one reason, so that the school knows why."]
    browser.submit(
        page,
        screening(submitted),
        verdict="returned",
        reasons=["captions"],
        words="Line two is empty.",
    )

    assert submitted.status == "returned"
    told = sign_in(alice).page(at(submitted)).text
    assert "The captions don't match what is said." in told
    assert "Line two is empty." in told
    assert "Mend it and submit it again. You have until" in told
    again = sign_in(olivia).page(screening(submitted))
    assert [f.get("action") for f in again.all("form", class_="form")] == [
        screening(submitted, "/disclosure")
    ]
    assert "Line two is empty." in again.text
    late = browser.post(
        screening(submitted),
        data={"csrf_token": csrf_of(again), "verdict": "disqualified", "reasons": ["rights"]},
        headers=SAME_SITE,
    )
    assert late.status_code == 422
    assert "not submitted at the moment" in late.text


def test_the_very_video_that_was_returned_is_asked_about_and_told_to_the_screener(
    session: Session, sign_in: SignIn, alice: User, olivia: User, submitted: Entry
) -> None:
    browser = sign_in(olivia)
    values = {"verdict": "returned", "reasons": ["captions"]}
    browser.submit(browser.page(screening(submitted)), screening(submitted), **values)
    asks, tells = "still the one that was returned", "The video is the one that was returned"
    browser = sign_in(alice)
    page = browser.page(at(submitted))
    assert asks in page.text
    browser.submit(page, at(submitted, "/submit"))
    assert submitted.status == "submitted"
    browser = sign_in(olivia)
    assert tells in browser.page(screening(submitted)).text

    asset = session.get_one(Asset, submitted.asset_id)
    asset.received_at = clock.now() + timedelta(seconds=1)
    assert tells not in browser.page(screening(submitted)).text


def test_a_screener_is_told_which_films_look_the_same_and_nobody_else_is(
    session: Session,
    sign_in: SignIn,
    alice: User,
    submitted: Entry,
    season: Season,
) -> None:
    last_year = make_season(session, year=season.year - 1)
    copied = make_entry(session, last_year, code="OLD1", status=EntryStatus.ACCEPTED)
    same = make_entry(session, season, code="NEW1", status=EntryStatus.SUBMITTED)
    unsubmitted = make_entry(session, season, code="DRF1", status=EntryStatus.DRAFT)
    for other, same_file in ((copied, False), (same, True), (unsubmitted, True)):
        # One of them came later, and was the one that noticed.
        one, two = (submitted, other) if other is not same else (other, submitted)
        session.add(
            Resemblance(
                asset_id=one.asset_id, other_id=two.asset_id, same_file=same_file, likeness=0.97
            )
        )
    browser = sign_in(make_user(session, Role.SCREENER))

    page = browser.page(screening(submitted))

    year = season.year
    links = {words_of(a): a.get("href") for a in page.all("a")}
    told = {words: to for words, to in links.items() if words.startswith("It ")}
    assert told == {
        f"It is the same file as entry NEW1 of {year}.": screening(same),
        f"It looks the same as entry OLD1 of {year - 1}.": screening(copied),
    }
    assert "DRF1" not in page.text
    assert "looks the same" in browser.page(screening(copied)).text
    own = sign_in(alice).page(at(submitted)).text
    assert not any(words in own for words in ("OLD1", "NEW1", "same file", "looks the same"))
    with pytest.raises(NotAllowed):
        queries.lookalikes(session, alice, submitted)


def test_screening_is_for_screeners(
    session: Session, sign_in: SignIn, alice: User, judy: User, submitted: Entry, client: Browser
) -> None:
    rests = ("", "/video/preview", "/captions.vtt")
    for path in ("/organizer/screening/", *(screening(submitted, rest) for rest in rests)):
        for person in (alice, judy):
            assert sign_in(person).get(path).status_code == 403
    token = csrf_of(sign_in(alice).page("/teacher/entries/"))
    answer = client.post(
        screening(submitted),
        data={
            "csrf_token": token,
            "verdict": "accepted",
            "checked": CHECKLIST,
        },
        headers=SAME_SITE,
    )
    assert answer.status_code == 403
    assert submitted.status == "submitted"
    with client.session_transaction() as cookie:
        cookie.clear()
    gone = client.get(screening(submitted))
    assert gone.status_code == 302
    assert gone.location.startswith("/account/sign-in")


def test_a_screener_watches_and_reads(
    session: Session,
    sign_in: SignIn,
    olivia: User,
    submitted: Entry,
    platform: Platform,
    tmp_path: Path,
) -> None:
    store(session, platform, submitted, tmp_path)
    browser = sign_in(olivia)
    assert browser.get(screening(submitted, "/video/web_480")).data == b"the web_480"
    assert browser.get(screening(submitted, "/video/original")).status_code == 404
    assert "Think first" in browser.get(screening(submitted, "/captions.vtt")).text
    submitted.captions = ""
    assert browser.get(screening(submitted, "/captions.vtt")).status_code == 404
    assert browser.get(screening(submitted, "9999")).status_code == 404


def test_an_organizer_has_a_failed_video_prepared_again(
    session: Session, sign_in: SignIn, olivia: User, submitted: Entry
) -> None:
    asset = make_asset(session, state=AssetState.PROCESSING, roles=("preview", "poster"))
    submitted.asset_id = asset.id
    now = clock.now()
    job = Job(
        name="media.process",
        queue="video",
        args={"asset_id": asset.id},
        subject=asset.subject,
        state="failed",
        attempt=4,
        max_attempts=4,
        run_at=now,
        rung_at=now,
        created_at=now,
        error="EngineFailed: no",
    )
    session.add(job)
    browser = sign_in(olivia)
    page = browser.page(screening(submitted))
    assert "Our side broke while preparing it" in page.text

    page = browser.submit(page, screening(submitted, "/process-again"))

    assert page.messages == ["The video is being prepared once more."]
    assert (job.state, job.attempt) == ("queued", 0)
    screener = sign_in(make_user(session, Role.SCREENER))
    assert screener.page(screening(submitted)).all("form", class_="post") != []
    token = csrf_of(screener.page(screening(submitted)))
    forbidden = screener.post(
        screening(submitted, "/process-again"), data={"csrf_token": token}, headers=SAME_SITE
    )
    assert forbidden.status_code == 403


def test_the_screening_list_filters_and_asks_a_constant_number_of_times(
    session: Session,
    sign_in: SignIn,
    olivia: User,
    submitted: Entry,
    season: Season,
    platform: Platform,
) -> None:
    make_person(session, submitted, Rung.JUDGED)
    browser = sign_in(olivia)
    browser.page("/organizer/screening/")
    with statements(platform.engine) as one:
        browser.page("/organizer/screening/")
    for _ in range(2):
        more = make_entry(session, season, status=EntryStatus.SUBMITTED)
        make_person(session, more, Rung.JUDGED)
        make_asset(session, state=AssetState.WAITING)
    with statements(platform.engine) as three:
        browser.page("/organizer/screening/")
    assert len(three) == len(one)
    empty = browser.page("/organizer/screening/?status=accepted")
    assert "Nothing to screen" in empty.text
    assert browser.page("/organizer/screening/?status=nonsense").text.count("School ") >= 2


def test_deeds_leave_a_trace_that_names_the_actor(
    session: Session, sign_in: SignIn, alice: User, draft: Entry
) -> None:
    browser = sign_in(alice)
    browser.submit(browser.page(at(draft)), at(draft, "/submit"))
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.actor_id) == ("entry.submitted", alice.id)
    assert clock.now() - last.at < timedelta(minutes=5)
