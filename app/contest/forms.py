"""What an organizer types about a season."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import (
    URL,
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    StopValidation,
)

from app.contest import rules
from app.web.forms import Form, label, one_line, strip

if TYPE_CHECKING:
    from app.accounts.models import User

ZONES = sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix")))


def _whole(words: str, least: int, most: int, help_words: str = "") -> IntegerField:
    return IntegerField(
        label(words),
        [InputRequired(label("Please give a number.")), NumberRange(least, most)],
        description=label(help_words) if help_words else "",
        render_kw={"min": least, "max": most},
    )


def _line(words: str, most: int, *, required: bool = True, help_words: str = "") -> StringField:
    first: Any = DataRequired(label("Please fill this in.")) if required else Optional()
    return StringField(
        label(words),
        [first, Length(max=most)],
        [one_line],
        description=label(help_words) if help_words else "",
    )


class NewSeasonForm(Form):
    name = _line("Name of the contest", 120)
    year = _whole("Year", 2000, 2100)
    zone = SelectField(
        label("Time zone"), choices=[(z, z) for z in ZONES], default="Pacific/Honolulu"
    )


class SeasonForm(Form):
    name = _line("Name of the contest", 120)
    tagline = _line("Tagline", 200, required=False)
    about = TextAreaField(label("About the contest"), [Length(max=4000)], [strip])
    place = _line("Where it runs", 120, required=False)
    contact_email = EmailField(
        label("Contact address"), [Optional(), Email(), Length(max=254)], [one_line]
    )
    privacy_contact = EmailField(
        label("Privacy officer's address"), [Optional(), Email(), Length(max=254)], [one_line]
    )
    safeguarding_lead_id = SelectField(
        label("Safeguarding lead"),
        coerce=lambda value: int(value) if value else None,
        choices=[],
        description=label("Alone reads what screeners flag as a child's possible real disclosure."),
    )
    escalation = TextAreaField(
        label("What to do about a disclosure"),
        [Length(max=4000)],
        [strip],
        description=label("Whom to call, at once. Shown to whoever flags one."),
        render_kw={"rows": 4},
    )
    reviews_least = _whole("Scorecards an entry needs in the first round", 1, 15)
    finalists_most = _whole("Finalists in a category", 1, 50)
    tie_rule = SelectField(
        label("Equal scores are parted by"),
        choices=[(rule.value, label(w.message)) for rule, w in rules.TIE_RULE_WORDS.items()],
    )
    picks_most = _whole("Picks on a ballot, at most", 1, 10)
    watch_first = _whole("Finalists to watch before voting", 0, 20, "0 asks for none.")
    mail_weight = _whole("What a pick by mail counts", 0, 10)
    class_weight = _whole("What a pick on a class ballot counts", 0, 10)
    event_weight = _whole("What a pick at the event counts", 0, 10)
    school_cap = _whole(
        "Picks of one school's class ballots that count for one video, at most",
        0,
        5000,
        "0 counts all of them.",
    )
    grace_minutes = _whole("Grace after the deadline, in minutes", 0, 240)
    licence = SelectField(
        label("Licence winners are given under"),
        choices=[(licence.value, name) for licence, name in rules.LICENCE_NAMES.items()],
    )

    def offer(self, people: Sequence[User]) -> SeasonForm:
        """Fill in who may be the safeguarding lead."""
        nobody = [("", label("Nobody yet"))]
        self.safeguarding_lead_id.choices = [*nobody, *((str(p.id), p.name) for p in people)]
        return self


class LogoForm(Form):
    logo = FileField(label("Picture (PNG, JPEG or WebP)"))


class ZonedDateTimeField(DateTimeLocalField):
    """A moment typed in the season's zone; `.data` is naive, `moment()` is not."""

    def pre_validate(self, form: Any) -> None:
        # The ends of the calendar overflow when they change zones.
        if self.data is not None and not 2000 <= self.data.year <= 2100:
            raise StopValidation(label("Please give a year between 2000 and 2100."))

    def moment(self, zone: str) -> datetime:
        if self.data is None:
            raise ValueError("An empty field has no moment.")
        return self.data.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class BrandForm(Form):
    """What the films of winners wear, beside the logos."""

    accent = StringField(
        label("Accent color"),
        [Regexp(rules.COLOR, message=label("A color is written like #f2b632."))],
        [one_line],
    )
    brand_tag = StringField(
        label("One more line on the end card"),
        [Length(max=80, message=label("Please use at most 80 letters."))],
        [one_line],
        description=label(
            "At most 80 letters. For example: Talk to somebody you trust. Call or text 988."
        ),
    )
    lower_third = BooleanField(
        label("Show title and team at the foot of the film in its first seconds")
    )


