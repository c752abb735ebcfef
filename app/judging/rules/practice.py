"""Practice before the first real scorecard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from app.judging.rules.scoring import HIGHEST, LOWEST
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion
    from app.judging.models import PracticeClip

REASON_OF_SCORE_MOST = 300
PRACTICE_CLIPS_MOST = 6


def is_ready(clip: PracticeClip, criteria: Sequence[Criterion], *, watchable: bool) -> bool:
    """Whether judges can practice on it: it can be watched, and has its model scores."""
    return watchable and {c.id for c in criteria} <= {a.criterion_id for a in clip.answers}


def left_to_practice(
    ready: Sequence[PracticeClip], tried: Collection[int], *, has_scored: bool
) -> list[PracticeClip]:
    """The clips a judge still has to practice on. Who has scored already is not held up."""
    return [] if has_scored else [clip for clip in ready if clip.id not in tried]


def why_not_given(given: Mapping[int, int], criteria: Sequence[Criterion]) -> Text | None:
    """Why these scores of a practice clip are none, or None."""
    if any(criterion.id not in given for criterion in criteria):
        return text("Please give every criterion a score.")
    if any(not LOWEST <= value <= HIGHEST for value in given.values()):
        return text("A score is a whole number from 1 to 5.")
    return None
