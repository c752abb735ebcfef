"""Which judge scores which criteria, when these belong to panels."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.judging.rules.scoring import is_complete
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion, Panel
    from app.judging.models import Assignment


@dataclass(frozen=True)
class Group:
    """Judges who score the same criteria: a panel, or everybody where there is none."""

    panel_id: int | None
    judges: frozenset[int]


def groups_of(
    criteria: Sequence[Criterion], seats: Mapping[int, Set[int]], judges: Collection[int]
) -> list[Group]:
    """How the work is shared; `seats` holds the panels of each judge.

    An entry needs its judges in every group. Somebody without a seat scores what belongs to no
    panel, if there is such a criterion; where there are no panels, that is the whole rubric.
    """
    panels = sorted({c.panel_id for c in criteria if c.panel_id is not None})
    found = [
        Group(panel, frozenset(j for j in judges if panel in seats.get(j, frozenset())))
        for panel in panels
    ]
    rest = frozenset(j for j in judges if not seats.get(j, frozenset()) & set(panels))
    if not panels or (rest and any(c.panel_id is None for c in criteria)):
        found.append(Group(None, rest))
    return found


def criteria_for(criteria: Sequence[Criterion], panels: Set[int]) -> list[Criterion]:
    """What a judge with seats in these panels scores."""
    return [c for c in criteria if c.panel_id is None or c.panel_id in panels]


def asked_of(criteria: Sequence[Criterion], panels: Set[int]) -> list[int]:
    """What a judge with these seats is asked to score, as an assignment keeps it: nothing named
    where it is the whole rubric."""
    own = criteria_for(criteria, panels)
    return [] if len(own) == len(criteria) else [criterion.id for criterion in own]


def own_criteria(assignment: Assignment, criteria: Sequence[Criterion]) -> list[Criterion]:
    """What this judge was asked to score: her panels' criteria, in the rubric's order."""
    asked = set(assignment.criterion_ids or ())
    return [c for c in criteria if not asked or c.id in asked]


def is_done(assignment: Assignment, criteria: Sequence[Criterion]) -> bool:
    """Whether its scorecard is finished, with a score for all she was asked to score."""
    return is_complete(assignment.scorecard, own_criteria(assignment, criteria))


def blocks_of(criteria: Sequence[Criterion]) -> list[list[Criterion]]:
    """The rubric in parts that are each scored by the same judges."""
    found: dict[int | None, list[Criterion]] = {}
    for criterion in criteria:
        found.setdefault(criterion.panel_id, []).append(criterion)
    return list(found.values())


def why_not_seated(panels: Sequence[Panel], groups: Sequence[Group]) -> Text | None:
    """Why judging can't begin with these seats, or None."""
    names = {panel.id: panel.name for panel in panels}
    for group in groups:
        if group.panel_id is not None and not group.judges:
            return text(
                "The panel “%(name)s” has no judge yet. Give somebody a seat in it.",
                name=names.get(group.panel_id, ""),
            )
    return None


def why_not_moved(
    assignments: Collection[Assignment], criteria: Sequence[Criterion], panels: Set[int]
) -> Text | None:
    """Why a judge can't have these seats now, or None; `assignments` are hers in this season."""
    if assignments and not criteria_for(criteria, panels):
        return text("Without a seat this judge would have nothing to score. Give her another one.")
    if any(a.scorecard is not None and a.scorecard.scores for a in assignments):
        return text("This judge has scored already, so her panels stay as they are.")
    return None
