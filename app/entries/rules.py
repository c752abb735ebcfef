"""The rulebook of an entry: its states, what it still needs, what may be shown to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.media.rules import AssetState
from app.texts import Text, ntext, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.entries.models import AppearingPerson, Entry
    from app.media.models import Asset


class EntryStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"


STATUS_BADGES: dict[EntryStatus, tuple[str, Text]] = {
    EntryStatus.DRAFT: ("neutral", text("Draft")),
    EntryStatus.SUBMITTED: ("info", text("Submitted")),
    EntryStatus.RETURNED: ("warn", text("Returned")),
    EntryStatus.ACCEPTED: ("good", text("Accepted")),
    EntryStatus.DISQUALIFIED: ("bad", text("Disqualified")),
    EntryStatus.WITHDRAWN: ("neutral", text("Withdrawn")),
}

EDITABLE = frozenset({EntryStatus.DRAFT, EntryStatus.RETURNED, EntryStatus.WITHDRAWN})
UNSUBMITTED = frozenset({EntryStatus.DRAFT, EntryStatus.WITHDRAWN})
"""The school's own business: nobody screens these."""


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


class CueKind(StrEnum):
    MUSIC = "music"
    SOUND = "sound"
    PICTURE = "picture"
    FOOTAGE = "footage"


CUE_KIND_NAMES: dict[CueKind, Text] = {
    CueKind.MUSIC: text("Music"),
    CueKind.SOUND: text("Sound"),
    CueKind.PICTURE: text("Picture"),
    CueKind.FOOTAGE: text("Footage"),
}


class AiUse(StrEnum):
    NONE = "none"
    HELPED = "helped"
    MADE = "made"


AI_USE_NAMES: dict[AiUse, Text] = {
    AiUse.NONE: text("No AI was used"),
    AiUse.HELPED: text("AI helped (ideas, clean-up, captions)"),
    AiUse.MADE: text("AI made pictures, sound or text that can be seen or heard"),
}

CHECKLIST: dict[str, Text] = {
    "message": text("The message is right and does no harm"),
    "names": text("No real names, addresses, plates, handles or badges to be seen or heard"),
    "faces": text("Everybody who can be recognized is on the list of appearing people"),
    "rights": text("Music and pictures match the cue sheet; no chart music"),
    "flashes": text("No flashing that could hurt somebody"),
    "length": text("Length, credits and captions are as the rules ask"),
}

REASONS: dict[str, Text] = {
    "personal": text("Something in the picture or sound gives away who or where somebody is."),
    "release": text("Somebody can be recognized who is not on the list of appearing people."),
    "rights": text("There is music or a picture without a source and licence in the cue sheet."),
    "captions": text("The captions are missing or don't match what is said."),
    "technical": text("Picture or sound have a fault that would spoil it for viewers."),
    "message": text("The advice in it is not right, or could do harm."),
    "theme": text("It does not fit the category it was entered in."),
}

FIRST_ZONE = timedelta(hours=14)
"""How far the first time zone is ahead of UTC: a day has come when it has come there."""

CODE_CONSONANTS = "bdfghkmnprstvwz"
CODE_VOWELS = "aeiu"
CODE_PATTERN = "cvccvc"
"""Six letters that can be said aloud and have no look-alikes: about 800,000 codes."""
WRONG_CODES = 30
"""From one network: a whole school types from behind one address."""
WRONG_CODES_PER = timedelta(minutes=10)
WRONG_CODES_ANYWHERE = 300
"""From everywhere together: who has many addresses must not have that many more tries."""
WRONG_CODES_ANYWHERE_PER = timedelta(hours=1)


def read_team_code(typed: str) -> str:
    """What was typed, with blanks, hyphens and capitals forgiven."""
    return "".join(letter for letter in typed.lower() if letter.isalpha())[:12]


ENTRY_CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ENTRY_CODE_LENGTH = 4
"""What judges know an entry by; drawn, it says nothing about school or order."""


@dataclass(frozen=True)
class Lack:
    """One thing an entry still needs, and the part of its page where it is given."""

    section: str
    words: Text


