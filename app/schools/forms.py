"""What teachers and organizers type about schools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_wtf.file import FileField
from wtforms import (
    DateTimeLocalField,
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms import Form as WTForm
from wtforms.validators import (
    URL,
    DataRequired,
    Email,
    InputRequired,
    Length,
    Optional,
    StopValidation,
    ValidationError,
)

from app.accounts.rules import PASSWORD_MOST
from app.contest.forms import ZonedDateTimeField
from app.schools import rules
from app.web.forms import Form, OpenForm, label, one_line, strip

if TYPE_CHECKING:
    from app.schools.models import District, School

SCHOOL_FIELDS = (
    "school_name",
    "district",
    "district_other",
    "city",
    "web_page",
    "grades",
    "office_email",
)
ANOTHER = "another"
EMAIL = Email(label("That does not look like an e-mail address."))


def lower_line(value: str | None) -> str:
    return one_line(value).lower()


class SchoolFields(WTForm):
    """A school's own facts, asked at registration and when they change."""

    school_name = StringField(
        label("Name of the school"),
        [DataRequired(label("Please give the school's name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "organization"},
    )
    district = SelectField(label("District or complex area"), choices=[])
    district_other = StringField(
        label("The district's name, if it is another"),
        [Length(max=120)],
        [one_line],
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
        [one_line, rules.whole_address],
        description=label("The organizers look here to see that it really is the school."),
    )
    grades = StringField(
        label("Grades"),
        [DataRequired(label("Please give the grades, such as 6-8.")), Length(max=40)],
        [one_line],
        description=label("Such as K-5 or 9-12."),
    )
    office_email = EmailField(
        label("E-mail address of the school's office"),
        [Optional(), EMAIL, Length(max=254)],
        [lower_line],
        description=label(
            "Only needed when your own address is not one of the school's. If this one is, we ask"
            " there whether the registration is right; that spares you a call."
        ),
    )

    def offer_districts(self, districts: Sequence[District]) -> None:
        self.district.choices = [
            ("", label("None, or I don't know")),
            *((str(d.id), d.name) for d in districts),
            (ANOTHER, label("Another, which I write below")),
        ]
        self.district.data = self.district.data or ""  # Not sent is not chosen.

    def asks_about_school(self) -> bool:
        return True

    def validate_district_other(self, field: StringField) -> None:
        if self.asks_about_school() and self.district.data == ANOTHER and not field.data:
            raise ValidationError(label("Please write the district's name."))

    def school_values(self) -> dict[str, Any]:
        """The fields as the school's columns."""
        chosen = self.district.data or ""
        return {
            "name": self.school_name.data or "",
            "district_id": int(chosen) if chosen.isdigit() else None,
            "district_other": (self.district_other.data or "") if chosen == ANOTHER else "",
            "city": self.city.data or "",
            "web_page": self.web_page.data or "",
            "grades": self.grades.data or "",
            "office_email": self.office_email.data or "",
        }


class RegisterSchoolForm(OpenForm, SchoolFields):
    known_school = SelectField(
        label("Your school"),
        choices=[],
        description=label(
            "Choose it if it is here: then you need not fill in the next part, and the school's"
            " lead lets you in."
        ),
    )
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
            EMAIL,
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

    def offer(self, schools: Sequence[School], districts: Sequence[District]) -> RegisterSchoolForm:
        """Fill in what there is to choose. Who has chosen her school is asked for nothing more
        about it."""
        self.offer_districts(districts)
        offer_schools(self.known_school, schools, label("My school is not in this list"))
        if not self.asks_about_school():
            for name in SCHOOL_FIELDS:
                self[name].validators = [Optional()]
        return self

    def asks_about_school(self) -> bool:
        return not self.known_school.data


def offer_schools(field: SelectField, schools: Iterable[School], none: str) -> None:
    field.data = field.data or ""
    field.choices = [("", none), *((str(s.id), f"{s.name}, {s.city}") for s in schools)]


class SchoolForm(Form, SchoolFields):
    """The same facts, changed later."""

    def offer(self, districts: Sequence[District]) -> SchoolForm:
        self.offer_districts(districts)
        return self


class JoinForm(Form):
    school = SelectField(
        label("Your school"), [DataRequired(label("Please choose your school."))], choices=[]
    )

    def offer(self, schools: Sequence[School]) -> JoinForm:
        offer_schools(self.school, schools, label("Please choose"))
        return self


class ColleagueForm(Form):
    name = StringField(
        label("Name"), [DataRequired(label("Please give a name.")), Length(max=120)], [one_line]
    )
    email = EmailField(
        label("School e-mail address"),
        [DataRequired(label("Please give an e-mail address.")), EMAIL, Length(max=254)],
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


class CallForm(Form):
    """A call-back, as it was."""

    id_prefix = "call-"

    called = StringField(
        label("Whom you spoke to"),
        [DataRequired(label("Please write whom you spoke to.")), Length(max=120)],
        [one_line],
        description=label("Name and part in the school, such as the office or the principal."),
    )
    source = StringField(
        label("Where the number came from"),
        [DataRequired(label("Please write where the number came from.")), Length(max=200)],
        [one_line],
        description=label(
            "The school's web page, the department's directory. Never the registration itself."
        ),
    )
    at = DateTimeLocalField(
        label("When"),
        [InputRequired(label("Please give the day and the hour."))],
        format="%Y-%m-%dT%H:%M",
    )

    def validate_at(self, field: DateTimeLocalField) -> None:
        # The ends of the calendar overflow when they change zones.
        if field.data is not None and not 2000 <= field.data.year <= 2100:
            raise StopValidation(label("Please give a year between 2000 and 2100."))

    def moment(self, zone: str) -> datetime:
        if self.at.data is None:
            raise ValueError("An empty field has no moment.")
        return self.at.data.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class DistrictForm(Form):
    name = StringField(
        label("Name of the district"),
        [DataRequired(label("Please give a name.")), Length(max=120)],
        [one_line],
    )


class MergeForm(Form):
    into = SelectField(
        label("Merge it into"), [DataRequired(label("Please choose a district."))], choices=[]
    )

    def offer(self, districts: Iterable[District]) -> MergeForm:
        self.into.choices = [
            ("", label("Please choose")),
            *((str(d.id), d.name) for d in districts),
        ]
        return self


class DomainsForm(Form):
    domains = TextAreaField(
        label("Mail domains only schools have"),
        [Length(max=10_000)],
        [strip],
        description=label("One in a line, such as k12.hi.us or .edu. What is below counts too."),
        render_kw={"spellcheck": "false", "autocapitalize": "none"},
    )

    def validate_domains(self, field: TextAreaField) -> None:
        lines = _lines(field.data)
        if len(lines) > rules.DOMAINS_MOST:
            raise ValidationError(
                label("At most %(most)s domains, please.", most=rules.DOMAINS_MOST)
            )
        wrong = [reason for line in lines if (reason := rules.why_not_listed(line))]
        if wrong:
            raise ValidationError(" ".join(str(reason) for reason in wrong[:5]))

    def values(self) -> list[str]:
        found = [rules.read_domain(line) for line in _lines(self.domains.data)]
        return sorted({domain for domain in found if domain})


def _lines(words: str | None) -> list[str]:
    return [line for line in (words or "").replace(",", "\n").split("\n") if line.strip()]


class SheetForm(Form):
    sheet = FileField(label("The table (CSV)"))


class ConfirmImportForm(Form):
    """Carries the file once more, and what stands for the preview that was looked at."""

    content = HiddenField(validators=[InputRequired()])
    digest = HiddenField(validators=[InputRequired(), Length(max=64)])


class AgreementForm(Form):
    words = TextAreaField(
        label("Text of the agreement"),
        [
            DataRequired(label("An empty agreement says nothing. Please write what holds.")),
            Length(max=rules.AGREEMENT_MOST),
        ],
        [strip],
        description=label("Plain text. An empty line begins a new paragraph."),
    )


class AcceptForm(Form):
    number = HiddenField(validators=[InputRequired()])
    name = StringField(
        label("Your name, as you sign"),
        [DataRequired(label("Please write your name.")), Length(max=120)],
        [one_line],
        render_kw={"autocomplete": "name"},
    )
