"""Deleting an entry, or keeping no more of it than its result."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.contest import queries as contest
from app.contest import rules as season_rules
from app.entries import rules
from app.entries.models import Disclosure, Entry, RetiredAddress
from app.entries.services.details import hold
from app.media import queries as media
from app.media import services as media_services


def retire_address(session: Session, entry: Entry, *, now: datetime) -> None:
    """Take an entry's public address; whoever comes there is told that it was taken down, if
    anybody could see it before."""
    slug, entry.slug = entry.slug, None
    season = contest.get_season(session, entry.season_id)
    if slug is None or not season_rules.is_gallery_open(season, now):
        return
    if not rules.was_public(entry, season):
        return
    session.merge(
        RetiredAddress(
            digest=rules.address_digest(slug),
            mark=media.get_asset(session, entry.asset_id).name if entry.asset_id else "",
            season_id=season.id,
            retired_at=now,
        )
    )


def let_go(session: Session, *, entry: Entry, now: datetime) -> None:
    """Delete its video and what was written about it. Title, team, school, scores and place stay;
    so do its people and their releases, as evidence, until their own time is over.

    Whoever calls has asked the schedule.
    """
    hold(session, entry)
    retire_address(session, entry, now=now)
    entry.let_go_at = now
    entry.synopsis = entry.captions = entry.ai_words = ""
    entry.cues.clear()
    entry.team_codes.clear()
    entry.answers.clear()
    entry.notes.clear()
    forget_closed_disclosures(session, entry_ids=[entry.id])
    for decision in entry.decisions:
        decision.words = ""
    _discard_incoming(session, entry)
    if entry.asset_id is not None:
        media_services.empty_asset(session, media.get_asset(session, entry.asset_id))


def delete_entry(session: Session, *, entry: Entry, now: datetime) -> None:
    """Delete it with everything in it. Whoever calls has asked the schedule."""
    hold(session, entry)
    retire_address(session, entry, now=now)
    _discard_incoming(session, entry)
    forget_closed_disclosures(session, entry_ids=[entry.id])
    if entry.asset_id is not None:
        media_services.discard_asset(session, media.get_asset(session, entry.asset_id))
    session.delete(entry)
    session.flush()


def forget_closed_disclosures(session: Session, *, entry_ids: Collection[int]) -> None:
    """Delete what was looked into about these entries. What is open stays until the safeguarding
    lead has closed it, whatever becomes of the entry."""
    closed = Disclosure.entry_id.in_(entry_ids), Disclosure.closed_at.is_not(None)
    session.execute(delete(Disclosure).where(*closed))


def _discard_incoming(session: Session, entry: Entry) -> None:
    if entry.incoming_asset_id is not None:
        asset = media.get_asset(session, entry.incoming_asset_id)
        entry.incoming_asset_id = None
        media_services.discard_asset(session, asset)


def forget_people(session: Session, *, entry: Entry) -> None:
    """Delete who made it, who appears in it and what was released for each: nothing is shown any
    more."""
    entry.members.clear()
    entry.people.clear()
    session.flush()
