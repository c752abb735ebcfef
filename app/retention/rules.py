"""The schedule as `app/retention.toml` says it, and when something of it is due."""

from __future__ import annotations

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.entries.rules import UNSUBMITTED, EntryStatus
from app.texts import Text, ntext, text

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.contest.models import Season
    from app.entries.models import Entry

SCHEDULE_FILE = Path(__file__).parents[1] / "retention.toml"

NEVER_ANNOUNCED = timedelta(days=90)
"""A contest whose winners are never announced counts as over so long after the day planned."""
AHEAD = timedelta(days=30)
"""How far the organizers' report looks."""
EVERY = timedelta(days=1)
"""How often the schedule is gone through."""


class By(StrEnum):
    """Who or what sees to a row."""

    DAY = "day"
    MINUTE = "minute"
    REQUEST = "request"
    OPERATOR = "operator"
    NOBODY = "nobody"


class About(StrEnum):
    """Whom a row concerns: the parts of the page."""

    VIDEOS = "videos"
    VOTERS = "voters"
    ADULTS = "adults"
    MACHINE = "machine"


ABOUT_NAMES: dict[About, Text] = {
    About.VIDEOS: text("Students, schools and their videos"),
    About.VOTERS: text("People who vote"),
    About.ADULTS: text("Teachers, judges and organizers"),
    About.MACHINE: text("The machine"),
}


@dataclass(frozen=True)
class Period:
    """A length of time as people say it: 60 days, 24 months. `n` is 0 for "at once"."""

    n: int
    unit: str

    def after(self, moment: datetime) -> datetime:
        """The moment this long after `moment`."""
        match self.unit:
            case "hours":
                return moment + timedelta(hours=self.n)
            case "days":
                return moment + timedelta(days=self.n)
            case "months":
                return _months_after(moment, self.n)
            case "years":
                return _months_after(moment, 12 * self.n)
        raise ValueError(f"Nothing can be reckoned in {self.unit}.")

    @property
    def span(self) -> timedelta:
        """The same as a number of hours or days; months have no such number."""
        if self.unit not in ("hours", "days"):
            raise ValueError(f"{self.unit} are not all equally long.")
        return timedelta(**{self.unit: self.n})

    @property
    def words(self) -> Text:
        match self.unit:
            case "hours":
                return ntext("%(n)s hour", "%(n)s hours", self.n)
            case "days":
                return ntext("%(n)s day", "%(n)s days", self.n)
            case "months":
                return ntext("%(n)s month", "%(n)s months", self.n)
            case "years":
                return ntext("%(n)s year", "%(n)s years", self.n)
            case "contest years":
                return ntext("%(n)s contest year", "%(n)s contest years", self.n)
        raise ValueError(f"Nobody says {self.unit}.")


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day so many months on, or the month's last day where there is no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


FOR_GOOD = "for good"


def read_period(words: str) -> Period | None:
    """What `keep` and `warn` mean; None is "for good". Raises ValueError for anything unknown."""
    if words == FOR_GOOD:
        return None
    if words == "at once":
        return Period(0, "days")
    number, _, unit = words.partition(" ")
    unit = unit.removesuffix("s") + "s"
    if not number.isdigit() or unit not in ("hours", "days", "months", "years", "contest years"):
        raise ValueError(f"{words!r} is no length of time.")
    return Period(int(number), unit)


@dataclass(frozen=True)
class Row:
    """One line of the schedule."""

    id: str
    about: About
    by: By
    keep: Period | None
    warn: Period | None
    data: Text
    why: Text
    kept: Text
    then: Text
    tables: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def kept_for(self) -> Period:
        """How long, of a row that ends at all."""
        if self.keep is None:
            raise ValueError(f"{self.id} is kept for good.")
        return self.keep

    @property
    def warned(self) -> Period:
        if self.warn is None:
            raise ValueError(f"Nobody is told about {self.id} beforehand.")
        return self.warn


def read_row(row: Mapping[str, Any]) -> Row:
    keep = read_period(row["keep"])
    # A sentence without the place for the time has no value to fill in.
    time = {"time": keep.words} if keep is not None and "%(time)s" in row["kept"] else {}
    return Row(
        id=row["id"],
        about=About(row["about"]),
        by=By(row["by"]),
        keep=keep,
        warn=read_period(row["warn"]) if "warn" in row else None,
        data=Text(row["data"], None, {}),
        why=Text(row["why"], None, {}),
        kept=Text(row["kept"], None, time),
        then=Text(row["then"], None, {}),
        tables=tuple(row["tables"]),
        files=tuple(row.get("files", ())),
    )


