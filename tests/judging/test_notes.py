"""Notes for teams, what a judge sees of her own scores, and two devices of one judge."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, Refused
from app.judging import queries, rules, services
from app.judging.models import Assignment, Note, Scorecard
from app.judging.rules import NoteKind
from app.judging.services import SavedElsewhere
from tests.browsing import Browser
from tests.factories import make_assignment, make_entry, make_round, make_season
from tests.judging.test_views import fill, save, scores_of

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def mine(session: Session, season: Season, judy: User) -> Assignment:
    return make_assignment(session, make_round(session, season), judy, make_entry(session, season))


def note(
    session: Session,
    judy: User,
    mine: Assignment,
    words: str = "The pause is brave.",
    uid: UUID | None = None,
    second: int | None = 23,
) -> Note:
    return services.add_note(
        session,
        actor=judy,
        assignment=mine,
        uid=uid or uuid4(),
        kind=NoteKind.STRENGTH,
        second=second,
        words=words,
        now=clock.now(),
    )


# Rules


@pytest.mark.parametrize(
    ("values", "range_"),
    [
        ([], None),
        ([4], (4, 4)),
        ([1, 5], (1, 5)),
        ([2, 3, 4, 3, 5, 3], (2, 3)),
        ([3, 3, 3, 1, 5], (1, 3)),
        ([3, 3, 3, 3, 5], (3, 3)),
    ],
)
def test_what_a_judge_mostly_gave(values: list[int], range_: tuple[int, int] | None) -> None:
    assert rules.mostly(values) == range_


@given(st.lists(st.integers(1, 5), min_size=1))
def test_mostly_holds_two_thirds(values: list[int]) -> None:
    found = rules.mostly(values)
    assert found is not None
    held = sum(found[0] <= value <= found[1] for value in values)
    assert held * 3 >= len(values) * 2


@pytest.mark.parametrize(
    ("words", "second"),
    [("0:23", 23), ("1:05", 65), (" 65 ", 65), ("", None), ("soon", None), ("1:2:3", None),
     ("1:99", None),      ("-4", None), ("99999", None), ("٣", None)],
)  # fmt: skip
def test_moments(words: str, second: int | None) -> None:
    assert rules.read_moment(words) == second


# Notes


def test_a_note_sent_twice_stands_there_once(
    session: Session, judy: User, mine: Assignment
) -> None:
    uid = uuid4()
    first = note(session, judy, mine, uid=uid)
    again = note(session, judy, mine, uid=uid)
    session.commit()
    assert first.id == again.id
    assert session.scalar(select(func.count()).select_from(Note)) == 1


@pytest.mark.parametrize(
    ("words", "second"), [("", 1), ("   ", 1), ("x" * 301, 1), ("Fine", -1), ("Fine", 44)]
)
def test_a_note_has_limits(
    session: Session, judy: User, mine: Assignment, words: str, second: int
) -> None:
    with pytest.raises(Refused):
        note(session, judy, mine, words, second=second)


def test_there_are_only_so_many_notes(session: Session, judy: User, mine: Assignment) -> None:
    for _ in range(rules.NOTES_MOST):
        note(session, judy, mine)
    with pytest.raises(Refused):
        note(session, judy, mine)


def test_nobody_writes_notes_for_another_judge(
    session: Session, olivia: User, mine: Assignment
) -> None:
    with pytest.raises(NotAllowed):
        note(session, olivia, mine)


def test_a_note_can_be_taken_back_and_that_twice(
    session: Session, judy: User, mine: Assignment
) -> None:
    uid = UUID(note(session, judy, mine).uid)
    for _ in range(2):
        services.remove_note(session, actor=judy, assignment=mine, uid=uid, now=clock.now())
    session.commit()
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_notes_go_with_the_comments(session: Session, judy: User, mine: Assignment) -> None:
    note(session, judy, mine)
    services.forget_comments(session, mine.entry_id)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_without_scripts_a_form_adds_and_removes_notes(
    session: Session, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    page = browser.submit(
        page, f"/judge/{mine.id}/notes",
        words=" Speak\nslower here ", kind="next_step", moment="0:23",
    )  # fmt: skip
    assert "A next step: Speak slower here" in " ".join(page.text.split())
    kept = session.scalars(select(Note)).one()
    assert (kept.second, kept.words, kept.kind) == (23, "Speak slower here", "next_step")
    browser.submit(page, f"/judge/{mine.id}/notes/remove")
    session.rollback()
    assert session.scalars(select(Note)).all() == []


# Two devices


def test_a_device_that_was_behind_undoes_nothing(
    session: Session, season: Season, judy: User, mine: Assignment
) -> None:
    criterion = season.criteria[0].id
    both = {"actor": judy, "assignment": mine, "criterion_id": criterion, "now": clock.now()}
    services.save_score(session, value=2, seen=None, **both)
    with pytest.raises(SavedElsewhere) as found:
        services.save_score(session, value=4, seen=None, **both)
    assert found.value.theirs == 2
    services.save_score(session, value=2, seen=None, **both)
    services.save_score(session, value=4, seen=2, **both)
    assert mine.scorecard is not None
    assert mine.scorecard.values == {criterion: 4}


def test_the_script_is_told_what_the_other_device_saved(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    first = season.criteria[0].id
    change = {"criterion": first, "seen": None}
    assert save(browser, page, mine, {**change, "value": 2}).status_code == 200
    answer = save(browser, page, mine, {**change, "value": 4})
    assert answer.status_code == 409
    assert answer.json["theirs"] == 2
    answer = save(browser, page, mine, {"comment": "Mine", "seen": ""})
    assert answer.status_code == 200
    answer = save(browser, page, mine, {"comment": "Other", "seen": ""})
    assert (answer.status_code, answer.json["theirs"]) == (409, "Mine")
    session.rollback()
    card = session.scalars(select(Scorecard)).one()
    assert (card.values, card.comment) == ({first: 2}, "Mine")


def test_the_form_saves_only_what_was_changed_on_its_page(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    old = browser.page(f"/judge/{mine.id}")
    form = f"/judge/{mine.id}"
    browser.submit(browser.page(form), form, **fill(season, 2))
    first, second = (f"score-{criterion.id}" for criterion in season.criteria[:2])
    page = browser.submit(old, form, status=409, **{first: "5", "comment": "Brave"})
    assert "On another device you gave 2. Choose again." in page.text
    assert scores_of(page)[first] == "5"
    session.rollback()
    card = session.scalars(select(Scorecard)).one()
    assert set(card.values.values()) == {2}
    # Sent again, now that the judge has seen it, it counts, and the rest stays.
    page = browser.submit(page, form, **{first: "5", "comment": "Brave"})
    session.rollback()
    session.refresh(card)
    assert (card.values[season.criteria[0].id], card.comment) == (5, "Brave")
    assert scores_of(page)[second] == "2"


def test_finishing_by_script_leads_on(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    other = make_assignment(session, mine.round, judy, make_entry(session, season), position=2)
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    lacking = save(browser, page, mine, {"complete": True})
    assert lacking.status_code == 409
    for criterion in season.criteria:
        save(browser, page, mine, {"criterion": criterion.id, "value": 3, "watched": 12})
    answer = save(browser, page, mine, {"complete": True, "watched": 9, "follow": True})
    assert answer.json["next"] == f"/judge/{other.id}"
    # The answer may have been lost: said once more, it leads on all the same.
    again = save(browser, page, mine, {"complete": True, "follow": True})
    assert again.json["next"] == f"/judge/{other.id}"
    assert save(browser, page, mine, {"complete": True}).json["next"] is None
    session.rollback()
    card = session.scalars(select(Scorecard)).one()
    assert card.completed_at is not None
    assert card.watched_seconds == 12


@pytest.mark.parametrize(
    "change",
    [
        {"complete": 1},
        {"complete": False},
        {"remove": "x"},
        {"note": {"uid": "x", "kind": "strength", "second": 1, "words": "a"}},
        {"note": {"uid": str(UUID(int=1)), "kind": "praise", "second": 1, "words": "a"}},
        {"note": {"uid": str(UUID(int=1)), "kind": "strength", "second": "1", "words": "a"}},
        {"note": {"uid": str(UUID(int=1)), "kind": "strength", "words": "a"}},
        {"comment": "a", "watched": "1"},
        {"comment": "a", "watched": -1},
        {"comment": "a", "watched": True},
        {"criterion": 1, "value": 2, "seen": "1"},
        {"criterion": 1, "value": 2, "seen": [1]},
        [],
        None,
    ],
)  # fmt: skip
def test_garbage_is_refused_and_changes_nothing(
    session: Session, judy: User, mine: Assignment, sign_in: SignIn, change: object
) -> None:
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    assert save(browser, page, mine, change).status_code in (400, 409)
    session.rollback()
    assert session.scalars(select(Note)).all() == []
    assert session.scalars(select(Scorecard)).all() == []


@pytest.mark.parametrize("seen", ["", "[]", "{", '"x"', '{"score-1": [1]}'])
def test_a_broken_memory_of_the_page_loses_nothing(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn, seen: str
) -> None:
    browser = sign_in(judy)
    form = f"/judge/{mine.id}"
    browser.submit(browser.page(form), form, **fill(season, 4), seen=seen)
    session.rollback()
    assert set(session.scalars(select(Scorecard)).one().values.values()) == {4}


# Her own queue


def test_the_queue_says_how_long_it_will_take_and_what_she_gave(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    make_assignment(
        session, mine.round, judy, make_entry(session, season), scores=[2, 3, 3, 4, 3], position=2
    )
    session.commit()
    queue = queries.queue_for(session, judy, season)
    assert dict(queue.given) == {2: 1, 3: 3, 4: 1}
    page = sign_in(judy).page("/judge/")
    assert f"about {queue.minutes_left} minute" in page.text
    assert "So far you gave mostly 2 to 3." in page.text


def test_what_stood_there_is_on_the_page(
    session: Session, season: Season, judy: User, mine: Assignment, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    form = f"/judge/{mine.id}"
    page = browser.submit(browser.page(form), form, **fill(season, 4), comment="Good")
    (hidden,) = page.all("input", name="seen")
    said = json.loads(hidden.get("value", ""))
    assert said["comment"] == "Good"
    assert len(said) == len(season.criteria) + 1