class DatesForm(Form):
    registration_opens_at = ZonedDateTimeField(
        label("Registration opens"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    submissions_open_at = ZonedDateTimeField(
        label("Submissions open"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    submissions_close_at = ZonedDateTimeField(
        label("Submissions close"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    judging_opens_at = ZonedDateTimeField(
        label("Judging opens"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    judging_closes_at = ZonedDateTimeField(
        label("Judging closes"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    vote_opens_at = ZonedDateTimeField(
        label("Public vote opens"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    vote_closes_at = ZonedDateTimeField(
        label("Public vote closes"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    announcement_at = ZonedDateTimeField(
        label("Winners announced (planned)"), [InputRequired()], format="%Y-%m-%dT%H:%M"
    )
    reason = StringField(
        label("Why the dates change"),
        [Optional(), Length(max=200)],
        [one_line],
        description=label("Kept in the audit log, so that everybody can be told the same."),
    )

    def moments(self, zone: str, was: Mapping[str, datetime]) -> dict[str, datetime]:
        """The dates as typed. One that still reads as it was keeps its seconds, which are not
        shown."""
        return {
            name: at
            if self[name].data == as_typed(at, zone).replace(second=0, microsecond=0)
            else getattr(self, name).moment(zone)
            for name, at in was.items()
        }


def as_typed(at: datetime, zone: str) -> datetime:
    """A moment as a clock in `zone` shows it, naive."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _number_or_none(value: object) -> int | None:
    return None if value in (None, "", "None") else int(str(value))


class CategoryForm(Form):
    name = _line("Name", 80)
    description = TextAreaField(label("What it is about"), [Length(max=1000)], [strip])
    position = _whole("Place in the list", 0, 99)


class DivisionForm(Form):
    name = _line("Name", 80)
    position = _whole("Place in the list", 0, 99)


class PanelForm(Form):
    name = _line("Name", 80)
    position = _whole("Place in the list", 0, 99)


class CriterionForm(Form):
    name = _line("Name", 80)
    description = TextAreaField(label("What to look for"), [Length(max=1000)], [strip])
    weight = _whole("Weight in percent", 1, 100)
    level_1 = _line("Words for 1", 200)
    level_2 = _line("Words for 2", 200)
    level_3 = _line("Words for 3", 200)
    level_4 = _line("Words for 4", 200)
    level_5 = _line("Words for 5", 200)
    decides_ties = BooleanField(label("Decides ties"))
    panel_id = SelectField(label("Who scores it"), coerce=_number_or_none, default="")
    position = _whole("Place in the list", 0, 99)


class PrizeForm(Form):
    place = _whole("Place", 1, 10)
    words = _line("What the school gets", 200)


class PartnerForm(Form):
    name = _line("Name", 120)
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
    position = _whole("Place in the list", 0, 99)


class SignatoryForm(Form):
    name = _line("Name", 80)
    title = _line("Office", 120, required=False, help_words="As it stands under the name.")
    signature = FileField(
        label("Picture of the signature (PNG, JPEG or WebP)"),
        description=label("Only organizers see it, and whoever holds a certificate."),
    )
    position = _whole("Place in the list", 0, 99)


class RuleForm(Form):
    """One rule of the draft. Numbers the rule does not hold are taken out by `holding`."""

    part = SelectField(
        label("Where it stands"),
        choices=[(p.value, label(n.message)) for p, n in rules.RULE_PART_NAMES.items()],
    )
    words = TextAreaField(
        label("The rule, as everybody reads it"),
        [DataRequired(label("Please write the rule.")), Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("A word in {brackets} stands for a number below."),
    )
    team = TextAreaField(
        label("For the team's checklist"),
        [Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("Said by the team, before it uploads. Empty: not on the list."),
    )
    screener = TextAreaField(
        label("For the screener's checklist"), [Length(max=rules.WORDS_MOST)], [one_line]
    )
    fault = TextAreaField(
        label("What a school is told when it is broken"),
        [Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("A reason to return or disqualify. Empty: it is none."),
    )
    curable = BooleanField(
        label("A technical fault: it may be mended for a few days after the school is told.")
    )

    def holding(self, names: Collection[str]) -> RuleForm:
        """The form with a field for each number the rule holds, and no other."""
        for name in rules.NUMBER_NAMES.keys() - set(names):
            del self[name]
        return self


for _name, (_words, _least, _most) in rules.NUMBER_NAMES.items():
    setattr(RuleForm, _name, _whole(_words.message, _least, _most))


class PublishRulesForm(Form):
    note = TextAreaField(
        label("Why it changes"),
        [Length(max=500)],
        [one_line],
        description=label("Stands on the rules page and in the mail to teachers."),
        render_kw={"rows": 2},
    )


class QuestionForm(Form):
    words = _line("The question", 200)
    help = _line("Help", 300, required=False)
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
    position = _whole("Place in the list", 0, 99)
