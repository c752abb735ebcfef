"""What is typed before a school is erased."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.web.forms import Form, label, one_line


class EraseForm(Form):
    name = StringField(
        label("Name of the school"),
        [DataRequired(label("Please type the school's name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "off"},
    )
