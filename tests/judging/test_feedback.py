"""What teams hear, score sheets on paper, and everything to take away."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from fractions import Fraction
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound, Refused
from app.entries.models import Entry
from app.judging import queries, rules, services
from app.judging.models import Assignment, Note, Scorecard
from app.judging.rules import NoteKind
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import make_assignment, make_entry, make_round, make_season, make_user

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def entry(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    """An entry of Alice's school, scored by three judges."""
    made = make_entry(session, season, school=school_a, teacher=alice, title="Think twice")
    round_ = make_round(session, season)
    for scores in ([5, 4, 3, 2, 1], [4, 4, 4, 4, 4], [3, 4, 5, 3, 1]):
        make_assignment(session, round_, make_user(session, Role.JUDGE), made, scores=scores)
    session.commit()
    return made


def note(session: Session, entry: Entry, kind: NoteKind, words: str) -> Note:
    card = session.scalars(
        select(Scorecard)
        .join(Assignment, Assignment.id == Scorecard.assignment_id)
        .where(Assignment.entry_id == entry.id)
        .limit(1)
    ).one()
    made = Note(uid=str(uuid4()), kind=kind, second=65, words=words, created_at=clock.now())
    card.notes.append(made)
    session.commit()
    return made


def heard_by(session: Session, entry: Entry, season: Season) -> queries.Feedback:
    """What the team will hear once the winners are announced."""
    with session.no_autoflush:
        season.announcement_at = season.announced_at = clock.now()
        found = queries.get_feedback(session, entry, season, clock.now())
        season.announced_at = None
    return found


# Feedback


def test_averages_are_over_those_who_score_and_never_one_judges_own() -> None:
    assert rules.averages([{1: 5, 2: 3}, {1: 4}]) == {1: Fraction(9, 2)}
    assert rules.averages([]) == {}


def test_an_organizer_chooses_two_strengths_and_one_next_step(
    session: Session, season: Season, entry: Entry, olivia: User, judy: User, sign_in: SignIn
) -> None:
    strengths = [note(session, entry, NoteKind.STRENGTH, f"Strong {n}") for n in range(3)]
    step = note(session, entry, NoteKind.NEXT_STEP, "=HYPERLINK(1)")
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/feedback")
    form = f"/organizer/judging/feedback/{entry.id}"
    too_many = [str(each.id) for each in (*strengths, step)]
    refused = browser.submit(page, form, status=422, note=too_many)
    assert refused.mistakes == ["Please choose at most two strengths. A team remembers two."]
    ticked = [
        e.get("value") for e in refused.all("input", name="note") if e.get("checked") is not None
    ]
    assert ticked == too_many
    browser.submit(page, form, note=[str(strengths[0].id), str(strengths[2].id), str(step.id)])
    session.rollback()
    heard = heard_by(session, entry, season)
    assert [n.words for n in heard.strengths] == ["Strong 0", "Strong 2"]
    assert [n.words for n in heard.next_steps] == ["=HYPERLINK(1)"]
    for actor, ids, error in (
        (judy, [step.id], NotAllowed),
        (olivia, [step.id + 1000], NotFound),
    ):
        with pytest.raises(error):
            services.approve_notes(session, actor=actor, entry=entry, note_ids=ids, now=clock.now())
    services.approve_notes(session, actor=olivia, entry=entry, note_ids=[], now=clock.now())
    assert heard_by(session, entry, season).strengths == []


