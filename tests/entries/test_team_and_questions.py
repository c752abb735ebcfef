"""Who is in the team, what a season asks besides, and the credits made of the cue sheet."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Question, Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, Refused
from app.entries import rules, services
from app.entries.models import Answer, Cue, Entry
from app.entries.rules import EntryStatus
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import dates_in, make_entry, make_team_code

SignIn = Callable[..., Browser]


@pytest.fixture
def draft(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    entry = make_entry(
        session, season, school=school_a, teacher=alice, status=EntryStatus.DRAFT, slug=None
    )
    make_team_code(session, entry, code="kapmun")
    return entry


def at(entry: Entry, rest: str = "") -> str:
    return f"/teacher/entries/{entry.id}{rest}"


def ask(session: Session, season: Season, **over: Any) -> Question:
    values: dict[str, Any] = {
        "words": "Who helped?",
        "kind": "line",
        "choices": [],
        "audience": "organizers",
    }
    question = Question(season_id=season.id, **(values | over))
    season.questions.append(question)
    session.flush()
    return question


def test_the_team_is_saved_by_alias_in_order(sign_in: SignIn, alice: User, draft: Entry) -> None:
    browser = sign_in(alice)
    fields = {f"alias-{n}": "" for n in range(6)} | {"alias-0": " Kai ", "alias-3": "Mele"}

    page = browser.submit(browser.page(at(draft)), at(draft, "/team"), **fields)

    assert page.messages == ["The team is saved."]
    assert [member.alias for member in draft.members] == ["Kai", "Mele"]


def test_a_team_is_no_larger_than_the_rules_allow(
    session: Session, season: Season, alice: User, draft: Entry
) -> None:
    with pytest.raises(Refused, match="6 students at most"):
        services.save_members(
            session, actor=alice, entry=draft, aliases=list("abcdefg"), now=clock.now()
        )


def test_nothing_more_about_a_student_is_taken(sign_in: SignIn, alice: User, draft: Entry) -> None:
    browser = sign_in(alice)
    page = browser.page(at(draft))
    token = page.all("input", name="csrf_token")[0].get("value")
    browser.post(
        at(draft, "/team"),
        data={
            "csrf_token": token,
            "alias-0": "Kai",
            "email-0": "kai@example.org",
            "members": "x",
            "birthday": "2012-01-01",
        },
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert [vars(m).keys() & {"email", "birthday"} for m in draft.members] == [set()]


def test_the_team_is_on_no_public_page(
    session: Session, season: Season, client: Browser, school_a: School
) -> None:
    for name, moment in dates_in(Phase.VOTING, clock.now()).items():
        setattr(season, name, moment)
    entry = make_entry(session, season, slug="shown", school=school_a)
    entry.members[0].alias = "Canaryalias"
    for path in ("/", "/gallery", "/watch/shown", "/vote"):
        assert "Canaryalias" not in client.get(path).text


@pytest.mark.parametrize(
    ("kind", "choices", "typed", "kept"),
    [
        ("line", [], "  A parent ", "A parent"),
        ("lines", [], "One\nTwo", "One\nTwo"),
        ("number", [], "12", "12"),
        ("yes-no", [], "yes", "yes"),
        ("choice", ["A parent", "Nobody"], "Nobody", "Nobody"),
    ],
)
def test_each_kind_of_question_is_answered_and_asked_again(
    session: Session,
    season: Season,
    sign_in: SignIn,
    alice: User,
    draft: Entry,
    kind: str,
    choices: list[str],
    typed: str,
    kept: str,
) -> None:
    question = ask(session, season, kind=kind, choices=choices)
    browser = sign_in(alice)
    name = f"question_{question.id}"

    page = browser.submit(browser.page(at(draft)), at(draft, "/answers"), **{name: typed})

    assert page.messages == ["The answers are saved."]
    assert [answer.words for answer in draft.answers] == [kept]
    again = browser.submit(page, at(draft, "/answers"))
    assert [answer.words for answer in draft.answers] == [kept]
    assert again.messages == ["The answers are saved."]


@pytest.mark.parametrize(
    ("kind", "typed"), [("number", "many"), ("yes-no", "perhaps"), ("line", "x" * 201)]
)
def test_garbage_is_told_beside_the_question(
    session: Session,
    season: Season,
    sign_in: SignIn,
    alice: User,
    draft: Entry,
    kind: str,
    typed: str,
) -> None:
    question = ask(session, season, kind=kind)
    browser = sign_in(alice)
    page = browser.page(at(draft))
    answers = {f"question_{question.id}": typed}
    told = browser.submit(page, at(draft, "/answers"), status=422, **answers)
    assert told.mistakes != []
    assert draft.answers == []


def test_a_required_answer_is_missing_until_it_is_given(
    session: Session, season: Season, alice: User, draft: Entry
) -> None:
    question = ask(session, season, required=True)
    assert [str(lack.words) for lack in rules.missing(draft, None, season.questions)] == [
        "an answer to: Who helped?",
        "the video",
    ]
    services.save_answers(
        session,
        actor=alice,
        entry=draft,
        answers={question.id: "Nobody", 999: "x"},
        now=clock.now(),
    )
    assert [str(lack.words) for lack in rules.missing(draft, None, season.questions)] == [
        "the video"
    ]


def test_answers_are_shown_to_their_audience_only(
    session: Session, season: Season, client: Browser, sign_in: SignIn, olivia: User
) -> None:
    for name, moment in dates_in(Phase.VOTING, clock.now()).items():
        setattr(season, name, moment)
    entry = make_entry(session, season, slug="shown")
    for audience in ("organizers", "judges", "public"):
        question = ask(session, season, audience=audience, words=f"Asked for {audience}?")
        entry.answers.append(Answer(question_id=question.id, words=f"canary-{audience}"))
    session.flush()

    public = client.page("/watch/shown").text
    screened = sign_in(olivia).page(f"/organizer/screening/{entry.id}").text

    assert [a in public for a in ("canary-organizers", "canary-judges", "canary-public")] == [
        False,
        False,
        True,
    ]
    assert [a in screened for a in ("canary-organizers", "canary-judges", "canary-public")] == [
        True,
        True,
        True,
    ]


def test_a_colleague_and_a_stranger_change_no_team(
    session: Session, sign_in: SignIn, bob: User, charlie: User, draft: Entry
) -> None:
    with pytest.raises(NotAllowed):
        services.save_members(session, actor=bob, entry=draft, aliases=["x"], now=clock.now())
    token = {"Sec-Fetch-Site": "same-origin"}
    browser = sign_in(charlie)
    csrf = browser.page("/teacher/entries/").all("input", name="csrf_token")[0].get("value")
    for rest in ("/team", "/answers"):
        answer = browser.post(at(draft, rest), data={"csrf_token": csrf}, headers=token)
        assert answer.status_code == 404
    assert browser.get(at(draft, "/credits.png")).status_code == 404


def test_the_credits_name_every_piece_and_no_student(
    session: Session, sign_in: SignIn, alice: User, draft: Entry, client: Browser
) -> None:
    draft.team_name = "Team Honu"
    draft.cues.append(
        Cue(kind="music", title="Low Tide", author="Ukulele club", source="school", licence="CC0")
    )
    session.flush()

    lines = rules.credits_of(draft)

    assert lines == ["Music: “Low Tide”, Ukulele club (school, CC0)"]
    answer = sign_in(alice).get(at(draft, "/credits.png"))
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (1920, 1080)
        assert len(picture.convert("L").getcolors(256) or []) > 20
    device = client
    with device.session_transaction() as cookie:
        cookie.clear()
    device.send(device.page("/team/"), code="kapmun")
    assert "Music: “Low Tide”" in device.page("/team/video").text
    assert device.get("/team/credits.png").mimetype == "image/png"
