"""What an organizer types about a season as a whole: its settings, brand and dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp

from app.contest import rules
from app.contest.forms.fields import ZonedDateTimeField, as_typed, line, whole
from app.web.forms import Form, label, one_line, strip

if TYPE_CHECKING:
    from app.accounts.models import User

ZONES = sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "posix")))


class NewSeasonForm(Form):
    name = line("Name of the contest", 120)
    year = whole("Year", 2000, 2100)
    zone = SelectField(
        label("Time zone"), choices=[(z, z) for z in ZONES], default="Pacific/Honolulu"
    )


class SeasonForm(Form):
    name = line("Name of the contest", 120)
    tagline = line("Tagline", 200, required=False)
    about = TextAreaField(label("About the contest"), [Length(max=4000)], [strip])
    place = line("Where it runs", 120, required=False)
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
    reviews_least = whole("Scorecards an entry needs in the first round", 1, 15)
    finalists_most = whole("Finalists in a category", 1, 50)
    tie_rule = SelectField(
        label("Equal scores are parted by"),
        choices=[(rule.value, label(w.message)) for rule, w in rules.TIE_RULE_WORDS.items()],
    )
    picks_most = whole("Picks on a ballot, at most", 1, 10)
    watch_first = whole("Finalists to watch before voting", 0, 20, "0 asks for none.")
    mail_weight = whole("What a pick by mail counts", 0, 10)
    class_weight = whole("What a pick on a class ballot counts", 0, 10)
    event_weight = whole("What a pick at the event counts", 0, 10)
    school_cap = whole(
        "Picks of one school's class ballots that count for one video, at most",
        0,
        5000,
        "0 counts all of them.",
    )
    grace_minutes = whole("Grace after the deadline, in minutes", 0, 240)
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
