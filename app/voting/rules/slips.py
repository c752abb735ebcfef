"""One-time slips for class ballots and for the event: codes, and how many there may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.texts import Text, text
from app.voting.rules.ballots import confirmation_code
from app.voting.rules.counting import Lane
from app.voting.rules.tree import leaf_hash

if TYPE_CHECKING:
    from datetime import datetime

    from app.contest.models import Season

SLIP_CODE_LENGTH = 10
SLIPS_MOST = 2_000
"""In one batch."""
STUDENTS_MOST = 10_000
WRONG_SLIPS_FROM_MOST = 600
"""Wrong codes typed in one network in an hour: a whole school's worth of slips of the tongue."""
LESSON_VIDEOS = 6
"""What a class watches together before it votes."""


def slip_code(digest: str) -> str:
    """The code on a slip, of 50 bits, from a keyed hash."""
    return confirmation_code(digest, SLIP_CODE_LENGTH)


def slip_leaf(digest: str) -> str:
    """What stands for a slip in its batch's tree, in hex: nobody without the key gets from here to
    the code."""
    return leaf_hash(bytes.fromhex(digest)).hex()


def why_not_slips(
    season: Season, *, lane: str, wanted: int, made: int, students: int | None, now: datetime
) -> Text | None:
    """Why so many slips can't be made now, or None. `made` counts the school's slips so far."""
    if now >= season.vote_opens_at:
        return text(
            "Slips are made before the vote opens: their number is public from then on, so that "
            "nobody can add any."
        )
    if not 0 < wanted <= SLIPS_MOST:
        return text("Please ask for 1 to %(most)s slips at a time.", most=SLIPS_MOST)
    if lane != Lane.CLASS:
        return None
    if students is None:
        return text("Please say how many students your school has.")
    if made + wanted > students:
        return text(
            "Your school has %(students)s students, and %(made)s slips were made for it already. "
            "There can be %(left)s more.",
            students=students,
            made=made,
            left=max(students - made, 0),
        )
    return None


def balanced_set(videos: Sequence[tuple[int, int]], seed: int, most: int) -> list[int]:
    """Some of the videos for one lesson, as evenly over the categories as can be.

    `videos` are (entry, category). Within a category the seed says where to begin, and categories
    take turns; so over all seeds every video of a category is shown as often as every other one.
    """
    groups: dict[int, list[int]] = {}
    for entry_id, category_id in sorted(videos):
        groups.setdefault(category_id, []).append(entry_id)
    names = sorted(groups)
    if names:
        names = names[seed % len(names) :] + names[: seed % len(names)]
    turned = [
        groups[name][seed % len(groups[name]) :] + groups[name][: seed % len(groups[name])]
        for name in names
    ]
    chosen: list[int] = []
    for turn in range(max((len(group) for group in turned), default=0)):
        chosen += [group[turn] for group in turned if turn < len(group)]
    return chosen[:most]
