"""Writing: conflicts, rounds and their assignments, scorecards, recusals, finalists."""

from app.judging.services.conflicts import (
    declare_conflict,
    remove_conflict,
)
from app.judging.services.finalists import (
    choose_finalists,
)
from app.judging.services.forgetting import (
    forget_comments,
    pseudonymize_judges,
)
from app.judging.services.recusing import (
    recuse,
)
from app.judging.services.rounds import (
    close_round,
    open_round,
    reopen_round,
    top_up,
)
from app.judging.services.scorecards import (
    UNSEEN,
    SavedElsewhere,
    add_note,
    complete_scorecard,
    note_watched,
    remove_note,
    reopen_scorecard,
    save_comment,
    save_score,
)

__all__ = [
    "UNSEEN",
    "SavedElsewhere",
    "add_note",
    "choose_finalists",
    "close_round",
    "complete_scorecard",
    "declare_conflict",
    "forget_comments",
    "note_watched",
    "open_round",
    "pseudonymize_judges",
    "recuse",
    "remove_conflict",
    "remove_note",
    "reopen_round",
    "reopen_scorecard",
    "save_comment",
    "save_score",
    "top_up",
]
