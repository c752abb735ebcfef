"""What the season's dates and numbers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Criterion, Season


class Phase(StrEnum):
    """Where the season is, as a headline. Windows may overlap; the headline names the latest."""

    UPCOMING = "upcoming"
    REGISTRATION = "registration"
    SUBMISSIONS = "submissions"
    SCREENING = "screening"
    JUDGING = "judging"
    VOTING = "voting"
    SEALED = "sealed"
    ANNOUNCED = "announced"


PHASE_NAMES: dict[Phase, Text] = {
    Phase.UPCOMING: text("Coming up"),
    Phase.REGISTRATION: text("Registration"),
    Phase.SUBMISSIONS: text("Submissions"),
    Phase.SCREENING: text("Screening"),
    Phase.JUDGING: text("Judging"),
    Phase.VOTING: text("Public vote"),
    Phase.SEALED: text("Results sealed"),
    Phase.ANNOUNCED: text("Winners announced"),
}

DATE_ORDER = (
    "registration_opens_at",
    "submissions_open_at",
    "submissions_close_at",
    "judging_opens_at",
    "judging_closes_at",
    "vote_opens_at",
    "vote_closes_at",
    "announcement_at",
)

DATE_NAMES: dict[str, Text] = {
    "registration_opens_at": text("Registration opens"),
    "submissions_open_at": text("Submissions open"),
    "submissions_close_at": text("Submissions close"),
    "judging_opens_at": text("Judging opens"),
    "judging_closes_at": text("Judging closes"),
    "vote_opens_at": text("Public vote opens"),
    "vote_closes_at": text("Public vote closes"),
    "announcement_at": text("Winners announced (planned)"),
}

PAIRS = (
    ("submissions_open_at", "submissions_close_at"),
    ("judging_opens_at", "judging_closes_at"),
    ("vote_opens_at", "vote_closes_at"),
)

_MINUTE = timedelta(minutes=1)
SEQUENCE = (
    ("registration_opens_at", "submissions_open_at", timedelta()),
    ("submissions_open_at", "submissions_close_at", _MINUTE),
    ("submissions_close_at", "judging_opens_at", timedelta()),
    ("judging_opens_at", "judging_closes_at", _MINUTE),
    ("submissions_close_at", "vote_opens_at", timedelta()),
    ("vote_opens_at", "vote_closes_at", _MINUTE),
    ("vote_closes_at", "announcement_at", timedelta()),
)
"""Which date comes before which, and at least how long before. Judging and vote may overlap."""


COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")
"""A color as we write them: #f2b632."""


def is_color(words: str) -> bool:
    return COLOR.match(words) is not None


class Licence(StrEnum):
    """What winners may be given under; the values are SPDX identifiers."""

    CC_BY = "CC-BY-4.0"
    CC_BY_SA = "CC-BY-SA-4.0"


LICENCE_NAMES: dict[Licence, str] = {Licence.CC_BY: "CC BY 4.0", Licence.CC_BY_SA: "CC BY-SA 4.0"}
LICENCE_ADDRESSES: dict[Licence, str] = {
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
}


class TieRule(StrEnum):
    """What parts entries with equal scores, published before anybody scores."""

    CHANCE = "chance"
    CRITERION = "criterion"
    JOINT = "joint"


TIE_RULE_WORDS: dict[TieRule, Text] = {
    TieRule.CHANCE: text(
        "the higher chance of being first with other judges like these, then the criterion that "
        "decides ties, then the majority of the judges who scored both, then a joint award"
    ),
    TieRule.CRITERION: text(
        "the criterion that decides ties, then the majority of the judges who scored both, then a "
        "joint award"
    ),
    TieRule.JOINT: text("a joint award"),
}


class PartnerKind(StrEnum):
    PRESENTER = "presenter"
    PARTNER = "partner"
    BROADCASTER = "broadcaster"


PARTNER_KIND_NAMES: dict[PartnerKind, Text] = {
    PartnerKind.PRESENTER: text("Presented by"),
    PartnerKind.PARTNER: text("Partner"),
    PartnerKind.BROADCASTER: text("Broadcaster"),
}


def phase_of(season: Season, now: datetime) -> Phase:
    """The season's headline at `now`."""
    if season.announced_at is not None and season.announced_at <= now:
        return Phase.ANNOUNCED
    if now < season.registration_opens_at:
        return Phase.UPCOMING
    if now < season.submissions_open_at:
        return Phase.REGISTRATION
    if is_vote_open(season, now):
        return Phase.VOTING
    if is_judging_open(season, now):
        return Phase.JUDGING
    if is_submissions_open(season, now):
        return Phase.SUBMISSIONS
    if now >= season.vote_closes_at and now >= season.judging_closes_at:
        return Phase.SEALED
    return Phase.SCREENING if now < season.judging_opens_at else Phase.JUDGING


def is_registration_open(season: Season, now: datetime) -> bool:
    """Schools may register from the first date until submissions close."""
    return season.registration_opens_at <= now < season.submissions_close_at


def submissions_end(season: Season) -> datetime:
    """The published deadline plus the published grace."""
    return season.submissions_close_at + timedelta(minutes=season.grace_minutes)


def is_submissions_open(season: Season, now: datetime) -> bool:
    return season.submissions_open_at <= now < submissions_end(season)


@dataclass(frozen=True)
class Window:
    """When one school may submit."""

    opens_at: datetime
    closes_at: datetime
    """The deadline the school is told."""
    ends_at: datetime
    """The deadline with the published grace."""

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.ends_at


