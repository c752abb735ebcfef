"""What each role may do: the table, said once more in full, so that a change is seen."""

from __future__ import annotations

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import (
    GRANTS,
    ROLE_NAMES,
    Permission,
    Role,
    can_manage_people,
    can_switch_off,
)

MAY: dict[Role, set[Permission]] = {
    Role.TEACHER: {Permission.ENTER_CONTEST},
    Role.JUDGE: {Permission.JUDGE_ENTRIES},
    Role.SCREENER: {Permission.SCREEN_ENTRIES, Permission.DECIDE_ON_BALLOTS},
    Role.ORGANIZER: {
        Permission.SCREEN_ENTRIES,
        Permission.RUN_SEASON,
        Permission.MANAGE_PEOPLE,
        Permission.SEE_OPERATIONS,
        Permission.DECIDE_ON_BALLOTS,
    },
}


def person(*roles: Role, number: int = 1) -> User:
    user = User(id=number, email="x@example.org", name="X")
    user.role_grants = [RoleGrant(role=role) for role in roles]
    return user


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_role_may_what_the_table_says_and_no_more(role: Role, permission: Permission) -> None:
    assert person(role).may(permission) is (permission in MAY[role])


def test_table_and_names_cover_every_role() -> None:
    assert set(GRANTS) == set(ROLE_NAMES) == set(Role)


def test_person_without_a_role_may_nothing() -> None:
    assert [p for p in Permission if person().may(p)] == []


def test_person_with_two_roles_may_what_either_may() -> None:
    user = person(Role.TEACHER, Role.JUDGE)

    assert {p for p in Permission if user.may(p)} == MAY[Role.TEACHER] | MAY[Role.JUDGE]


@pytest.mark.parametrize("role", list(Role))
def test_people_are_managed_by_organizers(role: Role) -> None:
    assert can_manage_people(person(role)) is (role is Role.ORGANIZER)


def test_nobody_locks_herself_out() -> None:
    olivia = person(Role.ORGANIZER, number=1)

    assert can_switch_off(olivia, olivia) is False
    assert can_switch_off(olivia, person(Role.ORGANIZER, number=2)) is True
    assert can_switch_off(person(Role.TEACHER, number=3), olivia) is False
