"""Who may see and change a school: its own people, and organizers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.schools import permissions
from app.schools.models import Membership, School

HERE, ELSEWHERE = School(id=1), School(id=2)


def person(role: Role) -> User:
    return User(id=1, role_grants=[RoleGrant(role=role)])


LEAD = Membership(school_id=1, lead=True)
COLLEAGUE = Membership(school_id=1, lead=False)
WAITING = Membership(school_id=1, lead=False, waiting_since=datetime(2026, 3, 1, tzinfo=UTC))
LEAD_ELSEWHERE = Membership(school_id=2, lead=True)


@pytest.mark.parametrize(
    ("role", "membership", "sees", "edits", "approves"),
    [
        (Role.TEACHER, LEAD, True, True, False),
        (Role.TEACHER, COLLEAGUE, True, False, False),
        (Role.TEACHER, WAITING, False, False, False),
        (Role.TEACHER, LEAD_ELSEWHERE, False, False, False),
        (Role.TEACHER, None, False, False, False),
        (Role.JUDGE, None, False, False, False),
        (Role.SCREENER, None, False, False, False),
        (Role.ORGANIZER, None, True, True, True),
    ],
)
def test_school_is_its_own_peoples_business_and_the_organizers(
    role: Role, membership: Membership | None, sees: bool, edits: bool, approves: bool
) -> None:
    actor = person(role)

    assert permissions.can_see(actor, HERE, membership) is sees
    assert permissions.can_edit(actor, HERE, membership) is edits
    assert permissions.can_approve(actor) is approves


@pytest.mark.parametrize(
    ("role", "membership", "accepts"),
    [
        (Role.TEACHER, LEAD, True),
        (Role.TEACHER, COLLEAGUE, False),
        (Role.TEACHER, WAITING, False),
        (Role.TEACHER, LEAD_ELSEWHERE, False),
        (Role.ORGANIZER, None, False),
    ],
)
def test_only_the_lead_accepts_for_her_school(
    role: Role, membership: Membership | None, accepts: bool
) -> None:
    assert permissions.can_accept_agreement(HERE, membership) is accepts


@pytest.mark.parametrize(
    ("role", "membership", "own", "removes"),
    [
        (Role.TEACHER, COLLEAGUE, True, True),
        (Role.TEACHER, WAITING, True, True),
        (Role.TEACHER, COLLEAGUE, False, False),
        (Role.TEACHER, WAITING, False, False),
        (Role.TEACHER, LEAD, False, True),
        (Role.TEACHER, LEAD_ELSEWHERE, False, False),
        (Role.ORGANIZER, None, False, True),
        (Role.JUDGE, None, False, False),
    ],
)
def test_teacher_leaves_herself_or_is_removed_by_whoever_answers_for_the_school(
    role: Role, membership: Membership | None, own: bool, removes: bool
) -> None:
    teacher = Membership(school_id=1, school=HERE, user_id=1 if own else 9)

    assert permissions.can_remove(person(role), teacher, membership) is removes
