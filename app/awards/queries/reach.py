"""How far winners got: plays, downloads, and who says that they showed one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.awards.models import Showing, UseCount
from app.awards.queries.winners import find_public_winner, winners
from app.contest import queries as contest
from app.contest.models import Season
from app.core.errors import NotFound
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry


def get_given_away(session: Session, slug: str, *, now: datetime) -> Entry:
    """A winner that anybody may show. Raises NotFound for any other address."""
    entry = entries.get_public_entry(session, slug, now=now)
    season = contest.get_season(session, entry.season_id)
    winner = find_public_winner(session, season, entry, now=now)
    if winner is None or not entry_rules.is_giveable(entry):
        raise NotFound
    return entry


@dataclass
class Reach:
    """How far one winner got."""

    entry: Entry
    uses: dict[str, int] = field(default_factory=dict)
    """By kind; not to be told below `rules.SMALLEST_CELL`."""
    showings: int = 0


def reach_of(session: Session, season: Season) -> list[Reach]:
    """Every winner of a season, in a constant number of queries."""
    found = {each.entry.id: Reach(each.entry) for each in winners(session, season)}
    for use in session.scalars(select(UseCount).where(UseCount.entry_id.in_(found))):
        found[use.entry_id].uses[use.kind] = use.count
    for showing in showings(session, season):
        if showing.accepted_at is not None and showing.entry_id in found:
            found[showing.entry_id].showings += 1
    return list(found.values())


def showings(session: Session, season: Season) -> list[Showing]:
    """What was reported, what waits for an organizer first."""
    return list(
        session.scalars(
            select(Showing)
            .join(Entry, Entry.id == Showing.entry_id)
            .where(Entry.season_id == season.id)
            .order_by(Showing.accepted_at.is_not(None), Showing.reported_at.desc(), Showing.id)
        )
    )


def get_showing(session: Session, season: Season, showing_id: int) -> Showing:
    showing = session.get(Showing, showing_id)
    if showing is None or showing.entry.season_id != season.id:
        raise NotFound
    return showing
