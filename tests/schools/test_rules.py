"""When a school may take part, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.schools import rules
from app.schools.models import School

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = School(created_at=NOON)
APPROVED = School(created_at=NOON, approved_at=NOON)
TURNED_DOWN = School(created_at=NOON, turned_down_at=NOON, turned_down_reason="No such school")


@pytest.mark.parametrize(
    ("school", "reason", "state", "waiting"),
    [
        (
            WAITING,
            "The organizers still have to approve your school. They will write to you.",
            ("warn", "Waiting for approval"),
            True,
        ),
        (APPROVED, None, ("good", "Approved"), False),
        (
            TURNED_DOWN,
            "The organizers did not accept this school's registration: No such school",
            ("bad", "Turned down"),
            False,
        ),
    ],
)
def test_school_takes_part_once_it_is_approved(
    school: School, reason: str | None, state: tuple[str, str], waiting: bool
) -> None:
    found = rules.why_not_taking_part(school)
    color, words = rules.state_of(school)

    assert (str(found) if found else None) == reason
    assert (color, str(words)) == state
    assert rules.is_waiting(school) is waiting
