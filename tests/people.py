"""The people of the tests, who never change: two teachers of one school, one of another, a judge,
an organizer. Handing a test one of them puts her into its database.
"""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.schools.models import School
from tests.factories import make_membership, make_school, make_season, make_user


@pytest.fixture
def season(session: Session) -> Season:
    """A season in the middle of its submissions."""
    return make_season(session)


@pytest.fixture
def school_a(session: Session) -> School:
    return make_school(session, name="Kapālama School")


@pytest.fixture
def school_b(session: Session) -> School:
    return make_school(session, name="Waimea School")


@pytest.fixture
def alice(session: Session, school_a: School) -> User:
    """The lead of school A."""
    user = make_user(session, Role.TEACHER, name="Alice Akana", email="alice@kapalama.example.org")
    make_membership(session, user, school_a, lead=True)
    return user


@pytest.fixture
def bob(session: Session, school_a: School) -> User:
    """Alice's colleague."""
    user = make_user(session, Role.TEACHER, name="Bob Baker", email="bob@kapalama.example.org")
    make_membership(session, user, school_a)
    return user


@pytest.fixture
def charlie(session: Session, school_b: School) -> User:
    """The lead of another school: the stranger of every access test."""
    user = make_user(session, Role.TEACHER, name="Charlie Cruz", email="charlie@waimea.example.org")
    make_membership(session, user, school_b, lead=True)
    return user


@pytest.fixture
def walter(session: Session, school_a: School) -> User:
    """Asked to be let into school A; until he is, it is as closed to him as to Charlie."""
    user = make_user(session, Role.TEACHER, name="Walter Wong", email="walter@example.org")
    make_membership(session, user, school_a, waits=True)
    return user


@pytest.fixture
def judy(session: Session) -> User:
    return make_user(session, Role.JUDGE, name="Judy Jones", email="judy@panel.example.org")


@pytest.fixture
def olivia(session: Session) -> User:
    return make_user(
        session, Role.ORGANIZER, name="Olivia Okada", email="olivia@contest.example.org"
    )
