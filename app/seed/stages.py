"""The stages a demonstration can be made in, and the dates that make them."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    REGISTRATION = "registration"
    SUBMISSIONS = "submissions"
    SCREENING = "screening"
    JUDGING = "judging"
    VOTING = "voting"
    ANNOUNCED = "announced"


# Days from now for each of the season's dates, in their order.
DAYS: dict[Stage, tuple[float, ...]] = {
    Stage.REGISTRATION: (-6, 10, 50, 57, 78, 71, 85, 92),
    Stage.SUBMISSIONS: (-40, -26, 12, 19, 40, 33, 47, 54),
    Stage.SCREENING: (-70, -56, -2, 5, 26, 19, 33, 40),
    Stage.JUDGING: (-80, -66, -15, -5, 14, 7, 21, 28),
    Stage.VOTING: (-100, -86, -35, -28, 3, -4, 9, 16),
    Stage.ANNOUNCED: (-130, -116, -65, -58, -12, -25, -10, -1),
}
DAYS_OF_LAST_YEAR = (-480, -465, -410, -400, -380, -385, -372, -366)


def has_reached(at: Stage, stage: Stage) -> bool:
    """Whether a season in stage `at` is in `stage` or past it."""
    order = list(Stage)
    return order.index(at) >= order.index(stage)
