"""Who may see and change a school: its own people, and organizers."""

from __future__ import annotations

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
LEAD_ELSEWHERE = Membership(school_id=2, lead=True)


@pytest.mark.parametrize(
    ("role", "membership", "sees", "edits", "approves"),
    [
        (Role.TEACHER, LEAD, True, True, False),
        (Role.TEACHER, COLLEAGUE, True, False, False),
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
