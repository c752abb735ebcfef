"""Everybody finds the entries that are theirs to find, and no others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.entries import queries, services
from app.entries.models import Entry
from app.entries.rules import EntryStatus, Rung
from app.schools.models import School
from tests.factories import (
    make_entry,
    make_membership,
    make_person,
    make_season,
    make_team_code,
    make_user,
)


@pytest.fixture
def entry(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    return make_entry(session, season, school=school_a, teacher=alice)


def titles(entries: list[Entry]) -> list[str]:
    return [entry.title for entry in entries]


def test_a_strangers_entry_is_not_there(
    session: Session, entry: Entry, alice: User, bob: User, charlie: User, judy: User, olivia: User
) -> None:
    for actor in (alice, bob, olivia):
        assert queries.get_entry_for(session, actor, entry.id) is entry
    for actor in (charlie, judy):
        with pytest.raises(NotFound):
            queries.get_entry_for(session, actor, entry.id)
        with pytest.raises(NotFound):
            queries.get_entry_to_edit(session, actor, entry.id)
    with pytest.raises(NotFound):
        queries.get_entry_for(session, olivia, entry.id + 1)


def test_a_colleague_looks_and_does_not_touch(
    session: Session, season: Season, school_a: School, alice: User, bob: User, olivia: User
) -> None:
    bobs = make_entry(session, season, school=school_a, teacher=bob)
    alices = make_entry(session, season, school=school_a, teacher=alice)

    assert queries.get_entry_to_edit(session, bob, bobs.id) is bobs
    assert queries.get_entry_to_edit(session, alice, bobs.id) is bobs  # She leads the school.
    for actor in (bob, olivia):
        with pytest.raises(NotAllowed):
            queries.get_entry_to_edit(session, actor, alices.id)


def test_a_teacher_lists_her_school_her_own_first(
    session: Session, season: Season, school_a: School, alice: User, bob: User, charlie: User
) -> None:
    bobs = make_entry(session, season, school=school_a, teacher=bob)
    alices = make_entry(session, season, school=school_a, teacher=alice)
    make_entry(session, season, teacher=charlie)
    earlier = make_season(session, Phase.ANNOUNCED, year=2025)
    make_entry(session, earlier, school=school_a, teacher=alice)

    assert queries.entries_for_teacher(session, alice, season) == [alices, bobs]
    assert queries.entries_for_teacher(session, bob, season) == [bobs, alices]
    with pytest.raises(NotFound):
        queries.entries_for_teacher(session, make_user(session, Role.TEACHER), season)


def test_what_was_withdrawn_does_not_count(session: Session, season: Season, alice: User) -> None:
    first, second = season.categories[:2]
    mine = make_entry(session, season, teacher=alice, category=first)
    make_entry(session, season, teacher=alice, category=second)
    make_entry(session, season, teacher=alice, category=first, status=EntryStatus.WITHDRAWN)
    make_entry(session, season, category=first)

    def count(but: int | None) -> int:
        return queries.count_in_category(session, alice.id, season, first.id, but)

    assert count(None) == 1
    assert count(mine.id) == 0


def test_a_team_code_opens_its_entry_until_it_is_revoked(session: Session, entry: Entry) -> None:
    code = make_team_code(session, entry)

    assert queries.find_entry_by_team_code(session, code.code) is entry
    assert queries.get_entry_by_team_code(session, code.code) is entry
    assert queries.find_team_code(entry) is code
    code.revoked_at = clock.now()
    session.flush()
    assert queries.find_entry_by_team_code(session, code.code) is None
    assert queries.find_team_code(entry) is None
    for wrong in (code.code, "", "nosuch"):
        with pytest.raises(NotFound):
            queries.get_entry_by_team_code(session, wrong)


@pytest.mark.parametrize("status", list(EntryStatus))
def test_a_team_code_opens_nothing_once_the_entry_is_disqualified_or_the_season_over(
    session: Session, season: Season, entry: Entry, status: EntryStatus
) -> None:
    code = make_team_code(session, entry).code
    entry.status = status
    session.flush()
    found = queries.find_entry_by_team_code(session, code)
    assert (found is None) == (status == EntryStatus.DISQUALIFIED)
    season.announced_at = clock.now()
    session.flush()
    assert queries.find_entry_by_team_code(session, code) is None


@pytest.mark.parametrize("status", list(EntryStatus))
def test_who_screens_finds_no_draft_and_nothing_withdrawn(
    session: Session, entry: Entry, alice: User, olivia: User, status: EntryStatus
) -> None:
    entry.status = status
    session.flush()
    assert queries.get_entry_for(session, alice, entry.id) is entry
    if status in (EntryStatus.DRAFT, EntryStatus.WITHDRAWN):
        with pytest.raises(NotFound):
            queries.get_entry_for(session, olivia, entry.id)
    else:
        assert queries.get_entry_for(session, olivia, entry.id) is entry


def test_people_and_cues_are_found_in_their_own_entry_only(
    session: Session, season: Season, entry: Entry
) -> None:
    person = make_person(session, entry)
    other = make_entry(session, season)

    assert queries.get_person(entry, person.id) is person
    with pytest.raises(NotFound):
        queries.get_person(other, person.id)
    with pytest.raises(NotFound):
        queries.get_cue(entry, 1)


def test_what_waits_longest_is_screened_first(
    session: Session, season: Season, olivia: User, alice: User
) -> None:
    now = clock.now()

    def put_in(title: str, status: EntryStatus, hours: int) -> None:
        at = now - timedelta(hours=hours)
        make_entry(session, season, title=title, status=status, submitted_at=at)

    put_in("young", EntryStatus.SUBMITTED, 1)
    put_in("old", EntryStatus.SUBMITTED, 9)
    put_in("decided", EntryStatus.ACCEPTED, 20)
    put_in("back", EntryStatus.RETURNED, 30)
    put_in("draft", EntryStatus.DRAFT, 40)
    put_in("gone", EntryStatus.WITHDRAWN, 50)

    def listed(status: EntryStatus | None = None) -> list[str]:
        return titles(queries.entries_to_screen(session, olivia, season, status))

    assert listed() == ["old", "young", "back", "decided"]
    assert listed(EntryStatus.SUBMITTED) == ["old", "young"]
    assert listed(EntryStatus.DRAFT) == listed(EntryStatus.WITHDRAWN) == []
    assert queries.count_by_status(session, season) == {
        "submitted": 2,
        "accepted": 1,
        "returned": 1,
        "draft": 1,
        "withdrawn": 1,
    }
    with pytest.raises(NotAllowed):
        queries.entries_to_screen(session, alice, season, None)


@pytest.fixture
def open_season(session: Session) -> Season:
    """A season whose gallery is open."""
    return make_season(session, Phase.VOTING)


def test_the_gallery_shows_what_is_released_and_only_once_it_is_open(
    session: Session, open_season: Season
) -> None:
    shown = make_entry(session, open_season, title="shown")
    make_person(session, shown, Rung.PUBLIC)
    held = make_entry(session, open_season, title="held")
    make_person(session, held, Rung.PUBLIC)
    make_person(session, held, Rung.JUDGED)
    make_entry(session, open_season, title="silent", captions="")
    make_entry(session, open_season, title="unsure", people_complete=False)
    for status in EntryStatus:
        if status is not EntryStatus.ACCEPTED:
            make_entry(session, open_season, title=status, status=status)
    now = clock.now()

    def found(at: timedelta = timedelta()) -> list[str]:
        return titles(queries.public_entries(session, open_season, now=now + at))

    assert found() == ["shown"]
    assert found(timedelta(days=30)) == ["shown"]
    assert found(-timedelta(days=20)) == []
    for entry in session.query(Entry):
        assert entry.slug is not None
        if entry.title == "shown":
            assert queries.get_public_entry(session, entry.slug, now=now) is entry
        else:
            with pytest.raises(NotFound):
                queries.get_public_entry(session, entry.slug, now=now)
    with pytest.raises(NotFound):
        queries.get_public_entry(session, "no-such-film", now=now)


def test_a_schools_films_of_all_years_and_none_too_early(
    session: Session, open_season: Season
) -> None:
    first = make_entry(session, open_season, title="first")
    last_year = make_season(session, Phase.ANNOUNCED, year=open_season.year - 1)
    make_entry(session, last_year, title="earlier", school=first.school)
    next_year = make_season(session, Phase.SUBMISSIONS, year=open_season.year + 1)
    make_entry(session, next_year, title="later", school=first.school)
    make_entry(session, open_season, title="silent", captions="", school=first.school)
    make_entry(session, open_season, title="elsewhere")

    found = queries.public_entries_of_school(session, first.school_id, now=clock.now())

    assert titles(found) == ["earlier", "first"]


def test_an_address_says_that_it_had_a_film_only_if_anybody_could_see_it(
    session: Session, open_season: Season
) -> None:
    now, early = clock.now(), open_season.vote_opens_at - timedelta(days=1)
    for slug, cleared, at in (
        ("seen", now, now),
        ("never-cleared", None, now),
        ("before-the-gallery", now, early),
    ):
        entry = make_entry(session, open_season, slug=slug, cleared_at=cleared)
        services.retire_address(session, entry, now=at)
        assert entry.slug is None
    session.flush()

    def was_there(slug: str) -> bool:
        return queries.was_public(session, slug, now=now)

    assert was_there("seen")
    assert not any(map(was_there, ("never-cleared", "before-the-gallery", "no-such", "a\0b")))
    (kept,) = queries.retired_addresses(session, {open_season.id})
    assert "seen" not in kept.digest
    again = make_entry(session, open_season, slug="seen")
    services.retire_address(session, again, now=now)
    assert len(queries.retired_addresses(session, {open_season.id})) == 1


def test_finalists_are_accepted_and_the_public_ones_released(
    session: Session, open_season: Season
) -> None:
    now = clock.now()
    seen = make_entry(session, open_season, finalist_at=now)
    held = make_entry(session, open_season, finalist_at=now)
    make_person(session, held, Rung.JUDGED)
    make_entry(session, open_season)
    make_entry(session, open_season, finalist_at=now, status=EntryStatus.DISQUALIFIED)

    assert {e.id for e in queries.finalists(session, open_season)} == {seen.id, held.id}
    assert queries.public_finalists(session, open_season) == [seen]
    assert queries.entries_by_id(session, {seen.id, held.id}) == {seen.id: seen, held.id: held}
    assert queries.entries_by_id(session, set()) == {}


def test_a_teacher_who_left_the_school_no_longer_sees_it(
    session: Session, season: Season, entry: Entry, school_b: School
) -> None:
    leaver = make_user(session, Role.TEACHER)
    membership = make_membership(session, leaver, entry.school)
    assert queries.get_entry_for(session, leaver, entry.id) is entry
    membership.school_id = school_b.id
    session.flush()
    with pytest.raises(NotFound):
        queries.get_entry_for(session, leaver, entry.id)
