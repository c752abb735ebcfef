"""The consent ladder, and what may be shown because of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.entries.rules.status import EntryStatus
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.entries.models import AppearingPerson, Entry


class Rung(StrEnum):
    """The consent ladder: each rung is given or withheld on its own, for one person."""

    JUDGED = "C1"
    PUBLIC = "C2"
    WINNER = "C3"
    NAME = "C4"


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


FIRST_ZONE = timedelta(hours=14)
"""How far the first time zone is ahead of UTC: a day has come when it has come there."""


def why_not_signed_on(day: date, now: datetime) -> Text | None:
    """Why a form can't have been signed on `day`, or None."""
    if day > (now + FIRST_ZONE).date():
        return text("That day has not come yet.")
    return None


def has_everybody(people: Sequence[AppearingPerson], rung: Rung) -> bool:
    """Whether every appearing or audible person has given `rung`."""
    return all(rung in person.rungs for person in people)


def is_publishable(entry: Entry) -> bool:
    """Whether anybody may watch it: accepted, captioned, still there, and everybody released it.

    Computed each time it is asked, so that a revoked release works at once.
    """
    return (
        entry.status == EntryStatus.ACCEPTED
        and entry.let_go_at is None
        and entry.people_complete
        and bool(entry.captions)
        and has_everybody(entry.people, Rung.PUBLIC)
    )


def is_giveable(entry: Entry) -> bool:
    """Whether it may be given away as a winner."""
    return is_publishable(entry) and has_everybody(entry.people, Rung.WINNER)


def is_public(entry: Entry, season: Season, now: datetime) -> bool:
    """Whether it is on the public pages now."""
    return contest.is_gallery_open(season, now) and is_publishable(entry)


def credited_names(entry: Entry) -> list[str]:
    """First names or aliases that may be shown with the video."""
    return [person.alias for person in entry.people if Rung.NAME in person.rungs]
