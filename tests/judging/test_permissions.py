"""Judges score their own, organizers run the round, and nobody else comes near."""

from __future__ import annotations

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.judging import permissions
from app.judging.models import Assignment, Conflict


def person(number: int, *roles: Role) -> User:
    return User(id=number, role_grants=[RoleGrant(role=role) for role in roles])


JUDGE = person(1, Role.JUDGE)
COLLEAGUE = person(2, Role.JUDGE)
ORGANIZER = person(3, Role.ORGANIZER)
TEACHER = person(4, Role.TEACHER)
SCREENER = person(5, Role.SCREENER)
TEACHER_WHO_JUDGES = person(6, Role.TEACHER, Role.JUDGE)
EVERYBODY = [JUDGE, COLLEAGUE, ORGANIZER, TEACHER, SCREENER, TEACHER_WHO_JUDGES]


@pytest.mark.parametrize(
    ("predicate", "allowed"),
    [
        (permissions.can_judge, [1, 2, 6]),
        (permissions.can_run_judging, [3]),
        (permissions.can_see_scores, [3]),
        (lambda actor: permissions.can_score(actor, Assignment(judge_id=1)), [1]),
        (lambda actor: permissions.can_score(actor, Assignment(judge_id=4)), []),
        (lambda actor: permissions.can_declare_conflict(actor, JUDGE), [1, 3]),
        (lambda actor: permissions.can_declare_conflict(actor, TEACHER), [3]),
        (
            lambda actor: permissions.can_remove_conflict(
                actor, Conflict(judge_id=1, declared_by=1)
            ),
            [1, 3],
        ),
        (
            lambda actor: permissions.can_remove_conflict(
                actor, Conflict(judge_id=1, declared_by=3)
            ),
            [3],
        ),
    ],
)
def test_who_may(predicate, allowed: list[int]) -> None:
    assert [each.id for each in EVERYBODY if predicate(each)] == allowed
