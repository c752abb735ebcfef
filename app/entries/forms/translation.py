"""What an organizer records about a translation."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from app.web.forms import Form, label, one_line


class SignOffForm(Form):
    digest = HiddenField(validators=[Length(max=64)])
    reviewer = StringField(
        label("Who read it, and in what capacity"),
        [DataRequired(label("Please say who read it.")), Length(max=120)],
        [one_line],
        description=label("For example: M. Reyes, certified court interpreter."),
    )
    reviewed_on = DateField(label("Read on"), [InputRequired(label("Please give the date."))])
    confirmed = BooleanField(
        label("She or he speaks the language well, read every sentence and found it right."),
        [DataRequired(label("Please tick this, or have the words read first."))],
    )
