"""Finding schools, always for somebody."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.schools import queries
from app.schools.models import School
from tests.factories import make_membership, make_school


def test_school_is_found_by_its_people_and_by_organizers(
    session: Session, school_a: School, alice: User, bob: User, olivia: User
) -> None:
    found = [queries.get_school_for(session, who, school_a.id) for who in (alice, bob, olivia)]

    assert found == [school_a] * 3


def test_school_does_not_exist_for_strangers(
    session: Session, school_a: School, charlie: User, judy: User
) -> None:
    for stranger in (charlie, judy):
        with pytest.raises(NotFound):
            queries.get_school_for(session, stranger, school_a.id)
    with pytest.raises(NotFound):
        queries.get_school_for(session, charlie, 999)


def test_membership_is_where_somebody_teaches(
    session: Session, school_a: School, alice: User, judy: User
) -> None:
    assert queries.get_membership(session, alice).school is school_a
    assert queries.find_membership(session, judy) is None
    with pytest.raises(NotFound):
        queries.get_membership(session, judy)


def test_somebody_teaches_at_one_school(session: Session, alice: User, school_b: School) -> None:
    with pytest.raises(IntegrityError):
        make_membership(session, alice, school_b)


def test_schools_that_wait_come_first(session: Session, olivia: User, alice: User) -> None:
    now = clock.now()
    make_school(session, name="B approved")
    make_school(session, name="A turned down", approved_at=None, turned_down_at=now)
    make_school(session, name="Z waits", approved_at=None)
    make_school(session, name="C waits", approved_at=None)

    names = [school.name for school in queries.schools_for(session, olivia)]

    assert names == ["C waits", "Z waits", "A turned down", "B approved", "Kapālama School"]
    assert [s.name for s in queries.approved_schools(session)] == [
        "B approved",
        "Kapālama School",
    ]


def test_list_of_schools_is_for_organizers(session: Session, alice: User) -> None:
    with pytest.raises(NotAllowed):
        queries.schools_for(session, alice)


def test_members_are_listed_lead_first(
    session: Session, school_a: School, school_b: School, bob: User, alice: User, charlie: User
) -> None:
    mine = [m.user.name for m in queries.members(session, school_a)]
    everybody = queries.members_of_schools(session)

    assert mine == ["Alice Akana", "Bob Baker"]
    assert {key: [m.user.name for m in found] for key, found in everybody.items()} == {
        school_a.id: ["Alice Akana", "Bob Baker"],
        school_b.id: ["Charlie Cruz"],
    }
