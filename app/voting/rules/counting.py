"""From picks to points: the lanes' weights and the cap on one school, as the season's rules say.

    points(video) = sum over lanes of: weight of the lane x picks on that lane's ballots

where of the picks that one school's class ballots give to one video no more than the cap count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season


class Lane(StrEnum):
    """How a ballot came about."""

    MAIL = "mail"
    CLASS = "class"
    EVENT = "event"


LANE_NAMES: dict[Lane, Text] = {
    Lane.MAIL: text("By mail"),
    Lane.CLASS: text("Class ballots"),
    Lane.EVENT: text("At the event"),
}

PicksOf = tuple[int, str, int | None]
"""A candidate, a lane, and the school whose class ballots it was picked on."""


@dataclass(frozen=True)
class Formula:
    weights: Mapping[str, int]
    """What one pick is worth, by lane."""
    school_cap: int
    """How many picks of one school's slips count for one video; 0 means all."""

    def points(self, lane: str, picks: int) -> int:
        """What the picks of one lane and one batch are worth to one video."""
        counted = min(picks, self.school_cap) if self.school_cap and lane == Lane.CLASS else picks
        return self.weights[lane] * counted


def formula_of(season: Season) -> Formula:
    return Formula(
        {
            Lane.MAIL: season.mail_weight,
            Lane.CLASS: season.class_weight,
            Lane.EVENT: season.event_weight,
        },
        season.school_cap,
    )


def points_of(formula: Formula, picks: Mapping[PicksOf, int]) -> dict[int, int]:
    """Points by candidate."""
    points: Counter[int] = Counter()
    for (candidate_id, lane, _school), number in picks.items():
        points[candidate_id] += formula.points(lane, number)
    return dict(points)


def lanes_in_use(used: Iterable[str]) -> list[Lane]:
    """Lanes to show, in their order."""
    known = set(used)
    return [lane for lane in Lane if lane in known]
