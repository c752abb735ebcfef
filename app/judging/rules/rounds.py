"""The two rounds: what is judged, and when each opens and closes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.entries import rules as entries
from app.entries.rules import EntryStatus, Rung
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion
    from app.entries.models import Entry
    from app.judging.models import JudgingRound


class RoundKind(StrEnum):
    FIRST = "first"
    FINALS = "finals"


ROUND_NAMES: dict[RoundKind, Text] = {
    RoundKind.FIRST: text("First round"),
    RoundKind.FINALS: text("Finals"),
}


def is_judgeable(entry: Entry) -> bool:
    """Whether judges may watch it: accepted, still there, not held back, and nobody in it has taken
    that permission back."""
    return (
        entry.status == EntryStatus.ACCEPTED
        and entry.let_go_at is None
        and entry.held_at is None
        and entries.has_everybody(entry.people, Rung.JUDGED)
    )


def why_not_openable(
    kind: RoundKind,
    rounds: Mapping[RoundKind, JudgingRound],
    criteria: Sequence[Criterion],
    *,
    entry_count: int,
    judge_count: int,
) -> Text | None:
    """Why a round can't be opened now, or None."""
    if kind in rounds:
        return text("This round was opened before.")
    if problem := contest.why_not_rubric(criteria):
        return problem
    if kind is RoundKind.FINALS:
        first = rounds.get(RoundKind.FIRST)
        if first is None or first.closed_at is None:
            return text("The finals can open once the first round is closed.")
        if not entry_count:
            return text("Please choose the finalists first.")
    if not entry_count:
        return text("There is no accepted entry to judge yet.")
    if not judge_count:
        return text("There is no judge yet who can sign in. Invite judges on the page “People”.")
    return None


def why_not_reopenable(
    round_: JudgingRound, rounds: Mapping[RoundKind, JudgingRound]
) -> Text | None:
    """Why a closed round can't go on, or None."""
    if round_.closed_at is None:
        return text("This round is open.")
    if round_.kind == RoundKind.FIRST and RoundKind.FINALS in rounds:
        return text("The finals were opened, so the first round stays closed.")
    return None


def why_not_choosable(rounds: Mapping[RoundKind, JudgingRound]) -> Text | None:
    """Why finalists can't be chosen now, or None."""
    first = rounds.get(RoundKind.FIRST)
    if first is None or first.closed_at is None:
        return text("Finalists are chosen once the first round is closed.")
    if RoundKind.FINALS in rounds:
        return text("The finals were opened, so the finalists stay as they are.")
    return None


def why_not_removable(rounds: Collection[JudgingRound]) -> Text | None:
    """Why a judge can't take back a conflict she declared, or None. Organizers always may."""
    if rounds:
        return text(
            "The judging has begun, so this stays. If it was a mistake, please tell an organizer."
        )
    return None
