"""What an entry still needs, and when it may be begun, changed, submitted and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.entries.rules.details import AiUse
from app.entries.rules.releases import Rung
from app.entries.rules.status import EDITABLE, EntryStatus
from app.media.rules import AssetState
from app.texts import Text, ntext, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.entries.models import Entry
    from app.media.models import Asset


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


LET_GO = text("This contest is over, and the video was deleted as the retention schedule says.")


def why_not_editable(entry: Entry, season: Season, now: datetime) -> Text | None:
    """Why the teacher or team can't change the entry now, or None."""
    if entry.let_go_at is not None:
        return LET_GO
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
    if entry.let_go_at is not None:
        return LET_GO
    if entry.status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED) and not entry.captions:
        return None
    return why_not_editable(entry, season, now)


def why_not_submittable(
    entry: Entry, asset: Asset | None, season: Season, now: datetime
) -> Text | None:
    """Why the entry can't be submitted now, or None. A returned entry may come back late."""
    if entry.let_go_at is not None:
        return LET_GO
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
    if entry.let_go_at is not None:
        return LET_GO
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
