"""What screeners look for and decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.entries.rules.status import EntryStatus
from app.texts import Text, text

if TYPE_CHECKING:
    from app.entries.models import Entry


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


def why_not_decidable(entry: Entry) -> Text | None:
    """Screening decides about what was submitted, and may reconsider."""
    if entry.status not in (
        EntryStatus.SUBMITTED,
        EntryStatus.ACCEPTED,
        EntryStatus.DISQUALIFIED,
    ):
        return text("This entry is not submitted at the moment.")
    return None
