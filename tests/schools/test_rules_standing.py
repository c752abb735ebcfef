"""When a school may take part, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.accounts.models import User
from app.schools import rules
from app.schools.models import Membership, School

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = School(created_at=NOON)
APPROVED = School(created_at=NOON, approved_at=NOON)
LISTED = School(created_at=NOON, listed_at=NOON)
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
        (
            LISTED,
            "The organizers still have to approve your school. They will write to you.",
            ("neutral", "Not registered yet"),
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


@pytest.mark.parametrize(
    ("lead", "colleagues", "school", "reason"),
    [
        (False, 0, APPROVED, None),
        (False, 2, APPROVED, None),
        (
            True,
            2,
            APPROVED,
            "The lead can't go before a colleague has become the lead. Nothing was changed.",
        ),
        (
            True,
            2,
            WAITING,
            "The lead can't go before a colleague has become the lead. Nothing was changed.",
        ),
        (
            True,
            0,
            APPROVED,
            (
                "The lead is alone at this school. Somebody has to be invited and become the lead"
                " first. Nothing was changed."
            ),
        ),
        (True, 0, WAITING, None),
        (True, 0, TURNED_DOWN, None),
    ],
)
def test_approved_school_never_stands_without_a_lead(
    lead: bool, colleagues: int, school: School, reason: str | None
) -> None:
    found = rules.why_not_leaving(Membership(lead=lead), colleagues, school)

    assert (str(found) if found else None) == reason


@pytest.mark.parametrize(
    ("values", "waiting_since", "reason"),
    [
        ({"email_confirmed_at": NOON}, None, None),
        ({"email_confirmed_at": NOON}, NOON, "She still waits to be let into the school."),
        ({}, None, "She can't sign in yet, so she could not answer for the school."),
        (
            {"email_confirmed_at": NOON, "switched_off_at": NOON},
            None,
            "She can't sign in yet, so she could not answer for the school.",
        ),
    ],
)
def test_lead_is_somebody_who_can_answer_for_the_school(
    values: dict[str, datetime], waiting_since: datetime | None, reason: str | None
) -> None:
    found = rules.why_not_lead(Membership(user=User(**values), waiting_since=waiting_since))

    assert (str(found) if found else None) == reason


@pytest.mark.parametrize(
    ("school", "proven", "agreement", "states"),
    [
        (WAITING, False, None, ["now", "todo", "todo"]),
        (WAITING, True, False, ["done", "now", "todo", "todo"]),
        (APPROVED, False, False, ["done", "done", "now", "todo"]),
        (APPROVED, True, True, ["done", "done", "done", "now"]),
        (APPROVED, True, None, ["done", "done", "now"]),
    ],
)
def test_lead_sees_one_thing_to_do_next(
    school: School, proven: bool, agreement: bool | None, states: list[str]
) -> None:
    steps = rules.next_steps(
        school, proven=proven, agreement=agreement, colleagues=1, entries_open=True
    )

    assert [step.state for step in steps] == states
    assert all((step.hint is None) == (step.state == "done") for step in steps)


def test_lead_who_is_alone_is_told_that_colleagues_may_be_invited() -> None:
    steps = rules.next_steps(APPROVED, proven=True, agreement=None, colleagues=0, entries_open=True)

    assert str(steps[-1].label) == "Invite colleagues, if others will enter too"
