"""What search finds, how large an embedded player is, what a page tells machines about a film."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.contest import rules as contest
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season

WIDTH, HEIGHT = 640, 360
"""Of an embedded player, unless less is asked for."""
LEAST_WIDTH = 200
_MARKS_OF_SPEECH = str.maketrans("", "", "ʻʼ‘’'`´")


def fold(words: str) -> str:
    """Words as search compares them: without case and accents, kahakō among them, and without
    the letters and signs that stand for an okina: whoever types none finds it all the same."""
    apart = unicodedata.normalize("NFKD", words)
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return plain.translate(_MARKS_OF_SPEECH).casefold()


def is_found(words: str, *texts: str) -> bool:
    """Whether every word stands in one of the texts."""
    searched = [fold(each) for each in texts]
    return all(any(word in each for each in searched) for word in fold(words).split())


def iso_duration(seconds: float) -> str:
    """Seconds as ISO 8601 has them: PT43S, PT1M3S."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    return f"PT{minutes}M{rest}S" if minutes else f"PT{rest}S"


def embed_size(most_width: int | None, most_height: int | None) -> tuple[int, int]:
    """Width and height of an embedded player, 16 to 9, within what is asked for."""
    width = WIDTH if most_width is None else min(WIDTH, most_width)
    if most_height is not None:
        width = min(width, most_height * WIDTH // HEIGHT)
    width = max(LEAST_WIDTH, width)
    return width, width * HEIGHT // WIDTH


def why_not_frozen(season: Season, now: datetime) -> Text | None:
    """Why no archive of a season can be made at `now`, or None."""
    if not contest.is_announced(season, now):
        return text("An archive is made once the winners are announced.")
    return None


def without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that say something."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
