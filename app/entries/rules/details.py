"""What is said about an entry: cue sheet, use of AI."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.entries.models import Entry


def as_typed(value: object) -> str:
    """A value of the entry's form as a browser holds it, so that two can be compared."""
    if value is None or value is False:
        return ""
    if value is True:
        return "y"
    return str(value).replace("\r\n", "\n")


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


def credits_of(entry: Entry) -> list[str]:
    """The credits as they should read at the end of the video: every piece of the cue sheet with
    title, author, source and licence. Names no student, and neither team nor school: judges score
    without knowing them, and a winner's end card names both."""
    lines = []
    for cue in entry.cues:
        kind = str(CUE_KIND_NAMES[CueKind(cue.kind)])
        about = {"kind": kind, "title": cue.title, "source": cue.source, "licence": cue.licence}
        if cue.author:
            about["author"] = cue.author
            line = text("%(kind)s: “%(title)s”, %(author)s (%(source)s, %(licence)s)", **about)
        else:
            line = text("%(kind)s: “%(title)s” (%(source)s, %(licence)s)", **about)
        lines.append(str(line))
    if entry.ai_use in (AiUse.HELPED, AiUse.MADE) and entry.ai_words:
        lines.append(str(text("AI: %(words)s", words=entry.ai_words)))
    return lines
