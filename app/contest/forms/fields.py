"""Fields that the contest's forms share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateTimeLocalField, IntegerField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
)

from app.web.forms import label, one_line


def whole(words: str, least: int, most: int, help_words: str = "") -> IntegerField:
    """A whole number that must be given."""
    return IntegerField(
        label(words),
        [InputRequired(label("Please give a number.")), NumberRange(least, most)],
        description=label(help_words) if help_words else "",
        render_kw={"min": least, "max": most},
    )


def line(words: str, most: int, *, required: bool = True, help_words: str = "") -> StringField:
    """One line of at most `most` letters."""
    first: Any = DataRequired(label("Please fill this in.")) if required else Optional()
    return StringField(
        label(words),
        [first, Length(max=most)],
        [one_line],
        description=label(help_words) if help_words else "",
    )


class ZonedDateTimeField(DateTimeLocalField):
    """A moment typed in the season's zone; `.data` is naive, `moment()` is not."""

    def pre_validate(self, form: Any) -> None:
        # The ends of the calendar overflow when they change zones.
        if self.data is not None and not 2000 <= self.data.year <= 2100:
            raise StopValidation(label("Please give a year between 2000 and 2100."))

    def moment(self, zone: str) -> datetime:
        if self.data is None:
            raise ValueError("An empty field has no moment.")
        return self.data.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def as_typed(at: datetime, zone: str) -> datetime:
    """A moment as a clock in `zone` shows it, naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