_document = tomllib.loads(SCHEDULE_FILE.read_text())
SCHEDULE: dict[str, Row] = {row["id"]: read_row(row) for row in _document["row"]}
NO_PERSONAL_DATA: dict[str, str] = _document["no_personal_data"]
"""Tables that name no row, each with the reason."""


def kept_for(row_id: str) -> Period:
    return SCHEDULE[row_id].kept_for


@dataclass(frozen=True)
class Due:
    """Something of a row that goes at `at`."""

    row_id: str
    key: int
    """Of the entry, season or account it is about; 0 for a heap of rows without names."""
    at: datetime
    title: str = ""
    count: int = 1

    @property
    def subject(self) -> str:
        return f"{self.row_id}:{self.key}"


# When something is due


def results_at(season: Season) -> datetime:
    """When the season's results count as known."""
    return season.announced_at or season.announcement_at + NEVER_ANNOUNCED


def has_results(season: Season, now: datetime) -> bool:
    return results_at(season) <= now


def draft_due(entry: Entry, told_at: datetime | None, now: datetime) -> datetime:
    """When a draft goes: never sooner than a week after its teacher was told of it."""
    row = SCHEDULE["drafts"]
    told = told_at if told_at is not None and told_at >= entry.updated_at else now
    return max(row.kept_for.after(entry.updated_at), row.warned.after(told))


def draft_told_from(entry: Entry) -> datetime:
    """When its teacher is told."""
    row = SCHEDULE["drafts"]
    return row.kept_for.after(entry.updated_at) - row.warned.span


def account_idle_since(person: User) -> datetime:
    return person.seen_at or person.email_confirmed_at or person.invited_at or person.created_at


def account_due(person: User, told_at: datetime | None, now: datetime) -> datetime:
    """When an idle account goes: never sooner than a month after its owner was told of it."""
    row, idle_since = SCHEDULE["accounts"], account_idle_since(person)
    told = told_at if told_at is not None and told_at >= idle_since else now
    return max(row.kept_for.after(idle_since), row.warned.after(told))


def account_told_from(person: User) -> datetime:
    row = SCHEDULE["accounts"]
    return row.kept_for.after(account_idle_since(person)) - row.warned.span


def original_due(
    entry: Entry, season: Season, *, arrived_at: datetime, unusable: bool, has_award: bool
) -> tuple[str, datetime]:
    """Which row an original belongs to, and when it goes.

    As long as an entry may win, its original stays: the winner's film is made straight from it.
    """
    known = results_at(season)
    if has_award:
        return "originals-of-winners", kept_for("originals-of-winners").after(
            max(known, arrived_at)
        )
    if unusable or entry.status == EntryStatus.DISQUALIFIED:
        return "originals-unusable", kept_for("originals-unusable").after(arrived_at)
    return "originals", kept_for("originals").after(known)


def is_unsubmitted(entry: Entry) -> bool:
    return entry.status in UNSUBMITTED


def judged_only_due(season: Season) -> datetime:
    return kept_for("judged-only").after(results_at(season))


def public_due(season: Season) -> datetime:
    """The end of the year after the contest's, as the season's clocks show it."""
    year = season.year + kept_for("public").n + 1
    return datetime(year, 1, 1, tzinfo=ZoneInfo(season.zone)).astimezone(UTC)


def winners_due(season: Season, asked_at: datetime | None) -> datetime:
    """When the organizers are asked (again) whether films are still given away."""
    return kept_for("winners").after(asked_at or results_at(season))


def releases_due(entry: Entry) -> datetime | None:
    return kept_for("releases").after(entry.let_go_at) if entry.let_go_at else None


def judges_due(season: Season) -> datetime:
    return kept_for("judges").after(results_at(season))


def voters_due(season: Season) -> datetime:
    return kept_for("voters").after(results_at(season))


def audit_due(at: datetime) -> datetime:
    return kept_for("audit-log").after(at)


def audit_kept_from(now: datetime) -> datetime:
    """Lines up to here are too old at `now`."""
    return _months_after(now, -kept_for("audit-log").n)


def is_named(typed: str, name: str) -> bool:
    """Whether somebody typed a school's name, however she spaced and capitalized it."""
    return " ".join(typed.split()).casefold() == " ".join(name.split()).casefold()


def why_not_named(typed: str, name: str) -> Text | None:
    """Why a school is not erased by what was typed, or None."""
    if is_named(typed, name):
        return None
    return text("That is not the school's name. Nothing was erased.")
