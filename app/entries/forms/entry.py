"""What teachers type about an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import URL, DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.contest.rules import LICENCE_NAMES
from app.entries import rules
from app.entries.rules import Rung
from app.web.forms import Form, label, one_line, strip

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.schools.models import Membership


def _number_or_none(value: str) -> int | None:
    return int(value) if value else None


class DetailsForm(Form):
    """Saved as typed: nothing is required until the entry is submitted."""

    title = StringField(
        label("Title"),
        [Length(max=100)],
        [one_line],
        description=label("As it will stand in lists."),
    )
    category_id = SelectField(label("Category"), coerce=_number_or_none, choices=[])
    division_id = SelectField(label("Division"), coerce=_number_or_none, choices=[])
    synopsis = TextAreaField(
        label("Synopsis"),
        [Length(max=500)],
        [strip],
        description=label("One or two sentences. No names of students."),
        render_kw={"rows": 3},
    )
    team_name = StringField(
        label("Team name"),
        [Length(max=60)],
        [one_line],
        description=label("Chosen with the team. Not a student's name: it is shown in public."),
    )
    ai_use = RadioField(
        label("Was AI used?"),
        [Optional()],
        filters=[strip],
        choices=[(use.value, label(name.message)) for use, name in rules.AI_USE_NAMES.items()],
    )
    ai_words = StringField(label("What AI was used for"), [Length(max=300)], [one_line])
    licence = SelectField(
        label("Licence if it wins"),
        choices=[(licence.value, name) for licence, name in LICENCE_NAMES.items()],
        description=label("Your students keep their copyright either way."),
    )
    original_work = BooleanField(label("This is the team's own work."))
    people_complete = BooleanField(
        label("Nobody but the people listed can be recognized by sight or voice (or nobody can).")
    )
    cues_complete = BooleanField(
        label("The cue sheet names everything the team did not make itself (or there is nothing).")
    )

    def offer(self, season: Season) -> DetailsForm:
        """Fill in the season's choices and limits."""
        pick = [("", label("Please choose"))]
        self.category_id.choices = [*pick, *((str(c.id), c.name) for c in season.categories)]
        self.division_id.choices = [*pick, *((str(d.id), d.name) for d in season.divisions)]
        return self


class PersonForm(Form):
    alias = StringField(
        label("First name or alias"),
        [DataRequired(label("Please give a first name or an alias.")), Length(max=40)],
        [one_line],
        description=label("Only for the releases. Never shown unless a parent allows it."),
        render_kw={"autocomplete": "off"},
    )


class MembersForm(Form):
    """The team, one first name or alias a field; empty fields are nobody."""

    alias = FieldList(
        StringField(
            label("First name or alias"),
            [Length(max=40)],
            [one_line],
            render_kw={"autocomplete": "off"},
        )
    )

    def offer(self, most: int) -> MembersForm:
        """As many fields as a team may have members."""
        while len(self.alias.entries) < most:
            self.alias.append_entry("")
        return self

    @property
    def named(self) -> list[str]:
        return [each for each in self.alias.data if each]


class ReleaseForm(Form):
    rungs = SelectMultipleField(
        label("What the signed form allows"),
        choices=[
            (rung.value, label(words.message)) for rung, (words, _) in rules.RUNG_WORDS.items()
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    signer = SelectField(
        label("Who signed it"),
        choices=[(who.value, label(name.message)) for who, name in rules.SIGNER_NAMES.items()],
        description=label("A school can only allow judging."),
    )
    form_name = StringField(
        label("Name of the form"),
        [DataRequired(label("Which form was signed?")), Length(max=120)],
        [one_line],
        description=label("It stays at the school; we keep its name and date only."),
    )
    signed_on = DateField(label("Signed on"), [InputRequired(label("When was the form signed?"))])

    def chosen(self) -> list[Rung]:
        return [Rung(value) for value in self.rungs.data or []]


class CueForm(Form):
    id_prefix = "cue-"

    kind = SelectField(
        label("What it is"),
        choices=[(kind.value, label(name.message)) for kind, name in rules.CUE_KIND_NAMES.items()],
    )
    title = StringField(
        label("Title"), [DataRequired(label("What is it called?")), Length(max=120)], [one_line]
    )
    author = StringField(label("Author or performer"), [Optional(), Length(max=120)], [one_line])
    source = StringField(
        label("Where it is from"),
        [DataRequired(label("Where did you find it?")), Length(max=200)],
        [one_line],
    )
    licence = StringField(
        label("Licence or permission"),
        [DataRequired(label("Under which licence may you use it?")), Length(max=80)],
        [one_line],
        description=label("Such as CC BY 4.0, public domain, or written permission."),
    )
    link = URLField(
        label("Link"),
        [Optional(), URL(message=label("That is not a web address.")), Length(max=300)],
        [one_line],
    )


def shown_value(field: Any) -> str:
    """What a field holds, as somebody reads it: a choice by its words."""
    if isinstance(field, BooleanField):
        return str(label("Yes") if field.data else label("No"))
    if isinstance(field, SelectField):  # Radios are a kind of it.
        return next((str(choice.label.text) for choice in field if choice.checked), "–")
    return str(field.data) if field.data not in (None, "") else "–"


def field_values(form: Form, *leave_out: str) -> dict[str, Any]:
    """The form's fields by name, without the token."""
    return {f.name: f.data for f in form if f.name not in ("csrf_token", *leave_out)}


class HandoverForm(Form):
    heir = SelectField(label("Who takes care of the entries from now on"), choices=[])
    end_codes = BooleanField(
        label("End the team codes she knows"),
        description=label("The slips in the teams' hands stop working; new ones can be printed."),
        default=True,
    )

    def offer(self, colleagues: list[Membership]) -> HandoverForm:
        """The lead stands first, and is taken unless somebody else is chosen."""
        self.heir.choices = [(str(m.id), m.user.display_name) for m in colleagues]
        self.heir.validate_choice = bool(colleagues)
        return self
