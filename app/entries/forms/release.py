"""What a parent, or a student of 18, types on the page a release link opens."""

from __future__ import annotations

from wtforms import DateField, EmailField, HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional

from app.entries import rules
from app.entries.rules import Rung, Signer
from app.web.forms import OpenForm, label, one_line


def _answer() -> RadioField:
    return RadioField(
        "",
        [InputRequired(label("Please answer yes or no."))],
        choices=[("yes", label("Yes, I allow it")), ("no", label("No"))],
    )


class AnswerForm(OpenForm):
    """Each rung is answered by itself, and none is answered beforehand."""

    read = HiddenField()
    """Stands for the very words that were read (`rules.words_read`)."""
    C1 = _answer()
    C2 = _answer()
    C3 = _answer()
    C4 = _answer()
    signer = RadioField(
        label("Who are you?"),
        [InputRequired(label("Please say who you are."))],
        choices=[
            (who.value, label(rules.SIGNER_NAMES[who].message))
            for who in (Signer.PARENT, Signer.STUDENT)
        ],
    )
    signer_name = StringField(
        label("Your full name, in place of a signature"),
        [DataRequired(label("Please type your name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "name"},
    )
    signed_on = DateField(label("Today's date"), [InputRequired(label("Please give the date."))])
    copy_to = EmailField(
        label("E-mail address for a copy"),
        [
            Optional(),
            Email(label("That does not look like an e-mail address.")),
            Length(max=254),
        ],
        [one_line],
        description=label("If you want one. We send the copy and forget the address."),
        render_kw={"autocomplete": "email"},
    )

    @property
    def answers(self) -> dict[Rung, bool]:
        return {rung: self[rung.value].data == "yes" for rung in Rung}


class TakeBackForm(OpenForm):
    """One button for each yes."""
