"""Who may see, change and decide about an entry."""

from __future__ import annotations

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.entries import permissions
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.schools.models import Membership

OURS, THEIRS = 1, 2


def person(number: int, *roles: Role) -> User:
    return User(id=number, role_grants=[RoleGrant(role=role) for role in roles])


ENTRY = Entry(school_id=OURS, teacher_id=1)
ALICE = person(1, Role.TEACHER)
BOB = person(2, Role.TEACHER)
LEAD = Membership(school_id=OURS, lead=True)
MEMBER = Membership(school_id=OURS, lead=False)
STRANGER = Membership(school_id=THEIRS, lead=True)


@pytest.mark.parametrize(
    ("actor", "membership", "sees", "edits"),
    [
        (ALICE, MEMBER, True, True),
        (BOB, LEAD, True, True),
        (BOB, MEMBER, True, False),
        (BOB, STRANGER, False, False),
        (BOB, None, False, False),
        # Her word counted at the school she put it in for, not wherever she teaches now.
        (ALICE, STRANGER, False, False),
        (ALICE, None, False, False),
        (person(3, Role.SCREENER), None, True, False),
        (person(3, Role.ORGANIZER), None, True, False),
        (person(3, Role.JUDGE), None, False, False),
        (person(3), None, False, False),
    ],
)
def test_who_sees_and_who_edits(
    actor: User, membership: Membership | None, sees: bool, edits: bool
) -> None:
    assert permissions.can_see(actor, ENTRY, membership) is sees
    assert permissions.can_edit(actor, ENTRY, membership) is edits


@pytest.mark.parametrize("status", list(EntryStatus))
def test_what_was_not_submitted_is_the_schools_own_business(status: EntryStatus) -> None:
    entry = Entry(school_id=OURS, teacher_id=1, status=status)
    submitted = status not in (EntryStatus.DRAFT, EntryStatus.WITHDRAWN)
    for role in (Role.SCREENER, Role.ORGANIZER):
        assert permissions.can_see(person(3, role), entry, None) is submitted
        assert permissions.can_see(person(3, role), entry, MEMBER) is True
    assert permissions.can_see(ALICE, entry, MEMBER) is True


@pytest.mark.parametrize(
    ("role", "screens", "restarts"),
    [
        (Role.TEACHER, False, False),
        (Role.JUDGE, False, False),
        (Role.SCREENER, True, False),
        (Role.ORGANIZER, True, True),
    ],
)
def test_who_screens_and_who_starts_processing_again(
    role: Role, screens: bool, restarts: bool
) -> None:
    assert permissions.can_screen(person(3, role)) is screens
    assert permissions.can_restart_processing(person(3, role)) is restarts
