"""Writing: conflicts, rounds and their assignments, scorecards, recusals, finalists."""

from app.judging.services.conflicts import (
    confirm_household,
    declare_conflict,
    declare_household,
    remove_conflict,
    remove_household,
)
from app.judging.services.feedback import (
    approve_notes,
)
from app.judging.services.finalists import (
    choose_finalists,
)
from app.judging.services.forgetting import (
    forget_comments,
    forget_judge,
    pseudonymize_judges,
)
from app.judging.services.panels import (
    seat_judge,
)
from app.judging.services.practice import (
    add_practice_clip,
    remove_practice_clip,
    set_model_scores,
    try_practice,
)
from app.judging.services.recusing import (
    recuse,
    relieve,
)
from app.judging.services.rescoring import (
    ask_again,
    keep_scores,
    take_back_question,
)
from app.judging.services.rounds import (
    close_round,
    open_round,
    reopen_round,
    top_up,
)
from app.judging.services.runoff import (
    choose_between,
    close_runoff,
    open_runoff,
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
    type_in,
)
from app.judging.services.sealing import (
    ask_to_open,
    open_seal,
    seal_result,
)

__all__ = [
    "UNSEEN",
    "SavedElsewhere",
    "add_note",
    "add_practice_clip",
    "approve_notes",
    "ask_again",
    "ask_to_open",
    "choose_between",
    "choose_finalists",
    "close_round",
    "close_runoff",
    "complete_scorecard",
    "confirm_household",
    "declare_conflict",
    "declare_household",
    "forget_comments",
    "forget_judge",
    "keep_scores",
    "note_watched",
    "open_round",
    "open_runoff",
    "open_seal",
    "pseudonymize_judges",
    "recuse",
    "relieve",
    "remove_conflict",
    "remove_household",
    "remove_note",
    "remove_practice_clip",
    "reopen_round",
    "reopen_scorecard",
    "save_comment",
    "save_score",
    "seal_result",
    "seat_judge",
    "set_model_scores",
    "take_back_question",
    "top_up",
    "try_practice",
    "type_in",
]