def test_a_teacher_reads_averages_and_chosen_notes_after_the_announcement_and_no_place(
    session: Session, season: Season, entry: Entry, alice: User, charlie: User, olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    chosen = note(session, entry, NoteKind.STRENGTH, "The pause is brave.")
    note(session, entry, NoteKind.STRENGTH, "Not chosen.")
    services.approve_notes(
        session, actor=olivia, entry=entry, note_ids=[chosen.id], now=clock.now()
    )
    session.commit()
    browser = sign_in(alice)
    assert "Not yet" in browser.page("/teacher/feedback").text
    browser.page(f"/teacher/feedback/{entry.id}", 404)
    season.announcement_at = season.announced_at = clock.now()
    session.commit()
    page = browser.page("/teacher/feedback")
    assert page.links()[f"{entry.code} · Think twice"] == f"/teacher/feedback/{entry.id}"
    page = browser.page(f"/teacher/feedback/{entry.id}")
    assert [row[1] for row in page.rows] == ["4.0", "4.0", "4.0", "3.0", "2.0"]
    assert "The pause is brave." in page.text
    assert "1:05" in page.text
    assert "Not chosen." not in page.text
    assert "place" not in page.text.lower()
    sign_in(charlie).page(f"/teacher/feedback/{entry.id}", 404)


def test_who_stepped_aside_is_not_heard(
    session: Session, season: Season, entry: Entry, olivia: User
) -> None:
    said = note(session, entry, NoteKind.STRENGTH, "I know them.")
    services.approve_notes(session, actor=olivia, entry=entry, note_ids=[said.id], now=clock.now())
    card = session.get_one(Scorecard, said.scorecard_id)
    mine = session.get_one(Assignment, card.assignment_id)
    judge = session.get_one(User, mine.judge_id)
    services.recuse(
        session, actor=judge, assignment=mine, reason="I recognize it.", now=clock.now()
    )
    session.commit()
    heard = heard_by(session, entry, season)
    assert heard.strengths == []
    assert heard.averages[season.criteria[0].id] in (Fraction(7, 2), Fraction(9, 2), 4)
    assert queries.notes_by_entry(session, season) == {}


def test_everybody_can_read_how_judging_works(
    session: Session, season: Season, client: Browser
) -> None:
    page = client.page("/rules/judging")
    assert "Some judges are strict, some generous." in page.text
    assert "8 entries of each category" in page.text.replace("best 8", "8")


# Paper


def values(season: Season, value: int) -> dict[str, str]:
    return {f"score-{criterion.id}": str(value) for criterion in season.criteria}


def test_a_sheet_is_printed_typed_in_and_marked(
    session: Session, season: Season, entry: Entry, olivia: User, sign_in: SignIn
) -> None:
    judge = make_user(session, Role.JUDGE)
    round_ = session.scalars(select(Assignment)).first().round
    mine = make_assignment(session, round_, judge, entry)
    session.commit()
    browser = sign_in(olivia)
    here = f"/organizer/judging/judges/{judge.id}/paper"
    page = browser.page(here)
    assert entry.school.name not in page.text
    form = f"/organizer/judging/assignments/{mine.id}/type-in"
    assert page.links()[f"Type it in: {entry.code}"] == form
    page = browser.submit(browser.page(form), form, status=422)
    assert "Please choose a score." in page.mistakes
    page = browser.submit(browser.page(form), form, **values(season, 4), comment="On paper",
        strength="Brave", next_step="Slower",
    )  # fmt: skip
    assert "Typed in" in page.text
    session.rollback()
    session.refresh(mine)
    assert mine.scorecard is not None
    assert mine.scorecard.typed_in_by == olivia.id
    assert mine.scorecard.completed_at is not None
    assert sorted((note.kind, note.words) for note in mine.scorecard.notes) == [
        ("next_step", "Slower"), ("strength", "Brave"),
    ]  # fmt: skip
    # A slip of the pen is corrected the same way.
    browser.submit(browser.page(form), form, **values(season, 2))
    session.rollback()
    session.refresh(mine.scorecard, ["scores"])
    assert set(mine.scorecard.values.values()) == {2}


def test_what_a_judge_scored_on_screen_is_hers(
    session: Session, season: Season, entry: Entry, olivia: User, judy: User
) -> None:
    mine = session.scalars(select(Assignment)).first()
    given = {criterion.id: 3 for criterion in season.criteria}

    def attempt(actor: User, scores: dict[int, int]) -> None:
        services.type_in(
            session, actor=actor, assignment=mine, scores=scores, comment="", now=clock.now()
        )

    with pytest.raises(Refused, match="on screen"):
        attempt(olivia, given)
    with pytest.raises(NotAllowed):
        attempt(judy, given)
    mine.scorecard = None
    session.flush()
    for bad in ({}, dict.fromkeys(given, 0), dict.fromkeys(given, 6)):
        with pytest.raises(Refused):
            attempt(olivia, bad)
    mine.round.closed_at = clock.now()
    session.flush()
    with pytest.raises(Refused, match="round is closed"):
        attempt(olivia, given)


# To take away


def test_all_scores_are_a_table_without_formulas(
    session: Session, season: Season, entry: Entry, olivia: User, sign_in: SignIn
) -> None:
    judge = make_user(session, Role.JUDGE, name="=cmd|' /C calc'!A0")
    round_ = session.scalars(select(Assignment)).first().round
    make_assignment(session, round_, judge, entry, scores=[1] * 5, recused=True)
    session.commit()
    answer = sign_in(olivia).get("/organizer/judging/scores.csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 1 + 4 * 5
    assert {row[2] for row in rows[-5:]} == {"'=cmd|' /C calc'!A0"}
    assert {tuple(row[5:]) for row in rows[-5:]} == {("no", "no", "yes")}
    assert {tuple(row[5:]) for row in rows[1:6]} == {("yes", "no", "no")}


def test_one_archive_holds_it_all_and_says_who_took_it(
    session: Session, season: Season, entry: Entry, olivia: User, judy: User, sign_in: SignIn
) -> None:
    note(session, entry, NoteKind.NEXT_STEP, "=1+1")
    session.scalars(select(Assignment)).first().round.closed_at = clock.now()
    services.seal_result(session, actor=olivia, season=season, now=clock.now())
    session.commit()
    browser = sign_in(olivia)
    answer = browser.send(
        browser.page("/organizer/judging/matrix"), "/organizer/judging/archive.zip"
    )
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = [name.split("/")[1] for name in archive.namelist()]
        notes = archive.read(archive.namelist()[names.index("notes.csv")]).decode()
    assert sorted(names) == [
        "notes.csv", "ranking-first.csv", "rubric.csv", "scores.csv", "seal-1.json",
        "seal-1.sha256",
    ]  # fmt: skip
    assert "'=1+1" in notes
    session.rollback()
    taken = session.scalars(select(AuditEvent).where(AuditEvent.action == "judging.exported")).one()
    assert taken.actor_id == olivia.id
    judge = sign_in(judy)
    assert judge.get("/organizer/judging/scores.csv").status_code == 403
