"""What a station or a school tells about showing a winner."""

from __future__ import annotations

from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.awards import rules
from app.web.forms import OpenForm, label, one_line


class ShowingForm(OpenForm):
    """What a station or a school says about showing a winner."""

    kind = SelectField(
        label("Who are you?"),
        choices=[(k.value, label(n.message)) for k, n in rules.SHOWING_NAMES.items()],
    )
    name = StringField(
        label("Name of the station or school"),
        [DataRequired(label("Please fill this in.")), Length(max=120)],
        [one_line],
    )
    shown_on = DateField(label("Day"), [InputRequired(label("Please give the date."))])
    people = IntegerField(
        label("How many people saw it, roughly"),
        [Optional(), NumberRange(0, 100_000_000)],
        description=label("If you know."),
        render_kw={"min": 0},
    )
