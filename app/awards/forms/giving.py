"""What an organizer chooses when awards are given."""

from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import Form, label, one_line, strip


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


VOLUNTEERS_MOST = 200


class CertificatesForm(Form):
    """Which certificates an organizer prints."""

    what = SelectField(
        label("For whom"),
        choices=[
            ("participants", label("Everybody who took part")),
            ("placed", label("Winners, for each award")),
            ("honored", label("First places, by a legislature or another body")),
            ("judges", label("Judges, with thanks")),
            ("teachers", label("Teachers, with thanks")),
            ("partners", label("Partners, with thanks")),
            ("showings", label("Stations and schools that showed a winner, with thanks")),
            ("volunteers", label("Volunteers, with thanks")),
        ],
    )
    issuer = StringField(
        label("Who honors the first places"),
        [Optional(), Length(max=120)],
        [one_line],
        description=label("Such as: The Senate of the State of Hawaiʻi."),
    )
    names = TextAreaField(
        label("Names of volunteers, one on each line"),
        [Optional(), Length(max=20_000)],
        [strip],
        description=label("They are printed and not kept."),
        render_kw={"rows": 4},
    )
    language = SelectField(label("Language"), default="en")

    def listed(self) -> list[str]:
        """The names that were typed."""
        lines = (one_line(line)[:80] for line in (self.names.data or "").splitlines())
        return [line for line in lines if line][:VOLUNTEERS_MOST]


class SchoolCertificatesForm(Form):
    """Which certificates a teacher prints."""

    what = SelectField(choices=[("participants", ""), ("placed", "")])
    language = SelectField(label("Language"), default="en")
