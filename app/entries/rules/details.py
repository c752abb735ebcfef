"""What is said about an entry: cue sheet, use of AI."""

from __future__ import annotations

from enum import StrEnum

from app.texts import Text, text


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
