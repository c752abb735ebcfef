"""When something is due, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import User
from app.contest.models import Season
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.retention import rules
from app.retention.rules import Period

DAY = timedelta(days=1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (Period(48, "hours"), datetime(2026, 5, 3, 12, tzinfo=UTC)),
        (Period(60, "days"), datetime(2026, 6, 30, 12, tzinfo=UTC)),
        (Period(24, "months"), datetime(2028, 5, 1, 12, tzinfo=UTC)),
        (Period(1, "years"), datetime(2027, 5, 1, 12, tzinfo=UTC)),
        (Period(0, "days"), NOON),
    ],
)
def test_period_ends(period: Period, end: datetime) -> None:
    assert period.after(NOON) == end


def test_month_without_such_a_day_ends_on_its_last() -> None:
    assert Period(1, "months").after(datetime(2027, 1, 31, tzinfo=UTC)) == datetime(
        2027, 2, 28, tzinfo=UTC
    )
    assert Period(1, "years").after(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(
        2029, 2, 28, tzinfo=UTC
    )


def season(**over: object) -> Season:
    values = {
        "year": 2026,
        "zone": "Pacific/Honolulu",
        "announcement_at": NOON,
        "announced_at": NOON,
    }
    return Season(**(values | over))


def test_contest_that_is_never_announced_is_over_all_the_same() -> None:
    forgotten = season(announced_at=None)

    assert not rules.has_results(forgotten, NOON + 89 * DAY)
    assert rules.has_results(forgotten, NOON + 91 * DAY)


def test_public_entries_stay_to_the_end_of_the_next_year_on_the_seasons_clock() -> None:
    assert rules.public_due(season()) == datetime(2028, 1, 1, 10, tzinfo=UTC)


def test_draft_never_goes_sooner_than_a_week_after_its_teacher_was_told() -> None:
    draft = Entry(status=EntryStatus.DRAFT, updated_at=NOON)

    assert rules.draft_due(draft, None, NOON + 100 * DAY) == NOON + 107 * DAY
    assert rules.draft_due(draft, NOON + 53 * DAY, NOON + 59 * DAY) == NOON + 60 * DAY
    assert rules.draft_due(draft, NOON + 90 * DAY, NOON + 91 * DAY) == NOON + 97 * DAY
    # Told before the last change: it has to be told again.
    assert rules.draft_due(draft, NOON - DAY, NOON + 59 * DAY) == NOON + 66 * DAY


def test_account_never_goes_sooner_than_a_month_after_its_owner_was_told() -> None:
    person = User(created_at=NOON - 900 * DAY, seen_at=NOON)
    two_years = datetime(2028, 5, 1, 12, tzinfo=UTC)

    assert rules.account_told_from(person) == two_years - 30 * DAY
    assert rules.account_due(person, two_years - 30 * DAY, two_years) == two_years
    assert rules.account_due(person, None, two_years) == two_years + 30 * DAY


def test_original_stays_while_its_entry_may_win() -> None:
    entry = Entry(status=EntryStatus.ACCEPTED)
    arrived = NOON - 200 * DAY

    def due(of: Entry, **over: bool) -> tuple[str, datetime]:
        facts = {"unusable": False, "has_award": False} | over
        return rules.original_due(of, season(), arrived_at=arrived, **facts)

    assert due(entry) == ("originals", NOON)
    assert due(entry, has_award=True) == ("originals-of-winners", NOON + 30 * DAY)
    assert due(entry, unusable=True) == ("originals-unusable", arrived + 30 * DAY)
    assert due(Entry(status=EntryStatus.DISQUALIFIED)) == (
        "originals-unusable",
        arrived + 30 * DAY,
    )


@pytest.mark.parametrize("typed", ["Kapālama School", " kapālama  school ", "KAPĀLAMA SCHOOL"])
def test_name_counts_however_it_is_spaced_and_capitalized(typed: str) -> None:
    assert rules.why_not_named(typed, "Kapālama School") is None


@pytest.mark.parametrize("typed", ["", "Kapālama", "Kapalama School", "Waimea School", "%", "\0"])
def test_another_name_erases_nothing(typed: str) -> None:
    assert rules.why_not_named(typed, "Kapālama School") is not None
