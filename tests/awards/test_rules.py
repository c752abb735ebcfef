"""What awards are called, how they are ordered, and when they may be set and announced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.awards import permissions, rules
from app.awards.models import Award
from app.awards.rules import AwardKind
from app.contest.models import Category, Season
from app.contest.rules import DATE_ORDER, Phase
from app.texts import text
from tests.factories import CALENDAR, DAY_OF

FIRST = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
DURING = {phase: FIRST + timedelta(days=day) for phase, day in DAY_OF.items()}


def season(**over: Any) -> Season:
    dates = {name: FIRST + timedelta(days=CALENDAR[name]) for name in DATE_ORDER}
    return Season(**{**dates, "announced_at": None} | over)


def placement(place: int) -> Award:
    return Award(kind=AwardKind.PLACEMENT, place=place, category=Category(name="Privacy"), name="")


CHOICE = Award(kind=AwardKind.PEOPLES_CHOICE, name="")
SPECIAL = Award(kind=AwardKind.SPECIAL, name="100% Heart")


def test_awards_are_called_by_their_names_highest_first() -> None:
    assert rules.ribbon([SPECIAL, CHOICE, placement(2)]) == (
        "Second place, Privacy · People's Choice · 100% Heart"
    )


@pytest.mark.parametrize(
    ("ranking", "places"),
    [
        ([], {1: [], 2: [], 3: []}),
        ([(7, 1), (8, 2), (9, 3), (4, 4)], {1: [7], 2: [8], 3: [9]}),
        ([(7, 1), (8, 1), (9, 3)], {1: [7, 8], 2: [], 3: [9]}),
        ([(7, 1), (8, 2), (9, 2), (4, 4)], {1: [7], 2: [8, 9], 3: []}),
        ([(7, 1), (8, 2), (9, 3), (4, 3)], {1: [7], 2: [8], 3: [9, 4]}),
    ],
)
def test_who_shares_a_rank_shares_the_award(
    ranking: list[tuple[int, int]], places: dict[int, list[int]]
) -> None:
    assert rules.suggested_places(ranking) == places


@pytest.mark.parametrize("phase", list(Phase))
def test_awards_are_set_between_judging_and_announcement(phase: Phase) -> None:
    contest = season()
    if phase is Phase.ANNOUNCED:
        contest.announced_at = contest.announcement_at
    reason = rules.why_not_award(contest, DURING[phase])
    assert (reason is None) == (phase in (Phase.VOTING, Phase.SEALED))


@pytest.mark.parametrize("phase", list(Phase))
def test_winners_are_announced_when_judging_is_over_and_votes_are_counted(phase: Phase) -> None:
    contest = season()
    if phase is Phase.ANNOUNCED:
        contest.announced_at = contest.announcement_at
    reason = rules.why_not_announceable(contest, [placement(1)], DURING[phase], uncounted=None)
    assert (reason is None) == (phase in (Phase.VOTING, Phase.SEALED))
    uncounted = text("Still counting.")
    still = rules.why_not_announceable(contest, [placement(1)], DURING[phase], uncounted=uncounted)
    assert still is not None
    assert (still is uncounted) == (phase in (Phase.VOTING, Phase.SEALED))


def test_nothing_is_announced_without_a_placement() -> None:
    now = DURING[Phase.SEALED]
    reason = rules.why_not_announceable(season(), [CHOICE, SPECIAL], now, uncounted=None)
    assert str(reason) == "No placement is set yet."
    early = season(judging_closes_at=now + timedelta(seconds=1))
    assert str(rules.why_not_announceable(early, [placement(1)], now, uncounted=None)) == (
        "Judging has not closed yet."
    )


@pytest.mark.parametrize("role", list(Role))
def test_only_organizers_give_awards(role: Role) -> None:
    actor = User(id=1, role_grants=[RoleGrant(role=role)])
    assert permissions.can_give_awards(actor) is (role is Role.ORGANIZER)
