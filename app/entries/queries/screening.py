"""What screeners look through, and what one person alone may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core.errors import NotFound, require
from app.entries import permissions, rules
from app.entries.models import Disclosure, Entry, ScreeningNote
from app.entries.rules import EntryStatus
from app.media import queries as media


def entries_to_screen(
    session: Session, actor: User, season: Season, status: EntryStatus | None
) -> list[Entry]:
    """Submitted and decided entries, those that wait longest first."""
    require(permissions.can_screen(actor))
    query = _in_turn(select(Entry), season)
    if status is not None:
        query = query.where(Entry.status == status)
    return list(session.scalars(query))


def _in_turn(query: Select[Any], season: Season) -> Select[Any]:
    """What is screened in a season, in the order of the queue."""
    return query.where(
        Entry.season_id == season.id, Entry.status.not_in(rules.UNSUBMITTED)
    ).order_by(Entry.status != EntryStatus.SUBMITTED, Entry.submitted_at, Entry.id)


@dataclass(frozen=True)
class Neighbours:
    """Where an entry stands in the screeners' queue."""

    place: int
    count: int
    previous: int | None
    next: int | None


def neighbours(session: Session, actor: User, season: Season, entry: Entry) -> Neighbours:
    """The entries before and after this one in the queue of all that are screened."""
    require(permissions.can_screen(actor))
    ids = list(session.scalars(_in_turn(select(Entry.id), season)))
    if entry.id not in ids:
        return Neighbours(0, len(ids), None, None)
    place = ids.index(entry.id)
    return Neighbours(
        place + 1,
        len(ids),
        ids[place - 1] if place else None,
        ids[place + 1] if place + 1 < len(ids) else None,
    )


def count_by_status(session: Session, season: Season) -> dict[str, int]:
    rows = session.execute(
        select(Entry.status, func.count(Entry.id))
        .where(Entry.season_id == season.id)
        .group_by(Entry.status)
    )
    return {status: int(count) for status, count in rows}


@dataclass(frozen=True)
class Lookalike:
    """Another entry whose film is the same file, or shows the same picture."""

    entry: Entry
    year: int
    same_file: bool


def lookalikes(session: Session, actor: User, entry: Entry) -> list[Lookalike]:
    """Submitted entries of any season that look the same as this one; for screeners alone."""
    require(permissions.can_screen(actor))
    if entry.asset_id is None:
        return []
    twins = {t.asset_id: t for t in media.twins(session, media.get_asset(session, entry.asset_id))}
    if not twins:
        return []
    rows = session.execute(
        select(Entry, Season.year)
        .join(Season, Season.id == Entry.season_id)
        .where(
            Entry.asset_id.in_(twins), Entry.id != entry.id, Entry.status.not_in(rules.UNSUBMITTED)
        )
        .order_by(Season.year.desc(), Entry.code)
    )
    return [
        Lookalike(other, year, twins[other.asset_id].same_file)
        for other, year in rows
        if other.asset_id is not None
    ]


def get_note(entry: Entry, note_id: int) -> ScreeningNote:
    note = next((n for n in entry.notes if n.id == note_id), None)
    if note is None:
        raise NotFound
    return note


def leads_safeguarding(session: Session, actor: User) -> bool:
    """Whether somebody is the safeguarding lead of any season."""
    found = session.scalar(
        select(Season.id).where(Season.safeguarding_lead_id == actor.id).limit(1)
    )
    return found is not None


def disclosures_for(session: Session, actor: User) -> list[tuple[Disclosure, Entry | None]]:
    """What may be real disclosures in every season this person leads safeguarding in, open ones
    first. For everybody else there is no such page."""
    if not leads_safeguarding(session, actor):
        raise NotFound
    found = session.execute(
        select(Disclosure, Entry)
        .join(Season, Season.id == Disclosure.season_id)
        .outerjoin(Entry, Entry.id == Disclosure.entry_id)
        .where(Season.safeguarding_lead_id == actor.id)
        .order_by(Disclosure.closed_at.is_not(None), Disclosure.id)
    )
    return [(row[0], row[1]) for row in found]


def get_disclosure_for(session: Session, actor: User, disclosure_id: int) -> Disclosure:
    for disclosure, _entry in disclosures_for(session, actor):
        if disclosure.id == disclosure_id:
            return disclosure
    raise NotFound


def has_open_disclosure(session: Session, entry: Entry) -> bool:
    """Asked by what must not happen meanwhile. Never shown."""
    return (
        session.scalar(
            select(Disclosure.id).where(
                Disclosure.entry_id == entry.id, Disclosure.closed_at.is_(None)
            )
        )
        is not None
    )
