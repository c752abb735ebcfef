"""Writing: conflicts, rounds and their assignments, scorecards, recusals, finalists."""

from app.judging.services.conflicts import (
    WHY_APART,
    declare_conflict,
    declare_household,
    keep_apart,
    remove_conflict,
    remove_household,
)
from app.judging.services.finalists import (
    choose_finalists,
)
from app.judging.services.forgetting import (
    forget_comments,
    pseudonymize_judges,
)
from app.judging.services.panels import (
    seat_judge,
)
from app.judging.services.practice import (
    add_practice_clip,
    practise,
    remove_practice_clip,
    set_model_scores,
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
    "WHY_APART",
    "SavedElsewhere",
    "add_note",
    "add_practice_clip",
    "choose_finalists",
    "close_round",
    "complete_scorecard",
    "declare_conflict",
    "declare_household",
    "forget_comments",
    "keep_apart",
    "note_watched",
    "open_round",
    "practise",
    "pseudonymize_judges",
    "recuse",
    "remove_conflict",
    "remove_household",
    "remove_note",
    "remove_practice_clip",
    "reopen_round",
    "reopen_scorecard",
    "save_comment",
    "save_score",
    "seat_judge",
    "set_model_scores",
    "top_up",
]
