"""The rulebook of judging: who scores what, when a scorecard may be written, who comes first."""

from app.judging.rules.assigning import (
    Candidate,
    Planned,
    plan_assignments,
)
from app.judging.rules.ranking import (
    Card,
    Ranked,
    finalists_by_rank,
    rank,
)
from app.judging.rules.rounds import (
    ROUND_NAMES,
    RoundKind,
    is_judgeable,
    why_not_choosable,
    why_not_openable,
    why_not_removable,
    why_not_reopenable,
)
from app.judging.rules.scoring import (
    COMMENT_MOST,
    HIGHEST,
    LOWEST,
    REASON_MOST,
    is_complete,
    missing_scores,
    why_not_scorable,
    why_not_watchable,
)

__all__ = [
    "COMMENT_MOST",
    "HIGHEST",
    "LOWEST",
    "REASON_MOST",
    "ROUND_NAMES",
    "Candidate",
    "Card",
    "Planned",
    "Ranked",
    "RoundKind",
    "finalists_by_rank",
    "is_complete",
    "is_judgeable",
    "missing_scores",
    "plan_assignments",
    "rank",
    "why_not_choosable",
    "why_not_openable",
    "why_not_removable",
    "why_not_reopenable",
    "why_not_scorable",
    "why_not_watchable",
]
