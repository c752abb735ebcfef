"""What judges and organizers type about judging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from wtforms import (
    Field,
    FileField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from app.judging import rules
from app.judging.rules import NoteKind
from app.web.forms import Form, label, one_line, strip

if TYPE_CHECKING:
    from app.contest.models import Criterion


class ScorecardForm(Form):
    """The comment; `scorecard_form` adds the criteria."""

    comment = TextAreaField(
        label("Comment"),
        [Length(max=rules.COMMENT_MOST)],
        [strip],
        description=label("For the organizers only. What the team should hear goes below."),
    )


def field_name(criterion_id: int) -> str:
    return f"score-{criterion_id}"


def scorecard_form(criteria: Sequence[Criterion]) -> type[ScorecardForm]:
    """The form of one rubric: a choice from 1 to 5 for each criterion, none of them forced, so
    that a card can be saved half done."""
    fields = {field_name(criterion.id): _scale(criterion) for criterion in criteria}
    return cast(type[ScorecardForm], type("RubricForm", (ScorecardForm,), fields))


class PracticeForm(Form):
    """A sample film for judges to practice on."""

    title = StringField(
        label("Title"),
        [InputRequired(label("Please give it a title.")), Length(max=120)],
        [one_line],
    )
    video = FileField(label("Video file"))


def paper_form(criteria: Sequence[Criterion]) -> type[ScorecardForm]:
    """A sheet of paper: the rubric, a comment, and what it says to the team."""
    words = [Length(max=rules.NOTE_MOST)]
    fields = {
        NoteKind.STRENGTH.value: StringField(label("What works"), words, [one_line]),
        NoteKind.NEXT_STEP.value: StringField(label("A next step"), words, [one_line]),
    }
    return cast(type[ScorecardForm], type("PaperForm", (scorecard_form(criteria),), fields))


def reason_name(criterion_id: int) -> str:
    return f"reason-{criterion_id}"


def model_form(criteria: Sequence[Criterion]) -> type[Form]:
    """What a practice clip deserves: a score and a reason for each criterion."""
    fields: dict[str, Field] = {}
    for criterion in criteria:
        fields[field_name(criterion.id)] = _scale(criterion)
        fields[reason_name(criterion.id)] = StringField(
            label("Why"), [Length(max=rules.REASON_OF_SCORE_MOST)], [one_line]
        )
    return cast(type[Form], type("ModelForm", (Form,), fields))


def _scale(criterion: Criterion) -> RadioField:
    return RadioField(
        criterion.name,
        choices=[(n, str(n)) for n in range(rules.LOWEST, rules.HIGHEST + 1)],
        coerce=int,
        # The service refuses a number that is not on the scale; none at all is fine.
        validate_choice=False,
    )


class RecuseForm(Form):
    reason = StringField(
        label("Why you step aside"),
        [
            InputRequired(label("Please say in a few words why.")),
            Length(max=rules.REASON_MOST),
        ],
        [one_line],
        description=label("Such as: I know this team. Only the organizers read it."),
    )


class AskAgainForm(Form):
    reason = StringField(
        label("Why the judge should look again"),
        [
            InputRequired(label("Please say why. The judge reads it.")),
            Length(max=rules.REASON_MOST),
        ],
        [one_line],
    )


class UnlockForm(Form):
    reason = StringField(
        label("Why the result has to change"),
        [
            InputRequired(label("Please say why the result has to change.")),
            Length(max=rules.REASON_MOST),
        ],
        [one_line],
    )


class RoundForm(Form):
    """How the first round is judged; it can't be changed once the round is open."""

    method = RadioField(
        label("What the places come from"),
        [InputRequired(label("Please choose one."))],
        choices=[
            (
                rules.Method.ADJUSTED.value,
                label("Scores evened out for how strict each judge is"),
            ),
            (rules.Method.MEAN.value, label("Plain means")),
        ],
        default=rules.Method.ADJUSTED.value,
    )
    anchors = IntegerField(
        label("Entries that every judge scores"),
        [InputRequired(label("Please give a number; 0 is one.")), NumberRange(0, 30)],
    )


class ConflictForm(Form):
    school = SelectField(
        label("School"),
        [NumberRange(min=1, message=label("Please choose a school."))],
        coerce=int,
    )
    kind = RadioField(
        label("What it is"),
        [InputRequired(label("Please choose one."))],
        choices=[],
    )


class HouseholdForm(Form):
    other = SelectField(
        label("Judge"),
        [NumberRange(min=1, message=label("Please choose a judge."))],
        coerce=int,
    )


class SeatsForm(Form):
    panels = SelectMultipleField(
        label("Panels"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
