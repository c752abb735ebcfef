"""What an organizer chooses when awards are given."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import Form, label, strip


class AwardForm(Form):
    """One award for one entry; `what` is "1", "2", "3", "peoples-choice" or "special"."""

    entry = SelectField(
        label("Entry"), [InputRequired(label("Please choose an entry."))], coerce=int, choices=[]
    )
    what = SelectField(
        label("Award"),
        choices=[
            ("1", label("First place")),
            ("2", label("Second place")),
            ("3", label("Third place")),
            ("peoples-choice", label("People's Choice")),
            ("special", label("Special award")),
        ],
    )
    name = StringField(label("Name of the special award"), [Optional(), Length(max=80)], [strip])
