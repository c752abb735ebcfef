"""What a team hears about its film: averages by criterion, two strengths, one next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from app.judging.rules.notes import NoteKind
from app.texts import Text, text

if TYPE_CHECKING:
    from app.judging.models import Note

APPROVED_MOST: dict[NoteKind, int] = {NoteKind.STRENGTH: 2, NoteKind.NEXT_STEP: 1}
AVERAGED_LEAST = 2
"""With one scorecard alone an average would be one judge's own score."""


def why_not_approved(notes: Collection[Note]) -> Text | None:
    """Why these notes can't all go to the team, or None."""
    counts = Counter(NoteKind(note.kind) for note in notes)
    if counts[NoteKind.STRENGTH] > APPROVED_MOST[NoteKind.STRENGTH]:
        return text("Please choose at most two strengths. A team remembers two.")
    if counts[NoteKind.NEXT_STEP] > APPROVED_MOST[NoteKind.NEXT_STEP]:
        return text("Please choose one next step. A team works on one.")
    return None


def averages(scores: Sequence[Mapping[int, int]]) -> dict[int, Fraction]:
    """Each criterion's mean over the scorecards that score it; none of too few."""
    given: dict[int, list[int]] = {}
    for card in scores:
        for criterion, value in card.items():
            given.setdefault(criterion, []).append(value)
    return {
        criterion: Fraction(sum(values), len(values))
        for criterion, values in given.items()
        if len(values) >= AVERAGED_LEAST
    }