def missing(entry: Entry, asset: Asset | None) -> list[Lack]:
    """What has to be there before the entry can be submitted, in the order of its page."""
    lacks: list[Lack] = []

    def need(given: object, section: str, words: Text) -> None:
        if not given:
            lacks.append(Lack(section, words))

    need(entry.title, "details", text("a title"))
    need(entry.category_id, "details", text("a category"))
    need(entry.division_id, "details", text("a division"))
    need(entry.synopsis, "details", text("a synopsis: one or two sentences about the video"))
    need(entry.team_name, "details", text("a team name"))
    need(entry.team_size, "details", text("how many students are in the team"))
    need(entry.ai_use, "details", text("whether AI was used"))
    if entry.ai_use in (AiUse.HELPED, AiUse.MADE):
        need(entry.ai_words, "details", text("in a sentence, what AI was used for"))
    need(entry.original_work, "details", text("your word that it is the team's own work"))
    need(
        entry.people_complete,
        "people",
        text("your word that the list of appearing people is complete"),
    )
    for person in entry.people:
        need(
            Rung.JUDGED in person.rungs,
            "people",
            text("for %(name)s: that judges may watch it", name=person.alias),
        )
    need(entry.cues_complete, "cues", text("your word that the cue sheet is complete"))
    if asset is None or asset.state == AssetState.UPLOADING:
        lacks.append(Lack("video", text("the video")))
    elif asset.state == AssetState.REFUSED:
        lacks.append(Lack("video", text("a video that fits the rules (this one was refused)")))
    elif asset.state != AssetState.READY and asset.rendition("preview") is None:
        lacks.append(Lack("video", text("a moment of patience: the video is still being checked")))
    return lacks


def worth_adding(entry: Entry) -> list[Lack]:
    """What does not stop a submission, but will stop the video from being shown in public."""
    lacks: list[Lack] = []
    if not entry.captions:
        lacks.append(Lack("captions", text("captions")))
    unreleased = sum(1 for p in entry.people if Rung.PUBLIC not in p.rungs)
    if unreleased:
        lacks.append(
            Lack(
                "people",
                ntext(
                    "one public release",
                    "%(n)s public releases",
                    unreleased,
                ),
            )
        )
    return lacks


def why_not_editable(entry: Entry, season: Season, now: datetime) -> Text | None:
    """Why the teacher or team can't change the entry now, or None."""
    if entry.status not in EDITABLE:
        return text("This entry is submitted. Withdraw it first if something has to change.")
    if entry.status == EntryStatus.RETURNED:
        return None
    if now < season.submissions_open_at:
        return None
    if not contest.is_submissions_open(season, now):
        return text("Submissions have closed.")
    return None


def why_not_captionable(entry: Entry, season: Season, now: datetime) -> Text | None:
    """Why the teacher can't save captions now, or None.

    An entry that went in without them may still get them: else it could never be shown.
    """
    if entry.status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED) and not entry.captions:
        return None
    return why_not_editable(entry, season, now)


def why_not_submittable(
    entry: Entry, asset: Asset | None, season: Season, now: datetime
) -> Text | None:
    """Why the entry can't be submitted now, or None. A returned entry may come back late."""
    if entry.status not in EDITABLE:
        return text("This entry is submitted already.")
    if entry.status != EntryStatus.RETURNED:
        if now < season.submissions_open_at:
            return text("Submissions have not opened yet.")
        if not contest.is_submissions_open(season, now):
            return text("Submissions have closed.")
    lacks = missing(entry, asset)
    if lacks:
        return text("Still missing: %(list)s.", list=", ".join(str(lack.words) for lack in lacks))
    return None


def why_not_withdrawable(entry: Entry) -> Text | None:
    """Why the entry can't be taken out of the contest, or None."""
    if entry.status not in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED):
        return text("Only a submitted entry can be withdrawn.")
    return None


def why_not_creatable(count: int, season: Season, now: datetime) -> Text | None:
    """Why a teacher with `count` entries without a category can't begin another, or None."""
    if not contest.is_registration_open(season, now):
        return text("New entries can be begun from registration until submissions close.")
    return why_not_more_in_category(count, season)


def why_not_more_in_category(count_in_category: int, season: Season) -> Text | None:
    """Why a teacher can't have another entry in a category, or None."""
    if count_in_category >= season.entries_most:
        return text(
            "You have %(most)s entries in this category, which is as many as the rules allow.",
            most=season.entries_most,
        )
    return None


def why_not_decidable(entry: Entry) -> Text | None:
    """Screening decides about what was submitted, and may reconsider."""
    if entry.status not in (
        EntryStatus.SUBMITTED,
        EntryStatus.ACCEPTED,
        EntryStatus.DISQUALIFIED,
    ):
        return text("This entry is not submitted at the moment.")
    return None


def why_not_signed_on(day: date, now: datetime) -> Text | None:
    """Why a form can't have been signed on `day`, or None."""
    if day > (now + FIRST_ZONE).date():
        return text("That day has not come yet.")
    return None


def has_everybody(people: Sequence[AppearingPerson], rung: Rung) -> bool:
    """Whether every appearing or audible person has given `rung`."""
    return all(rung in person.rungs for person in people)


def is_publishable(entry: Entry) -> bool:
    """Whether anybody may watch it: accepted, captioned, and everybody released it.

    Computed each time it is asked, so that a revoked release works at once.
    """
    return (
        entry.status == EntryStatus.ACCEPTED
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
