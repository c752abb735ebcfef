"""What a teacher types about the school and herself."""

from __future__ import annotations

from wtforms import EmailField, PasswordField, StringField, TextAreaField, URLField
from wtforms import Form as WTForm
from wtforms.validators import URL, DataRequired, Email, InputRequired, Length, Optional

from app.accounts.rules import PASSWORD_MOST
from app.contest.forms import ZonedDateTimeField
from app.web.forms import Form, OpenForm, label, one_line, strip

SCHOOL_FIELDS = ("school_name", "district", "city", "web_page", "grades")


class SchoolFields(WTForm):
    """A school's own facts, asked at registration and when they change."""

    school_name = StringField(
        label("Name of the school"),
        [DataRequired(label("Please give the school's name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "organization"},
    )
    district = StringField(
        label("District or complex area"), [Optional(), Length(max=120)], [one_line]
    )
    city = StringField(
        label("City or town"),
        [DataRequired(label("Please give the city or town.")), Length(max=80)],
        [one_line],
        render_kw={"autocomplete": "address-level2"},
    )
    web_page = URLField(
        label("The school's public web page"),
        [
            DataRequired(label("Please give the school's web page.")),
            URL(message=label("Write the whole address, such as https://school.example.org.")),
            Length(max=300),
        ],
        [one_line],
        description=label("The organizers look here to see that it really is the school."),
    )
    grades = StringField(
        label("Grades"),
        [DataRequired(label("Please give the grades, such as 6-8.")), Length(max=40)],
        [one_line],
        description=label("Such as K-5 or 9-12."),
    )


class RegisterSchoolForm(OpenForm, SchoolFields):
    name = StringField(
        label("Your name"),
        [DataRequired(label("Please give your name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        label("Your school e-mail address"),
        [
            DataRequired(label("Please give your e-mail address.")),
            Email(label("That does not look like an e-mail address.")),
            Length(max=254),
        ],
        [one_line],
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        label("Password"),
        [DataRequired(label("Please choose a password.")), Length(max=PASSWORD_MOST)],
        description=label("At least 12 characters. Four short words make a good one."),
        render_kw={"autocomplete": "new-password"},
    )


class SchoolForm(Form, SchoolFields):
    """The same facts, changed later."""


class ColleagueForm(Form):
    name = StringField(
        label("Name"), [DataRequired(label("Please give a name.")), Length(max=120)], [one_line]
    )
    email = EmailField(
        label("School e-mail address"),
        [
            DataRequired(label("Please give an e-mail address.")),
            Email(label("That does not look like an e-mail address.")),
            Length(max=254),
        ],
        [one_line],
    )


class TurnDownForm(Form):
    reason = TextAreaField(
        label("Why, in words for the school"),
        [DataRequired(label("Please write why.")), Length(max=500)],
        [strip],
    )


class DeadlineForm(Form):
    until = ZonedDateTimeField(
        label("New deadline"), [InputRequired(label("Until when?"))], format="%Y-%m-%dT%H:%M"
    )
    reason = StringField(
        label("Why"),
        [DataRequired(label("Please write why.")), Length(max=300)],
        [one_line],
        description=label("Kept in the audit log."),
    )
