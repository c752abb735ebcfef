"""Finding people, and who holds a sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, services
from app.accounts.models import SignIn, User
from app.accounts.permissions import Role
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from tests.factories import make_user


@pytest.fixture
def now() -> datetime:
    return clock.now()


def signed_in(session: Session, token: str, now: datetime, demonstration: bool = False) -> str:
    user = queries.find_signed_in(session, token, now=now, demonstration=demonstration)
    return user.name if user else "nobody"


def test_person_is_found_by_address_however_it_is_typed(session: Session, alice: User) -> None:
    found = queries.find_user_by_email(session, " ALICE@kapalama.example.org")

    assert found is alice
    assert queries.find_user_by_email(session, "alice@elsewhere.example.org") is None


def test_person_who_is_not_there_is_not_found(session: Session, olivia: User) -> None:
    with pytest.raises(NotFound):
        queries.get_user(session, 999)
    with pytest.raises(NotFound):
        queries.get_user_for(session, olivia, 999)


def test_people_are_shown_to_those_who_manage_them(
    session: Session, olivia: User, alice: User, bob: User
) -> None:
    assert queries.get_user_for(session, olivia, bob.id) is bob
    with pytest.raises(NotAllowed):
        queries.get_user_for(session, alice, bob.id)


def test_people_are_listed_by_name_and_role(
    session: Session, olivia: User, judy: User, alice: User, bob: User
) -> None:
    assert queries.people(session) == [alice, bob, judy, olivia]
    assert queries.people(session, Role.TEACHER) == [alice, bob]
    assert queries.people_by_id(session, {judy.id, 999}) == {judy.id: judy}
    assert queries.people_by_id(session, set()) == {}


def test_sign_in_is_good_until_it_is_idle_or_old(
    session: Session, judy: User, now: datetime
) -> None:
    token = services.start_sign_in(session, user=judy, now=now)

    assert signed_in(session, token, now + timedelta(days=7)) == "Judy Jones"
    assert signed_in(session, token, now + timedelta(days=7, minutes=1)) == "nobody"
    assert signed_in(session, token + "x", now) == "nobody"
    assert signed_in(session, "", now) == "nobody"


def test_sign_in_that_is_used_does_not_go_idle(session: Session, judy: User, now: datetime) -> None:
    token = services.start_sign_in(session, user=judy, now=now)
    for day in (6, 12, 18, 24, 30):
        services.note_seen(session, token=token, now=now + timedelta(days=day))

    assert signed_in(session, token, now + timedelta(days=30)) == "Judy Jones"
    assert signed_in(session, token, now + timedelta(days=30, minutes=1)) == "nobody"


def test_sign_in_of_somebody_switched_off_is_no_good(
    session: Session, judy: User, now: datetime
) -> None:
    token = services.start_sign_in(session, user=judy, now=now)
    judy.switched_off_at = now

    assert signed_in(session, token, now) == "nobody"


def test_people_of_a_demonstration_exist_only_in_one(session: Session, now: datetime) -> None:
    user = make_user(session, Role.JUDGE, name="Made Up", demonstration=True)
    token = services.start_sign_in(session, user=user, now=now)

    assert signed_in(session, token, now) == "nobody"
    assert signed_in(session, token, now, demonstration=True) == "Made Up"
    assert queries.demonstration_people(session) == [user]


def test_database_keeps_only_a_hash_of_the_token(
    session: Session, judy: User, now: datetime
) -> None:
    token = services.start_sign_in(session, user=judy, now=now)

    row = session.scalars(select(SignIn)).one()

    assert token not in (row.token_hash, str(row.id))
    assert row.token_hash == queries.hash_token(token)


def test_whether_there_is_an_organizer(session: Session, judy: User) -> None:
    before = queries.has_organizer(session)
    make_user(session, Role.ORGANIZER)

    assert (before, queries.has_organizer(session)) == (False, True)
