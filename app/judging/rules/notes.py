"""What a judge may write to a team, and what a team is shown of its scores."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from app.texts import Text, text

NOTE_MOST = 300
NOTES_MOST = 40
"""Notes on one scorecard."""
LONGEST_SECONDS = 24 * 3600
MOSTLY = 2 / 3


class NoteKind(StrEnum):
    STRENGTH = "strength"
    NEXT_STEP = "next_step"


NOTE_NAMES: dict[NoteKind, Text] = {
    NoteKind.STRENGTH: text("This works"),
    NoteKind.NEXT_STEP: text("A next step"),
}


def why_not_a_note(
    words: str, second: int | None, clip_seconds: float | None = None
) -> Text | None:
    """Why this can't be a note, or None."""
    if not words.strip():
        return text("Please write a few words.")
    if len(words.strip()) > NOTE_MOST:
        return text("Please keep a note to %(most)s characters.", most=NOTE_MOST)
    last = LONGEST_SECONDS if clip_seconds is None else math.ceil(clip_seconds)
    if second is not None and not 0 <= second <= last:
        return text("That moment is not in the video.")
    return None


MOMENT = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4})")


def read_moment(words: str) -> int | None:
    """Seconds from `1:05` or `65`; None for anything else."""
    found = MOMENT.fullmatch(words.strip())
    if found is None or (found[1] is not None and int(found[2]) > 59):
        return None
    return int(found[1] or 0) * 60 + int(found[2])


def mostly(values: Iterable[int]) -> tuple[int, int] | None:
    """The narrowest range that holds two thirds of a judge's scores, the lowest of equally narrow
    ones that hold most; None without scores."""
    counts = Counter(values)
    total = sum(counts.values())
    if not total:
        return None
    low, high = min(counts), max(counts)
    ranges = [
        (high_ - low_, -sum(counts[v] for v in range(low_, high_ + 1)), low_, high_)
        for low_ in range(low, high + 1)
        for high_ in range(low_, high + 1)
        if sum(counts[v] for v in range(low_, high_ + 1)) >= MOSTLY * total
    ]
    _width, _held, from_, to = min(ranges)
    return from_, to
