"""What a judge finds is her own and blind; what is added up is what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.entries.models import AppearingPerson, Release
from app.entries.rules import EntryStatus
from app.judging import queries
from app.judging.models import Conflict
from app.judging.queries import Clip
from app.judging.rules import RoundKind
from tests.factories import (
    make_asset,
    make_assignment,
    make_entry,
    make_membership,
    make_round,
    make_school,
    make_season,
    make_user,
)
from tests.statements import statements


@pytest.fixture
def season(session: Session) -> Season:
    """A season in the middle of its judging."""
    return make_season(session, Phase.JUDGING)


@contextmanager
def counted(session: Session) -> Iterator[Callable[[], int]]:
    """How many statements have been sent since, with nothing known beforehand."""
    session.flush()
    session.expire_all()
    with statements(session.get_bind().engine) as seen:
        yield lambda: len(seen)


def test_a_judge_finds_her_own_assignment_and_nobody_elses(
    session: Session, season: Season, judy: User, olivia: User, alice: User
) -> None:
    other = make_user(session, Role.JUDGE)
    mine = make_assignment(session, make_round(session, season), judy, make_entry(session, season))
    assert queries.get_assignment_for(session, judy, mine.id) is mine
    for stranger in (other, olivia, alice):
        with pytest.raises(NotFound):
            queries.get_assignment_for(session, stranger, mine.id)
    with pytest.raises(NotFound):
        queries.get_assignment_for(session, judy, mine.id + 1)


def test_places_are_shown_to_organizers_only(
    session: Session, season: Season, judy: User, olivia: User, alice: User
) -> None:
    kind = RoundKind.FIRST
    make_assignment(
        session, make_round(session, season), judy, make_entry(session, season), scores=[5] * 5
    )
    for stranger in (judy, alice):
        with pytest.raises(NotAllowed):
            queries.rankings_for(session, stranger, season, kind)
    shown = queries.rankings_for(session, olivia, season, kind)
    assert shown == queries.rankings(session, season, kind)
    assert shown != {}


@pytest.mark.parametrize("status", [EntryStatus.WITHDRAWN, EntryStatus.DISQUALIFIED])
def test_an_entry_that_was_taken_out_is_gone_from_queue_ranking_and_address(
    session: Session, season: Season, judy: User, status: EntryStatus
) -> None:
    entry = make_entry(session, season)
    mine = make_assignment(session, make_round(session, season), judy, entry, scores=[5] * 5)
    assert queries.queue_for(session, judy, season).total == 1
    entry.status = status
    session.flush()
    assert queries.queue_for(session, judy, season).total == 0
    assert queries.rankings(session, season, RoundKind.FIRST) == {}
    with pytest.raises(NotFound):
        queries.get_assignment_for(session, judy, mine.id)


def test_an_entry_is_gone_once_somebody_in_it_takes_back_being_judged(
    session: Session, season: Season, judy: User
) -> None:
    entry = make_entry(session, season)
    release = Release(
        rung="C1",
        form_name="Release",
        signed_on=clock.now().date(),
        attested_by=entry.teacher_id,
        attested_at=clock.now(),
    )
    entry.people = [AppearingPerson(alias="Kai", releases=[release])]
    session.flush()
    make_assignment(session, make_round(session, season), judy, entry)
    assert queries.queue_for(session, judy, season).total == 1
    release.revoked_at = clock.now()
    session.flush()
    assert queries.queue_for(session, judy, season).total == 0


def test_what_a_judge_is_shown_has_no_place_for_who_made_it() -> None:
    assert {field.name for field in fields(Clip)} == {
        "code",
        "title",
        "synopsis",
        "category",
        "division",
        "licence",
        "seconds",
        "versions",
        "has_poster",
        "captions_language",
        "answers",
    }


@pytest.mark.parametrize(
    ("roles", "versions"),
    [
        (
            ("web_480", "web_1080", "web_720", "preview", "poster"),
            (("web_720", 720), ("web_1080", 1080), ("web_480", 480)),
        ),
        (("web_480", "preview"), (("web_480", 480),)),
        (("preview", "poster"), (("preview", 480),)),
        ((), ()),
    ],
)
def test_the_web_versions_are_shown_once_they_are_there_and_the_preview_until_then(
    session: Session, season: Season, roles: tuple[str, ...], versions: tuple
) -> None:
    asset = make_asset(session, roles=roles)
    clip = queries.clip_of(make_entry(session, season, asset=asset), asset)
    assert clip.versions == versions
    assert clip.has_poster is ("poster" in roles)


def test_the_queue_is_in_the_judges_order_and_knows_where_to_go_on(
    session: Session, season: Season, judy: User
) -> None:
    round_ = make_round(session, season)
    given = [
        make_assignment(session, round_, judy, make_entry(session, season), **state)
        for state in (
            {"position": 9, "scores": [3] * 5},
            {"position": 2, "scores": [3, 3]},
            {"position": 5},
            {"position": 1, "recused": True},
            {"position": 7, "scores": [4] * 5, "complete": False},
        )
    ]
    queue = queries.queue_for(session, judy, season)
    assert [task.assignment for task in queue.tasks] == [given[1], given[2], given[4], given[0]]
    assert [(t.number, t.done, t.begun) for t in queue.tasks] == [
        (1, False, True),
        (2, False, False),
        (3, False, True),
        (4, True, True),
    ]
    assert (queue.done, queue.total, queue.stepped_aside) == (1, 4, 1)
    second = queue.tasks[1]
    assert queue.task(given[2]) is second
    assert queue.task(given[3]) is None
    assert queue.neighbor(second, 1) is queue.tasks[2]
    assert queue.neighbor(second, -1) is queue.tasks[0]
    assert queue.neighbor(queue.tasks[0], -1) is None
    assert queue.neighbor(queue.tasks[3], 1) is None
    assert queue.next_open() is queue.tasks[0]
    assert queue.next_open(after=2) is queue.tasks[2]
    assert queue.next_open(after=3) is queue.tasks[0]


def test_once_the_finals_are_opened_the_queue_is_about_them(
    session: Session, season: Season, judy: User
) -> None:
    entry = make_entry(session, season, finalist_at=clock.now())
    make_assignment(session, make_round(session, season), judy, entry, scores=[5] * 5)
    assert queries.queue_for(session, judy, season).done == 1
    finals = make_round(session, season, RoundKind.FINALS)
    make_assignment(session, finals, judy, entry)
    queue = queries.queue_for(session, judy, season)
    assert queue.round is finals
    assert (queue.done, queue.total) == (0, 1)


def test_without_a_round_there_is_nothing(session: Session, season: Season, judy: User) -> None:
    make_entry(session, season)
    queue = queries.queue_for(session, judy, season)
    assert (queue.round, queue.tasks, queue.next_open()) == (None, (), None)
    assert queries.rankings(session, season, RoundKind.FIRST) == {}
    with pytest.raises(NotFound):
        queries.get_round(session, season, RoundKind.FIRST)


@pytest.mark.parametrize("what", ["queue", "ranking", "loads", "coverage"])
def test_the_number_of_queries_does_not_grow(
    session: Session, season: Season, judy: User, olivia: User, what: str
) -> None:
    round_ = make_round(session, season)

    def ask() -> int:
        with counted(session) as count:
            if what == "queue":
                queries.queue_for(session, judy, season)
            elif what == "ranking":
                queries.rankings(session, season, RoundKind.FIRST)
            elif what == "loads":
                queries.loads(session, olivia, round_, season)
            else:
                queries.coverage(session, olivia, round_, season)
            return count()

    def add(judge: User) -> None:
        make_assignment(session, round_, judge, make_entry(session, season), scores=[3] * 5)

    add(judy)
    first = ask()
    assert first > 0
    for judge in (judy, judy, make_user(session, Role.JUDGE), make_user(session, Role.JUDGE)):
        add(judge)
    assert ask() == first


def test_conflicts_are_what_was_declared_and_where_a_judge_teaches(
    session: Session, season: Season, judy: User
) -> None:
    declared, own = make_school(session), make_school(session)
    session.add(
        Conflict(
            judge_id=judy.id,
            school_id=declared.id,
            declared_by=judy.id,
            declared_at=clock.now(),
        )
    )
    make_membership(session, judy, own)
    assert queries.conflicts(session) == {(judy.id, declared.id), (judy.id, own.id)}


def test_work_goes_to_judges_who_can_sign_in(session: Session, judy: User, olivia: User) -> None:
    make_user(session, Role.JUDGE, switched_off_at=clock.now())
    invited = make_user(session, Role.JUDGE, email_confirmed_at=None, password_hash=None)
    assert queries.working_judges(session) == [judy]
    assert invited in queries.judges(session)
    assert olivia not in queries.judges(session)


def test_the_ranking_counts_complete_scorecards_of_judges_who_did_not_step_aside(
    session: Session, season: Season, judy: User
) -> None:
    round_ = make_round(session, season)
    others = [make_user(session, Role.JUDGE) for _ in range(3)]
    one, two = make_entry(session, season), make_entry(session, season)
    elsewhere = make_entry(session, season, category=season.categories[1])
    unscored = make_entry(session, season)
    make_assignment(session, round_, judy, one, scores=[4, 4, 4, 4, 4])
    make_assignment(session, round_, others[0], one, scores=[5, 4, 3, 2, 1])
    make_assignment(session, round_, others[1], one, scores=[1] * 5, recused=True)
    make_assignment(session, round_, others[2], one, scores=[1] * 5, complete=False)
    make_assignment(session, round_, judy, two, scores=[5] * 5)
    make_assignment(session, round_, others[0], elsewhere, scores=[2] * 5)
    make_assignment(session, round_, others[1], elsewhere, scores=[1] * 4)
    found = queries.rankings(session, season, RoundKind.FIRST)
    first, second = season.categories[0].id, season.categories[1].id
    assert set(found) == {first, second}
    assert [(r.entry_id, r.place, r.reviews, r.short) for r in found[first]] == [
        (two.id, 1, 1, True),
        (one.id, 2, 2, True),
        (unscored.id, None, 0, True),
    ]
    # 30 · 5 + 25 · 4 + 20 · 3 + 15 · 2 + 10 · 1 = 350 of 100, and a plain 4.
    assert found[first][1].mean == pytest.approx((4 + 3.5) / 2)
    assert found[first][1].per_criterion[season.criteria[0].id] == 4.5
    assert [r.mean for r in queries.rankings(session, season, RoundKind.FIRST)[second]] == [2.0]


def test_the_ranking_of_the_finals_is_about_finalists_and_their_new_scores(
    session: Session, season: Season, judy: User
) -> None:
    entry, other = make_entry(session, season, finalist_at=clock.now()), make_entry(session, season)
    first, finals = make_round(session, season), make_round(session, season, RoundKind.FINALS)
    make_assignment(session, first, judy, entry, scores=[1] * 5)
    make_assignment(session, first, judy, other, scores=[5] * 5)
    make_assignment(session, finals, judy, entry, scores=[4] * 5)
    category = season.categories[0].id
    ranking = queries.rankings(session, season, RoundKind.FINALS)[category]
    assert [(r.entry_id, r.mean) for r in ranking] == [(entry.id, 4.0)]


def test_how_far_everybody_is(session: Session, season: Season, judy: User, olivia: User) -> None:
    round_ = make_round(session, season)
    gone = make_user(session, Role.JUDGE, name="Zoe", switched_off_at=clock.now())
    done, begun = make_entry(session, season), make_entry(session, season)
    make_assignment(session, round_, judy, done, scores=[3] * 5)
    make_assignment(session, round_, judy, begun, scores=[3] * 2)
    make_assignment(session, round_, judy, make_entry(session, season), recused=True)
    make_assignment(session, round_, gone, begun)
    make_assignment(session, round_, gone, done, scores=[2] * 5)
    loads = queries.loads(session, olivia, round_, season)
    assert [(x.judge, x.assigned, x.done, x.stepped_aside) for x in loads] == [
        (judy, 2, 1, 1),
        (gone, 2, 1, 0),
    ]
    lines = {x.entry.id: x for x in queries.coverage(session, olivia, round_, season)}
    assert (lines[begun.id].assigned, lines[begun.id].done, lines[begun.id].needed) == (1, 0, 3)
    assert (lines[done.id].assigned, lines[done.id].done) == (2, 2)
    for look in (queries.loads, queries.coverage):
        with pytest.raises(NotAllowed):
            look(session, judy, round_, season)


def test_a_judge_is_found_by_organizers_and_only_if_she_is_one(
    session: Session, judy: User, olivia: User, alice: User
) -> None:
    assert queries.get_judge_for(session, olivia, judy.id) is judy
    with pytest.raises(NotFound):
        queries.get_judge_for(session, olivia, alice.id)
    with pytest.raises(NotAllowed):
        queries.get_judge_for(session, judy, judy.id)


def test_a_conflict_is_there_for_its_judge_and_for_organizers(
    session: Session, judy: User, olivia: User
) -> None:
    conflict = Conflict(
        judge_id=judy.id,
        school_id=make_school(session).id,
        declared_by=judy.id,
        declared_at=clock.now(),
    )
    session.add(conflict)
    session.flush()
    assert queries.get_conflict_for(session, judy, conflict.id) is conflict
    assert queries.get_conflict_for(session, olivia, conflict.id) is conflict
    with pytest.raises(NotFound):
        queries.get_conflict_for(session, make_user(session, Role.JUDGE), conflict.id)
