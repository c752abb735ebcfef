"""Looking at an entry again because an organizer asked."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from app.judging.rules.panels import is_done, own_criteria
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion
    from app.judging.models import Assignment, Rescore


def open_rescore(assignment: Assignment) -> Rescore | None:
    """The request the judge has not answered yet."""
    return next((each for each in assignment.rescores if each.answered_at is None), None)


def counted_scores(assignment: Assignment, criteria: Sequence[Criterion]) -> dict[int, int] | None:
    """What counts of an assignment: a finished scorecard, or what stood there before its judge was
    asked to look again and has not finished doing so; None for what does not count."""
    if assignment.recusal is not None:
        return None
    if assignment.scorecard is not None and is_done(assignment, criteria):
        asked = {criterion.id for criterion in own_criteria(assignment, criteria)}
        return {c: value for c, value in assignment.scorecard.values.items() if c in asked}
    if (asked_again := open_rescore(assignment)) is not None:
        return {int(criterion): value for criterion, value in asked_again.before.items()}
    return None


class Standing(StrEnum):
    """How far one assignment is."""

    DONE = "done"
    BEGUN = "begun"
    WAITING = "waiting"
    ASIDE = "aside"


STANDING_NAMES: dict[Standing, Text] = {
    Standing.DONE: text("finished"),
    Standing.BEGUN: text("begun"),
    Standing.WAITING: text("not begun"),
    Standing.ASIDE: text("stepped aside"),
}


def standing_of(assignment: Assignment, criteria: Sequence[Criterion]) -> Standing:
    if assignment.recusal is not None:
        return Standing.ASIDE
    if counted_scores(assignment, criteria) is not None:
        return Standing.DONE
    return Standing.WAITING if assignment.scorecard is None else Standing.BEGUN


def why_not_rescored(assignment: Assignment, criteria: Sequence[Criterion]) -> Text | None:
    """Why its judge can't be asked to look again, or None."""
    if assignment.recusal is not None:
        return text("This judge has stepped aside from the entry.")
    if open_rescore(assignment) is not None:
        return text("This judge was asked already.")
    if not is_done(assignment, criteria):
        return text("This scorecard is not finished yet.")
    return None
