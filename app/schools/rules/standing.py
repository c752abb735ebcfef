"""When a school may take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.schools.models import School


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
    if school.approved_at is None:
        return "warn", text("Waiting for approval")
    return "good", text("Approved")


def is_waiting(school: School) -> bool:
    return school.approved_at is None and school.turned_down_at is None
