"""What an entry still needs, and when it may be begun, changed, submitted and withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.entries.rules.details import AiUse
from app.entries.rules.releases import Rung
from app.entries.rules.status import EDITABLE, EntryStatus
from app.media.rules import AssetState
from app.texts import Text, ntext, text

if TYPE_CHECKING:
    from app.contest.models import Question, Season
    from app.contest.rules import Window
    from app.entries.models import Entry
    from app.media.models import Asset


@dataclass(frozen=True)
class Lack:
    """One thing an entry still needs, and where on its page it is given."""

    section: str
    words: Text
    field: str = ""

    @property
    def anchor(self) -> str:
        """The field, or the part of the page when there is no one field."""
        return self.field or self.section


def missing(entry: Entry, asset: Asset | None, questions: Sequence[Question] = ()) -> list[Lack]:
    """What has to be there before the entry can be submitted, in the order of its page.

    `questions` are the season's own.
    """
    lacks: list[Lack] = []

    def need(given: object, section: str, words: Text, field: str = "") -> None:
        if not given:
            lacks.append(Lack(section, words, field))

    def detail(field: str, words: Text, section: str = "details") -> None:
        need(getattr(entry, field), section, words, field)

    detail("title", text("a title"))
    detail("category_id", text("a category"))
    detail("division_id", text("a division"))
    detail("synopsis", text("a synopsis: one or two sentences about the video"))
    detail("team_name", text("a team name"))
    need(entry.members, "team", text("who is in the team, by first name or alias"), "alias-0")
    detail("ai_use", text("whether AI was used"))
    if entry.ai_use in (AiUse.HELPED, AiUse.MADE):
        detail("ai_words", text("in a sentence, what AI was used for"))
    detail("original_work", text("your word that it is the team's own work"))
    answered = {answer.question_id for answer in entry.answers if answer.words}
    for question in questions:
        if question.required:
            words = text("an answer to: %(question)s", question=question.words)
            given = question.id in answered
            need(given, "questions", words, f"question_{question.id}")
    detail(
        "people_complete",
        text("your word that the list of appearing people is complete"),
        "people",
    )
    for alias in unjudged(entry):
        lacks.append(Lack("people", text("for %(name)s: that judges may watch it", name=alias)))
    detail("cues_complete", text("your word that the cue sheet is complete"), "cues")
    if asset is None or asset.state == AssetState.UPLOADING:
        lacks.append(Lack("video", text("the video")))
    elif asset.state == AssetState.REFUSED:
        lacks.append(Lack("video", text("a video that fits the rules (this one was refused)")))
    elif asset.state in (AssetState.WAITING, AssetState.CHECKING) or (
        asset.state != AssetState.READY and asset.rendition("preview") is None
    ):
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


def mendable_until(entry: Entry, window: Window) -> datetime:
    """Until when this entry may change: the deadline, or the later end of whatever time it was
    given to mend a technical fault."""
    if entry.status == EntryStatus.RETURNED and entry.cure_until is not None:
        return max(entry.cure_until, window.ends_at)
    return window.ends_at


def told_until(entry: Entry, window: Window) -> datetime:
    """The deadline its teacher is told: as `mendable_until`, but without the grace."""
    if entry.status == EntryStatus.RETURNED and entry.cure_until is not None:
        return max(entry.cure_until, window.closes_at)
    return window.closes_at


def unjudged(entry: Entry) -> list[str]:
    """The aliases of those without whose release the judges don't get the entry."""
    return [person.alias for person in entry.people if Rung.JUDGED not in person.rungs]


def why_not_editable(entry: Entry, window: Window, now: datetime) -> Text | None:
    """Why the teacher or team can't change the entry now, or None."""
    if entry.let_go_at is not None:
        return LET_GO
    if entry.status not in EDITABLE:
        return text("This entry is submitted. Withdraw it first if something has to change.")
    if now >= mendable_until(entry, window):
        if entry.status == EntryStatus.RETURNED:
            return text("The time to mend it has passed. Please write to the organizers.")
        return text("Submissions have closed.")
    return None


def why_not_captionable(entry: Entry, window: Window, now: datetime) -> Text | None:
    """Why the teacher can't save captions now, or None.

    An entry that went in without them may still get them: else it could never be shown.
    """
    if entry.let_go_at is not None:
        return LET_GO
    if entry.status in (EntryStatus.SUBMITTED, EntryStatus.ACCEPTED) and not entry.captions:
        return None
    return why_not_editable(entry, window, now)


def why_not_submittable(
    entry: Entry,
    asset: Asset | None,
    window: Window,
    now: datetime,
    questions: Sequence[Question] = (),
) -> Text | None:
    """Why the entry can't be submitted now, or None. A returned entry may come back late, within
    the time it was given."""
    if entry.let_go_at is not None:
        return LET_GO
    if entry.status not in EDITABLE:
        return text("This entry is submitted already.")
    if now < window.opens_at:
        return text("Submissions have not opened yet.")
    if late := why_not_editable(entry, window, now):
        return late
    lacks = missing(entry, asset, questions)
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


def why_not_creatable(count: int, season: Season, window: Window, now: datetime) -> Text | None:
    """Why a teacher with `count` entries without a category can't begin another, or None."""
    if not season.registration_opens_at <= now < window.closes_at:
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
