"""Why a judge and a school are kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from app.texts import Text, text


class ConflictKind(StrEnum):
    """What a judge has to do with a school, in her own word or an organizer's."""

    SCHOOL = "school"
    FAMILY = "family"
    EMPLOYER = "employer"
    COACHING = "coaching"


CONFLICT_NAMES: dict[ConflictKind, Text] = {
    ConflictKind.SCHOOL: text("I work, worked or studied there"),
    ConflictKind.FAMILY: text("Somebody of my family goes or works there"),
    ConflictKind.EMPLOYER: text("My employer has to do with it"),
    ConflictKind.COACHING: text("I coached or helped a team there"),
}


CONFLICT_NAMES_OF: dict[ConflictKind, Text] = {
    ConflictKind.SCHOOL: text("Works, worked or studied there"),
    ConflictKind.FAMILY: text("Family goes or works there"),
    ConflictKind.EMPLOYER: text("The employer has to do with it"),
    ConflictKind.COACHING: text("Coached or helped a team there"),
}


class Apart(StrEnum):
    """How it is known that a judge and a school are to be kept apart."""

    DECLARED = "declared"
    TEACHES = "teaches"
    DOMAIN = "domain"
    HOUSEHOLD = "household"


WHY_APART: dict[Apart, Text] = {
    Apart.DECLARED: text("Has a conflict of interest with the school."),
    Apart.TEACHES: text("Teaches at the school."),
    Apart.DOMAIN: text("Gets her mail at the school."),
    Apart.HOUSEHOLD: text("Lives with a judge who has a conflict of interest with the school."),
}


def households(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Who lives with whom, herself included, for everybody who lives with somebody."""
    home: dict[int, set[int]] = {}
    for one, other in pairs:
        together = home.get(one, {one}) | home.get(other, {other})
        for each in together:
            home[each] = together
    return {each: frozenset(together) for each, together in home.items()}
