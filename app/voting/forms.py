"""What a voter, a school's lead and an organizer fill in for the vote."""

from __future__ import annotations

from wtforms import (
    EmailField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import (
    DataRequired,
    Email,
    InputRequired,
    Length,
    NoneOf,
    NumberRange,
    Optional,
)

from app.voting.rules import SLIPS_MOST, STUDENTS_MOST
from app.web.forms import Form, OpenForm, label, one_line

TOO_YOUNG = "under-13"
_CODE = {"autocapitalize": "characters", "spellcheck": "false"}


def _code_field() -> StringField:
    """The code from the mail, where a browser that runs scripts needs none."""
    return StringField(
        label("Code"),
        [Optional(), Length(max=40)],
        [one_line],
        render_kw={"autocomplete": "one-time-code", **_CODE},
    )


def _slips_field() -> IntegerField:
    return IntegerField(
        label("Slips to make"),
        [
            InputRequired(label("Please say how many slips you need.")),
            NumberRange(1, SLIPS_MOST, label("Please ask for 1 to 2,000 slips at a time.")),
        ],
    )


def _students_field(words: str) -> IntegerField:
    return IntegerField(
        words,
        [
            InputRequired(label("Please say how many students your school has.")),
            NumberRange(1, STUDENTS_MOST, label("Please give a number from 1 to 10,000.")),
        ],
    )


class BallotForm(OpenForm):
    picks = SelectMultipleField(label("Your picks"), validate_choice=False)
    watched = SelectMultipleField(label("Watched"), validate_choice=False)
    address = EmailField(
        label("Your e-mail address"),
        [
            InputRequired(label("Please give your e-mail address.")),
            Email(label("That does not look like an e-mail address.")),
            Length(max=254),
        ],
        [one_line],
        render_kw={"autocomplete": "email"},
    )
    age = RadioField(
        label("How old are you?"),
        [
            InputRequired(label("Please choose one.")),
            NoneOf(
                [TOO_YOUNG],
                label(
                    "Voting by e-mail is for people who are 13 or older. With a slip from your "
                    "teacher you can vote at any age."
                ),
            ),
        ],
        choices=[
            (TOO_YOUNG, label("Under 13")),
            ("13", label("13 to 17")),
            ("18", label("18 or older")),
        ],
    )


class ConfirmForm(OpenForm):
    """The button that casts a ballot."""

    code = _code_field()


class NotMeForm(OpenForm):
    """The button that stops mails."""

    code = _code_field()


class CodeForm(OpenForm):
    number = StringField(
        label("Ballot number"),
        [InputRequired(label("Please copy the ballot number from the mail.")), Length(max=40)],
        [one_line],
        render_kw={"autocomplete": "off", **_CODE},
    )
    code = StringField(
        label("Code"),
        [InputRequired(label("Please copy the code from the mail.")), Length(max=40)],
        [one_line],
        render_kw={"autocomplete": "one-time-code", **_CODE},
    )


class SlipForm(OpenForm):
    """The code on a slip, and then the picks."""

    code = StringField(
        label("Code on your slip"),
        [InputRequired(label("Please type the code on your slip.")), Length(max=40)],
        [one_line],
        render_kw={"autocomplete": "off", **_CODE},
    )


class SlipBallotForm(OpenForm):
    picks = SelectMultipleField(label("Your picks"), validate_choice=False)
    code = StringField(validators=[InputRequired(), Length(max=40)], filters=[one_line])


class MakeSlipsForm(Form):
    students = _students_field(label("Students at your school"))
    wanted = _slips_field()


class EventSlipsForm(Form):
    wanted = _slips_field()


class StudentsForm(Form):
    students = _students_field(label("Students at the school"))


class WitnessForm(Form):
    name = StringField(
        label("Who it is"),
        [DataRequired(label("Please say who it is.")), Length(max=120)],
        [one_line],
    )
    email = EmailField(
        label("E-mail address"),
        [
            InputRequired(label("Please give an e-mail address.")),
            Email(label("That does not look like an e-mail address.")),
            Length(max=254),
        ],
        [one_line],
    )
