"""What each role may do at all. One table, for a district's lawyer to read."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from app.texts import Text, text

if TYPE_CHECKING:
    from app.accounts.models import User


class Role(StrEnum):
    TEACHER = "teacher"
    JUDGE = "judge"
    SCREENER = "screener"
    ORGANIZER = "organizer"


class Permission(StrEnum):
    ENTER_CONTEST = "enter contest"
    JUDGE_ENTRIES = "judge entries"
    SCREEN_ENTRIES = "screen entries"
    RUN_SEASON = "run season"
    MANAGE_PEOPLE = "manage people"
    SEE_OPERATIONS = "see operations"
    DECIDE_ON_BALLOTS = "decide on ballots"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.TEACHER: frozenset({Permission.ENTER_CONTEST}),
    Role.JUDGE: frozenset({Permission.JUDGE_ENTRIES}),
    Role.SCREENER: frozenset({Permission.SCREEN_ENTRIES, Permission.DECIDE_ON_BALLOTS}),
    Role.ORGANIZER: frozenset(
        {
            Permission.SCREEN_ENTRIES,
            Permission.RUN_SEASON,
            Permission.MANAGE_PEOPLE,
            Permission.SEE_OPERATIONS,
            Permission.DECIDE_ON_BALLOTS,
        }
    ),
}

ROLE_NAMES: dict[Role, Text] = {
    Role.TEACHER: text("Teacher"),
    Role.JUDGE: text("Judge"),
    Role.SCREENER: text("Screener"),
    Role.ORGANIZER: text("Organizer"),
}


def can_manage_people(actor: User) -> bool:
    return actor.may(Permission.MANAGE_PEOPLE)


def can_switch_off(actor: User, person: User) -> bool:
    """Nobody locks herself out."""
    return can_manage_people(actor) and actor.id != person.id
