"""What screeners and the safeguarding lead type."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import FloatField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app.contest import rules as contest
from app.contest.rules import Rule
from app.web.forms import Form, label, one_line, strip


def _several(words: str) -> SelectMultipleField:
    return SelectMultipleField(
        label(words),
        choices=[],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class DecisionForm(Form):
    checked = _several("Checklist")
    verdict = RadioField(
        label("Decision"),
        [InputRequired(label("Please decide."))],
        choices=[
            ("accepted", label("Accept: it goes to the judges")),
            ("returned", label("Return: the team can mend it")),
            ("disqualified", label("Disqualify: it can't take part")),
        ],
    )
    reasons = _several("Reasons to return or disqualify")
    words = TextAreaField(
        label("In your words, to the teacher"),
        [Length(max=2000)],
        [strip],
        render_kw={"rows": 3},
    )

    def offer(self, rules: Sequence[Rule]) -> DecisionForm:
        """Fill in the points and reasons of the rules that count for the entry."""
        self.checked.choices = _points(rules)
        self.reasons.choices = [(r.code, r.said(r.fault)) for r in contest.faults(rules)]
        return self


class SecondLookForm(Form):
    id_prefix = "second-"

    checked = _several("Checklist")

    def offer(self, rules: Sequence[Rule]) -> SecondLookForm:
        self.checked.choices = _points(rules)
        return self


def _points(rules: Sequence[Rule]) -> list[tuple[str, str]]:
    return [(rule.code, rule.said(rule.screener)) for rule in contest.checklist(rules)]


class NoteForm(Form):
    id_prefix = "note-"

    at_seconds = FloatField(
        label("At second"),
        [InputRequired(label("At which second?")), NumberRange(0, 36_000)],
        render_kw={"min": 0, "step": "0.1"},
    )
    words = StringField(
        label("What is there"),
        [DataRequired(label("Please write what is there.")), Length(max=500)],
        [one_line],
    )


class DisclosureForm(Form):
    id_prefix = "disclosure-"

    words = TextAreaField(
        label("What made you think so"),
        [Length(max=2000)],
        [strip],
        description=label("Only the safeguarding lead reads this."),
        render_kw={"rows": 3},
    )


class CloseDisclosureForm(Form):
    words = TextAreaField(
        label("What was done"),
        [DataRequired(label("Please write what was done.")), Length(max=4000)],
        [strip],
        render_kw={"rows": 4},
    )
