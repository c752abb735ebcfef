"""When a scorecard may be written, and when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion, Season
    from app.judging.models import Assignment, Scorecard


LOWEST, HIGHEST = 1, 5
COMMENT_MOST = 2000
REASON_MOST = 500


def why_not_a_comment(comment: str) -> Text | None:
    """Why this can't be a comment, or None."""
    if len(comment) > COMMENT_MOST:
        return text("Please keep the comment to %(most)s characters.", most=COMMENT_MOST)
    return None


def why_not_watchable(assignment: Assignment) -> Text | None:
    """Why a judge can't see the video of an entry assigned to her, or None."""
    if assignment.recusal is not None:
        return text("You stepped aside from this entry.")
    if assignment.round.closed_at is not None and not _is_asked_again(assignment):
        return text("This round is closed.")
    return None


def _is_asked_again(assignment: Assignment) -> bool:
    return any(each.answered_at is None for each in assignment.rescores)


def why_not_scorable(assignment: Assignment, season: Season, now: datetime) -> Text | None:
    """Why a judge can't write in her scorecard now, or None."""
    if reason := why_not_watchable(assignment):
        return reason
    if now < season.judging_opens_at:
        return text("Judging has not opened yet.")
    if not contest.is_judging_open(season, now) and not _is_asked_again(assignment):
        return text("Judging has closed.")
    return None


def missing_scores(scorecard: Scorecard | None, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that have no score yet, in the rubric's order."""
    given = scorecard.values if scorecard else {}
    return [criterion for criterion in criteria if criterion.id not in given]


def is_complete(scorecard: Scorecard | None, criteria: Sequence[Criterion]) -> bool:
    """Whether the judge said it is done and every criterion of the rubric has its score."""
    return (
        scorecard is not None
        and scorecard.completed_at is not None
        and not missing_scores(scorecard, criteria)
    )
