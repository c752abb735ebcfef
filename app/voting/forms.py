"""What a voter fills in. Nothing but the picks outlives the request."""

from __future__ import annotations

from wtforms import BooleanField, EmailField, SelectMultipleField, StringField
from wtforms.validators import Email, InputRequired, Length

from app.web.forms import OpenForm, label, one_line


class BallotForm(OpenForm):
    picks = SelectMultipleField(label("Your picks"), validate_choice=False)
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
    old_enough = BooleanField(
        label("I am 13 or older"),
        [InputRequired(label("Voting by e-mail is for people who are 13 or older."))],
    )


class ConfirmForm(OpenForm):
    """The button that casts a ballot."""


class NotMeForm(OpenForm):
    """The button that stops mails."""


class CodeForm(OpenForm):
    number = StringField(
        label("Ballot number"),
        [InputRequired(label("Please copy the ballot number from the mail.")), Length(max=40)],
        [one_line],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    code = StringField(
        label("Code"),
        [InputRequired(label("Please copy the code from the mail.")), Length(max=40)],
        [one_line],
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "characters",
            "spellcheck": "false",
        },
    )
