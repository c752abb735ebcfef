"""What the season's dates and numbers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contest import rules
from app.contest.models import Criterion, Season
from app.contest.rules import DATE_ORDER, Phase
from tests.factories import CALENDAR, DAY_OF

FIRST = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def season(**over: object) -> Season:
    dates = {name: FIRST + day * DAY for name, day in CALENDAR.items()}
    return Season(**(dates | {"grace_minutes": 15} | over))


def on(day: float) -> datetime:
    return FIRST + day * DAY


@pytest.mark.parametrize("phase", [p for p in Phase if p is not Phase.ANNOUNCED])
def test_each_phase_has_its_days(phase: Phase) -> None:
    assert rules.phase_of(season(), on(DAY_OF[phase])) is phase


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (FIRST - timedelta(seconds=1), Phase.UPCOMING),
        (FIRST, Phase.REGISTRATION),
        (on(10), Phase.SUBMISSIONS),
        (on(80), Phase.SUBMISSIONS),
        (on(80) + timedelta(minutes=15) - timedelta(seconds=1), Phase.SUBMISSIONS),
        (on(80) + timedelta(minutes=15), Phase.SCREENING),
        (on(90), Phase.JUDGING),
        (on(110), Phase.JUDGING),
        (on(112), Phase.VOTING),
        (on(120), Phase.SEALED),
        (on(500), Phase.SEALED),
    ],
)
def test_phase_changes_at_the_second(moment: datetime, phase: Phase) -> None:
    assert rules.phase_of(season(), moment) is phase


def test_winners_are_announced_by_a_deed_not_by_a_date() -> None:
    planned = season()
    announced = season(announced_at=on(131))

    assert rules.phase_of(planned, on(200)) is Phase.SEALED
    assert rules.phase_of(announced, on(131)) is Phase.ANNOUNCED
    assert rules.phase_of(announced, on(130.9)) is Phase.SEALED
    assert rules.is_announced(announced, on(130.9)) is False


def test_vote_names_the_phase_while_judging_goes_on() -> None:
    overlapping = season(vote_opens_at=on(100))

    assert rules.phase_of(overlapping, on(105)) is Phase.VOTING
    assert rules.is_judging_open(overlapping, on(105)) is True


@pytest.mark.parametrize(
    ("day", "registration", "submissions", "judging", "vote", "gallery"),
    [
        (-1, False, False, False, False, False),
        (5, True, False, False, False, False),
        (40, True, True, False, False, False),
        (85, False, False, False, False, False),
        (100, False, False, True, False, False),
        (115, False, False, False, True, True),
        (125, False, False, False, False, True),
    ],
)
def test_each_window_is_open_on_its_days(
    day: int, registration: bool, submissions: bool, judging: bool, vote: bool, gallery: bool
) -> None:
    found = season()

    assert rules.is_registration_open(found, on(day)) is registration
    assert rules.is_submissions_open(found, on(day)) is submissions
    assert rules.is_judging_open(found, on(day)) is judging
    assert rules.is_vote_open(found, on(day)) is vote
    assert rules.is_gallery_open(found, on(day)) is gallery


@pytest.mark.parametrize(("grace", "open_"), [(0, False), (14, False), (15, False), (16, True)])
def test_grace_keeps_submissions_open_after_the_deadline(grace: int, open_: bool) -> None:
    late = on(80) + timedelta(minutes=15)

    assert rules.is_submissions_open(season(grace_minutes=grace), late) is open_


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (-1, "registration_opens_at"),
        (0, "submissions_open_at"),
        (111, "vote_opens_at"),
        (125, "announcement_at"),
    ],
)
def test_next_date_is_the_one_to_count_down_to(day: int, name: str) -> None:
    found = rules.next_date(season(), on(day))

    assert found == (rules.DATE_NAMES[name], on(CALENDAR[name]))


def test_no_date_is_next_when_all_is_over_or_announced() -> None:
    assert rules.next_date(season(), on(130)) is None
    assert rules.next_date(season(announced_at=on(1)), on(5)) is None


def test_dates_in_order_are_fine() -> None:
    dates = {n: on(d) for n, d in CALENDAR.items()}
    assert rules.why_not_dates(dates, dates, on(-5)) == {}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"submissions_close_at": 10}, ["submissions_close_at"]),
        ({"judging_closes_at": 80}, ["judging_closes_at"]),
        ({"vote_closes_at": 112}, ["vote_closes_at"]),
        ({"registration_opens_at": 11}, ["submissions_open_at"]),
        ({"judging_opens_at": 79}, ["judging_opens_at"]),
        ({"vote_opens_at": 79}, ["vote_opens_at"]),
        ({"announcement_at": 119}, ["announcement_at"]),
        ({"vote_opens_at": 95}, []),
        ({"judging_opens_at": 80, "vote_opens_at": 80}, []),
    ],
)
def test_dates_out_of_order_are_named(changed: dict[str, int], wrong: list[str]) -> None:
    dates = {n: on(d) for n, d in (CALENDAR | changed).items()}

    assert sorted(rules.why_not_dates(dates, dates, on(-5))) == wrong


@pytest.mark.parametrize(
    ("day", "closes", "wrong"),
    [
        (119, 125, []),
        (119, 118, []),
        (120, 125, ["vote_closes_at"]),
        (120, 119, ["vote_closes_at"]),
        (125, 120, []),
    ],
)
def test_vote_that_has_closed_stays_closed(day: int, closes: int, wrong: list[str]) -> None:
    was = {n: on(d) for n, d in CALENDAR.items()}
    dates = was | {"vote_closes_at": on(closes), "announcement_at": on(140)}

    assert sorted(rules.why_not_dates(dates, was, on(day))) == wrong


@pytest.mark.parametrize(("opens", "early"), [(109, True), (110, False), (112, False)])
def test_vote_that_opens_amid_judging_is_warned_of(opens: int, early: bool) -> None:
    assert (rules.why_vote_waits(season(vote_opens_at=on(opens))) is not None) is early


@given(
    st.sampled_from(DATE_ORDER),
    st.integers(min_value=-100, max_value=400),
    st.booleans(),
)
def test_any_date_can_be_moved_to_now(name: str, day: int, overlapping: bool) -> None:
    calendar = CALENDAR | ({"vote_opens_at": 95, "vote_closes_at": 140} if overlapping else {})
    dates = {n: on(d) for n, d in calendar.items()} | {"announcement_at": on(150)}

    moved = rules.begin_now(dates, name, on(day))

    assert moved[name] == on(day)
    assert rules.why_not_dates(moved, moved, on(-500)) == {}


def test_moving_a_date_leaves_the_others_where_the_order_holds() -> None:
    dates = {n: on(d) for n, d in CALENDAR.items()}

    earlier = rules.begin_now(dates, "vote_opens_at", on(100))
    later = rules.begin_now(dates, "judging_closes_at", on(115))

    assert earlier == dates | {"vote_opens_at": on(100)}
    assert later == dates | {"judging_closes_at": on(115)}


def test_opening_the_vote_early_pulls_the_deadline_along() -> None:
    dates = {n: on(d) for n, d in CALENDAR.items()}

    moved = rules.begin_now(dates, "vote_opens_at", on(40))

    assert moved == dates | {"vote_opens_at": on(40), "submissions_close_at": on(40)}


def test_opening_the_vote_late_leaves_it_a_day() -> None:
    dates = {n: on(d) for n, d in CALENDAR.items()}

    moved = rules.begin_now(dates, "vote_opens_at", on(140))

    assert moved["vote_closes_at"] == on(141)
    assert moved["announcement_at"] == on(142)


@pytest.mark.parametrize(
    ("weights", "problem"),
    [
        ([], "The rubric has no criteria yet."),
        ([100], None),
        ([30, 25, 20, 15, 10], None),
        ([30, 30], "The weights add up to 60 %, not to 100 %."),
        ([99, 2], "The weights add up to 101 %, not to 100 %."),
    ],
)
def test_weights_of_a_rubric_are_parts_of_one_whole(
    weights: list[int], problem: str | None
) -> None:
    found = rules.why_not_rubric([Criterion(weight=weight) for weight in weights])

    assert (str(found) if found else None) == problem


def test_every_date_has_a_name_and_every_phase_too() -> None:
    assert tuple(rules.DATE_NAMES) == DATE_ORDER
    assert set(rules.PHASE_NAMES) == set(Phase)
    assert set(rules.LICENCE_NAMES) == set(rules.LICENCE_ADDRESSES) == set(rules.Licence)
    assert set(rules.PARTNER_KIND_NAMES) == set(rules.PartnerKind)