def submissions_window(season: Season, extended_to: datetime | None = None) -> Window:
    """The season's window, or a longer one where a school was given more time. An extension never
    makes it shorter."""
    closes_at = max(season.submissions_close_at, extended_to or season.submissions_close_at)
    grace = timedelta(minutes=season.grace_minutes)
    return Window(season.submissions_open_at, closes_at, closes_at + grace)


def is_judging_open(season: Season, now: datetime) -> bool:
    return season.judging_opens_at <= now < season.judging_closes_at


def is_vote_open(season: Season, now: datetime) -> bool:
    return season.vote_opens_at <= now < season.vote_closes_at


def is_gallery_open(season: Season, now: datetime) -> bool:
    """The gallery opens with the public vote and stays open."""
    return now >= season.vote_opens_at or is_announced(season, now)


class VoteDates(Protocol):
    """What of a season says whether its public vote is open."""

    @property
    def vote_opens_at(self) -> datetime: ...
    @property
    def vote_closes_at(self) -> datetime: ...
    @property
    def announced_at(self) -> datetime | None: ...


def is_announced(season: VoteDates, now: datetime) -> bool:
    return season.announced_at is not None and season.announced_at <= now


def next_date(season: Season, now: datetime) -> tuple[Text, datetime] | None:
    """The next of the season's dates and its name, for the countdown."""
    if is_announced(season, now):
        return None
    coming = [(getattr(season, name), DATE_NAMES[name]) for name in DATE_ORDER]
    later = [(at, name) for at, name in coming if at > now]
    if not later:
        return None
    at, name = min(later, key=lambda pair: pair[0])
    return name, at


def why_not_dates(
    dates: Mapping[str, datetime], was: Mapping[str, datetime], now: datetime
) -> dict[str, Text]:
    """What is wrong with moving the dates from `was` to `dates` at `now`, by the field at fault.

    A vote that has closed stays closed at that moment: organizers may have seen the count.
    """
    wrong = _out_of_order(dates)
    if was["vote_closes_at"] <= now and dates["vote_closes_at"] != was["vote_closes_at"]:
        wrong["vote_closes_at"] = text("The vote has closed and can't be opened again.")
    if was["vote_opens_at"] <= now < dates["vote_opens_at"]:
        wrong["vote_opens_at"] = text("The vote has opened already and can't open once more.")
    return wrong


def _out_of_order(dates: Mapping[str, datetime]) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    for opens, closes in PAIRS:
        if dates[opens] >= dates[closes]:
            wrong[closes] = text("This must be later than the date it opens.")
    if dates["registration_opens_at"] > dates["submissions_open_at"]:
        wrong["submissions_open_at"] = text("Registration must open before submissions do.")
    if dates["submissions_close_at"] > dates["judging_opens_at"]:
        wrong["judging_opens_at"] = text("Judging can't open before submissions close.")
    if dates["submissions_close_at"] > dates["vote_opens_at"]:
        wrong["vote_opens_at"] = text("The vote can't open before submissions close.")
    if dates["announcement_at"] < dates["vote_closes_at"]:
        wrong["announcement_at"] = text("Winners can't be announced before the vote closes.")
    return wrong


def why_vote_waits(season: Season) -> Text | None:
    """What speaks against a vote that opens before judging closes, or None when it does not."""
    if season.vote_opens_at >= season.judging_closes_at:
        return None
    return text(
        "The public vote opens before judging closes. The gallery opens with it, so judges could "
        "look up which school made a video."
    )


def begin_now(dates: dict[str, datetime], name: str, now: datetime) -> dict[str, datetime]:
    """The dates after `name` was moved to now, the others only as far as the order needs.

    A date that must come before is pulled along to the same moment (an opening to a minute before
    its closing); one that must come after and no longer does is put a day later. `dates` must be
    in order; so is the answer.
    """
    moved = {**dates, name: now}
    for before, after, gap in reversed(SEQUENCE):
        if after == name or moved[after] != dates[after]:
            moved[before] = min(moved[before], moved[after] - gap)
    for before, after, gap in SEQUENCE:
        if moved[after] < moved[before] + gap:
            moved[after] = moved[before] + timedelta(days=1)
    return moved


def why_not_reweighed(season: Season, now: datetime) -> Text | None:
    """Why the rubric's criteria and weights stand at `now`, or None.

    Every scorecard must be added up the way its judge was told; only words may still change.
    """
    if now >= season.judging_opens_at:
        return text(
            "Judging has opened, so the rubric stands: its words may change, but not its criteria, "
            "their weights and what decides ties."
        )
    return None


def why_not_rubric(criteria: Sequence[Criterion]) -> Text | None:
    """The weights of a rubric are percentages of one whole."""
    total = sum(criterion.weight for criterion in criteria)
    if not criteria:
        return text("The rubric has no criteria yet.")
    if total != 100:
        return text("The weights add up to %(total)s %%, not to 100 %%.", total=total)
    return None


VOTE_RULES = ("picks_most", "mail_weight", "class_weight", "event_weight", "school_cap")
"""What stands in the public vote's list from its opening on."""


def why_not_vote_rules(season: Season, values: Mapping[str, object], now: datetime) -> Text | None:
    """Why the rules of the public vote can't be set to these values, or None."""
    changed = any(name in values and values[name] != getattr(season, name) for name in VOTE_RULES)
    if changed and now >= season.vote_opens_at:
        return text(
            "The public vote has opened with its rules: picks on a ballot, what they count, and "
            "the most of one school stay as they are."
        )
    if not any(values.get(name, 1) for name in ("mail_weight", "class_weight", "event_weight")):
        return text("Some ballots must count: not all three numbers can be 0.")
    return None
