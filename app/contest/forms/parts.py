"""What an organizer types about one row of the season's lists."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, TextAreaField, URLField
from wtforms.validators import URL, DataRequired, InputRequired, Length, Optional

from app.contest import rules
from app.contest.forms.fields import ZonedDateTimeField, line, whole
from app.web.forms import Form, label, one_line, strip


def _number_or_none(value: object) -> int | None:
    return None if value in (None, "", "None") else int(str(value))


class CategoryForm(Form):
    name = line("Name", 80)
    description = TextAreaField(label("What it is about"), [Length(max=1000)], [strip])
    position = whole("Place in the list", 0, 99)


class DivisionForm(Form):
    name = line("Name", 80)
    position = whole("Place in the list", 0, 99)


class PanelForm(Form):
    name = line("Name", 80)
    position = whole("Place in the list", 0, 99)


class CriterionForm(Form):
    name = line("Name", 80)
    description = TextAreaField(label("What to look for"), [Length(max=1000)], [strip])
    weight = whole("Weight in percent", 1, 100)
    level_1 = line("Words for 1", 200)
    level_2 = line("Words for 2", 200)
    level_3 = line("Words for 3", 200)
    level_4 = line("Words for 4", 200)
    level_5 = line("Words for 5", 200)
    decides_ties = BooleanField(label("Decides ties"))
    panel_id = SelectField(label("Who scores it"), coerce=_number_or_none, default="")
    position = whole("Place in the list", 0, 99)


class PrizeForm(Form):
    place = whole("Place", 1, 10)
    words = line("What the school gets", 200)


class PartnerForm(Form):
    name = line("Name", 120)
    kind = SelectField(
        label("Part in the contest"),
        choices=[(k.value, label(n.message)) for k, n in rules.PARTNER_KIND_NAMES.items()],
    )
    url = URLField(
        label("Web page"),
        [Optional(), URL(message=label("That is not a web address.")), Length(max=300)],
        [one_line],
    )
    logo = FileField(label("Logo (PNG, JPEG or WebP)"))
    position = whole("Place in the list", 0, 99)


class SignatoryForm(Form):
    name = line("Name", 80)
    title = line("Office", 120, required=False, help_words="As it stands under the name.")
    signature = FileField(
        label("Picture of the signature (PNG, JPEG or WebP)"),
        description=label("Only organizers see it, and whoever holds a certificate."),
    )
    position = whole("Place in the list", 0, 99)


class QuestionForm(Form):
    words = line("The question", 200)
    help = line("Help", 300, required=False)
    kind = SelectField(
        label("Kind of answer"),
        choices=[(k.value, label(n.message)) for k, n in rules.QUESTION_KIND_NAMES.items()],
    )
    choices = TextAreaField(
        label("Choices"),
        [Length(max=2000)],
        [strip],
        description=label("One a line, for a question with choices."),
    )
    required = BooleanField(label("An entry can't be submitted without an answer"))
    audience = SelectField(
        label("Who reads the answers"),
        choices=[(a.value, label(n.message)) for a, n in rules.QUESTION_AUDIENCE_NAMES.items()],
    )
    position = whole("Place in the list", 0, 99)


class NewsForm(Form):
    title = line("Title", 120)
    words = TextAreaField(
        label("What there is to say"),
        [DataRequired(label("Please fill this in.")), Length(max=4000)],
        [strip],
        description=label("An empty line begins a new paragraph."),
        render_kw={"rows": 8},
    )
    published_at = ZonedDateTimeField(
        label("Public from"),
        [InputRequired()],
        format="%Y-%m-%dT%H:%M",
        description=label("In the season's time zone. Until then nobody but organizers sees it."),
    )
