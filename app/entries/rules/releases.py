"""The consent ladder, and what may be shown because of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.entries.models import ReleaseLink


class Rung(StrEnum):
    """The consent ladder: each rung is given or withheld on its own, for one person."""

    JUDGED = "C1"
    PUBLIC = "C2"
    WINNER = "C3"
    NAME = "C4"


class Signer(StrEnum):
    """Who signed for somebody."""

    PARENT = "parent"
    STUDENT = "student"
    SCHOOL = "school"


SIGNER_NAMES: dict[Signer, Text] = {
    Signer.PARENT: text("A parent or guardian"),
    Signer.STUDENT: text("The student, who is 18 or older"),
    Signer.SCHOOL: text("The school (for judging only)"),
}
SCHOOL_MAY = frozenset({Rung.JUDGED})
"""What a school may allow by itself; everything public is the family's to give."""

RELEASE_PURPOSE = "entries.release"
"""What the signed addresses of release links are made for."""
LINK_WORDS = (
    text("May this video be shown?"),
    text(
        "Please open this page on your phone, read what each step means, and answer. No account is "
        "needed."
    ),
)
"""What stands on the slip with a link, in the family's language."""
LINK_DAYS = 30
"""How long a parent may answer through a link."""
LINK_LIVES_DAYS = 36_500
"""How long the same address shows what was answered, so that it can be taken back: for as long as
the answers are there, which another schedule decides."""


RUNG_WORDS: dict[Rung, tuple[Text, Text]] = {
    Rung.JUDGED: (
        text("Judged privately"),
        text("Judges of this contest may watch it. Nobody can download it."),
    ),
    Rung.PUBLIC: (
        text("Public gallery and vote"),
        text("A parent or guardian (or the student, from 18) agrees that anybody may watch it."),
    ),
    Rung.WINNER: (
        text("Free copies if it wins"),
        text(
            "Parent and student agree that it is branded, given away under its licence and may be "
            "shown on television. Copies already given out can't be called back."
        ),
    ),
    Rung.NAME: (
        text("First name in the credits"),
        text("A parent agrees that the first name (or alias) is shown with the video."),
    ),
}


def words_read() -> str:
    """Stands for the words of the rungs in the language in force (SHA-256, hex)."""
    words = [str(part) for pair in RUNG_WORDS.values() for part in pair]
    return hashlib.sha256(repr(words).encode()).hexdigest()


FIRST_ZONE = timedelta(hours=14)
"""How far the first time zone is ahead of UTC: a day has come when it has come there."""


def why_not_signed_by(signer: str, rungs: Collection[Rung]) -> Text | None:
    """Why this signer can't give these rungs, or None."""
    if signer == Signer.SCHOOL and not SCHOOL_MAY.issuperset(rungs):
        return text("A school can only allow judging. Everything else is the family's to give.")
    return None


def refused_rungs(links: Iterable[ReleaseLink]) -> frozenset[str]:
    """What the newest answer through a link says no to: no form at the school outweighs that."""
    answered = [link for link in links if link.answered_at is not None]
    if not answered:
        return frozenset()
    newest = max(answered, key=lambda link: (link.answered_at, link.id))
    return frozenset(rung for rung, yes in newest.answers.items() if not yes)


def why_not_answerable(link: ReleaseLink, now: datetime) -> Text | None:
    """Why a parent can't answer through this link now, or None."""
    if link.answered_at is not None:
        return text("This link was used already. The answers are below.")
    if link.closed_at is not None:
        return text("The teacher took this link back. Please ask for a new one.")
    if now >= link.expires_at:
        return text("This link is too old. Please ask the teacher for a new one.")
    return None


def why_not_signed_on(day: date, now: datetime) -> Text | None:
    """Why a form can't have been signed on `day`, or None."""
    if day > (now + FIRST_ZONE).date():
        return text("That day has not come yet.")
    return None
