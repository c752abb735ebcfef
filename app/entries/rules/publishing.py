"""What may be shown to whom. Computed each time it is asked, never stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.entries.rules.releases import Rung
from app.entries.rules.status import EntryStatus
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.entries.models import AppearingPerson, Entry


def has_everybody(people: Sequence[AppearingPerson], rung: Rung) -> bool:
    """Whether every appearing or audible person has given `rung`."""
    return all(rung in person.rungs for person in people)


def why_not_publishable(entry: Entry) -> list[Text]:
    """Everything that keeps the entry from the public, in words for whoever can mend it."""
    wanting: list[Text] = []
    if entry.status != EntryStatus.ACCEPTED:
        wanting.append(text("It is not accepted."))
    elif entry.cleared_at is None:
        wanting.append(text("A second screener has not looked at it yet."))
    if entry.let_go_at is not None:
        wanting.append(text("Its video was deleted, as the retention schedule says."))
    if entry.held_at is not None:
        wanting.append(text("Somebody holds it back. An organizer can let it go on."))
    if not entry.people_complete:
        wanting.append(text("The teacher has not said that the list of appearing people is whole."))
    if not entry.captions:
        wanting.append(text("It has no captions."))
    wanting.extend(
        text("%(name)s has no release for the public.", name=person.alias)
        for person in entry.people
        if Rung.PUBLIC not in person.rungs
    )
    return wanting


def is_publishable(entry: Entry) -> bool:
    """Whether anybody may watch it: accepted, captioned, and everybody released it.

    Computed each time it is asked, so that a revoked release works at once.
    """
    return not why_not_publishable(entry)


def is_giveable(entry: Entry) -> bool:
    """Whether it may be given away as a winner."""
    return is_publishable(entry) and has_everybody(entry.people, Rung.WINNER)


def is_public(entry: Entry, season: Season, now: datetime) -> bool:
    """Whether it is on the public pages now."""
    return contest.is_gallery_open(season, now) and is_publishable(entry)


def was_public(entry: Entry, season: Season, rung: Rung = Rung.PUBLIC) -> bool:
    """Whether anybody could see it at some moment, whatever has been taken back or held since: with
    `Rung.WINNER`, whether it could be given away."""
    if entry.cleared_at is None or not entry.people_complete:
        return False
    opened = min(season.vote_opens_at, season.announced_at or season.vote_opens_at)
    since = max(opened, entry.cleared_at)
    if entry.held_at is not None and entry.held_at <= since:
        return False
    wanted = {Rung.PUBLIC, rung}
    return all(
        wanted <= {r.rung for r in person.releases if r.revoked_at is None or r.revoked_at > since}
        for person in entry.people
    )


def address_digest(slug: str) -> str:
    """What stands for a public address once nothing else may (SHA-256, hex)."""
    return hashlib.sha256(slug.encode()).hexdigest()


def credited_names(entry: Entry) -> list[str]:
    """First names or aliases that may be shown with the video."""
    return [person.alias for person in entry.people if Rung.NAME in person.rungs]
