"""When a school may take part, and what its lead does next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.schools.models import Membership, School


def why_not_taking_part(school: School) -> Text | None:
    """Why this school's teachers can't put in entries, or None."""
    if school.turned_down_at is not None:
        return text(
            "The organizers did not accept this school's registration: %(reason)s",
            reason=school.turned_down_reason,
        )
    if school.approved_at is None:
        return text("The organizers still have to approve your school. They will write to you.")
    return None


def state_of(school: School) -> tuple[str, Text]:
    """A badge's color and words."""
    if school.turned_down_at is not None:
        return "bad", text("Turned down")
    if school.listed_at is not None:
        return "neutral", text("Not registered yet")
    if school.approved_at is None:
        return "warn", text("Waiting for approval")
    return "good", text("Approved")


def why_not_extended(until: datetime, season: Season, reason: str, now: datetime) -> Text | None:
    """Why a school can't be given time until then, or None."""
    if not reason.strip():
        return text("Please write why; it is kept with the extension.")
    if until <= max(now, season.submissions_close_at):
        return text("The new deadline must lie ahead, and after the one everybody has.")
    if until > season.judging_closes_at:
        return text("Judging will be over by then. Please choose an earlier day.")
    return None


def is_waiting(school: School) -> bool:
    return school.approved_at is None and school.turned_down_at is None and school.listed_at is None


def why_not_leaving(membership: Membership, colleagues: int, school: School) -> Text | None:
    """Why this teacher can't leave her school or be removed from it now, or None.

    An approved school never stands without a lead. One that is not approved may: whoever
    registered it is gone, and nobody depends on it.
    """
    if not membership.lead or (colleagues == 0 and school.approved_at is None):
        return None
    if colleagues == 0:
        return text(
            "The lead is alone at this school. Somebody has to be invited and become the lead"
            " first. Nothing was changed."
        )
    return text("The lead can't go before a colleague has become the lead. Nothing was changed.")


def why_not_lead(membership: Membership) -> Text | None:
    """Why this teacher can't become her school's lead, or None."""
    if membership.waiting_since is not None:
        return text("She still waits to be let into the school.")
    if membership.user.email_confirmed_at is None or membership.user.switched_off_at is not None:
        return text("She can't sign in yet, so she could not answer for the school.")
    return None


@dataclass(frozen=True)
class Step:
    """One step of a lead's way to her first entry: done, now or todo."""

    label: Text
    state: str
    hint: Text | None = None


def next_steps(
    school: School, *, proven: bool, agreement: bool | None, colleagues: int, entries_open: bool
) -> list[Step]:
    """What a lead does until her students can upload. `agreement` is None where there is none."""
    approved = school.approved_at is not None
    steps = [
        (
            text("Show that it is your school"),
            proven or approved,
            text(
                "Confirm an address on the school's own domain, or wait for the organizers' call."
            ),
        ),
        (text("The organizers approve it"), approved, text("They write to you, mostly in a day.")),
    ]
    if agreement is not None:
        steps.append(
            (
                text("Accept the school agreement"),
                agreement,
                text("One page. Without it your students can't upload."),
            )
        )
    steps.append(
        (
            text("Put in an entry and hand its code to the team"),
            False,
            text("Everything is saved as you type, in any order.")
            if entries_open
            else text("Possible from the day submissions open."),
        )
    )
    found: list[Step] = []
    for label, done, hint in steps:
        first = not any(step.state == "now" for step in found)
        state = "done" if done else "now" if first else "todo"
        found.append(Step(label, state, None if done else hint))
    if colleagues == 0:
        found.append(Step(text("Invite colleagues, if others will enter too"), "todo"))
    return found
