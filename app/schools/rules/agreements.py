"""The school agreement: its usual words, what changed between two versions, who still has to
accept it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from app.contest.rules import Piece, compare_words
from app.texts import Text, text

if TYPE_CHECKING:
    from app.schools.models import AgreementAcceptance, AgreementVersion

AGREEMENT_MOST = 20_000

USUAL_AGREEMENT = """\
What this is. The school takes part in the contest and lets its teachers put in videos made by \
students. This page says what we, the organizers, do with what the school gives us. Whoever leads \
the school here accepts it for the school.

Whose records they are. Everything about the school's students stays the school's own. We use it \
for the contest, under the school's direction, and for nothing else.

What we do not do. We show no advertising. We sell nothing, rent nothing and build no profile of \
anybody. We do not recognize faces or voices. Students have no account here and give us no \
address, no phone number and no date of birth.

What we show. Nobody outside the school, the screeners and the judges sees a video before \
everybody who can be seen or heard in it has a signed release, which the school keeps. A release \
that is taken back takes the video down at once.

How long we keep it. No longer than the contest needs. The school may ask us at any time to hand \
out or to delete what we hold about its students, and we do it without asking why.

How we keep it safe. Only people with a task in the contest can open it, each with a sign-in of \
her own, and what they do is written down. If something goes wrong with the school's data, we \
tell the school without delay what happened and what we do about it. Questions and reports about \
safety go to the contact address on the contest's pages.

What the school does. It lets only its own teachers in, keeps the signed releases, and tells us \
when a teacher leaves or a family changes its mind.
"""


def tidy(words: str) -> str:
    """A text in the one form it is kept and compared in: what cannot be seen makes no version."""
    lines = [line.rstrip() for line in re.split(r"\r\n|\r|\n", words)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def paragraphs(words: str) -> list[str]:
    return [part for part in words.split("\n\n") if part]


def compare(old: str, new: str) -> list[list[Piece]]:
    """The new text's paragraphs in order, and where they stood the old ones that went, each in
    pieces that say what changed."""
    before, after = paragraphs(old), paragraphs(new)
    found: list[list[Piece]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            found += [[Piece("kept", p)] for p in after[k:m]]
        elif what == "replace" and j - i == m - k:
            found += [
                list(compare_words(b, a)) for b, a in zip(before[i:j], after[k:m], strict=True)
            ]
        else:
            found += [[Piece("old", p)] for p in before[i:j]]
            found += [[Piece("new", p)] for p in after[k:m]]
    return found


def why_not_agreed(
    version: AgreementVersion | None, acceptance: AgreementAcceptance | None
) -> Text | None:
    """Why a team can't begin an upload as long as its school has not accepted the agreement in
    force, or None. A season without an agreement asks for nothing."""
    if version is None or acceptance is not None:
        return None
    return text("Your school still has to accept the agreement. Your teacher knows.")
