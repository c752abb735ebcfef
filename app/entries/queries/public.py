"""What is judged, voted on and shown to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.contest import queries as contest_queries
from app.contest import rules as contest
from app.contest.models import Question, Season
from app.contest.rules import QuestionAudience
from app.core.errors import NotFound
from app.entries import rules
from app.entries.models import Entry, RetiredAddress
from app.entries.rules import EntryStatus


def answers_for(session: Session, entry: Entry, reader: QuestionAudience) -> list[tuple[str, str]]:
    """The season's questions with this entry's answers, as far as `reader` may read them."""
    season = contest_queries.get_season(session, entry.season_id)
    return answered(entry, season.questions, reader)


def answered(
    entry: Entry, questions: Sequence[Question], reader: QuestionAudience
) -> list[tuple[str, str]]:
    given = {answer.question_id: answer.words for answer in entry.answers}
    return [
        (question.words, given[question.id])
        for question in questions
        if given.get(question.id) and contest.can_read(question.audience, reader)
    ]


def accepted_entries(session: Session, season: Season) -> list[Entry]:
    """What is judged: every accepted entry, by category and code."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.season_id == season.id, Entry.status == EntryStatus.ACCEPTED)
            .order_by(Entry.category_id, Entry.code)
        )
    )


def entries_by_id(session: Session, ids: set[int]) -> dict[int, Entry]:
    if not ids:
        return {}
    return {e.id: e for e in session.scalars(select(Entry).where(Entry.id.in_(ids)))}


def publishable_by_id(session: Session, ids: set[int]) -> dict[int, Entry]:
    """Those of these entries that anybody may watch."""
    found = entries_by_id(session, ids)
    return {entry_id: entry for entry_id, entry in found.items() if rules.is_publishable(entry)}


def finalists(session: Session, season: Season) -> list[Entry]:
    """Accepted entries that reached the finals."""
    return [e for e in accepted_entries(session, season) if e.finalist_at is not None]


def public_finalists(session: Session, season: Season) -> list[Entry]:
    """Finalists anybody may watch: what the public vote is about."""
    return [e for e in finalists(session, season) if rules.is_publishable(e)]


def public_entries(session: Session, season: Season, *, now: datetime) -> list[Entry]:
    """What the gallery shows, by title. Empty until the gallery opens."""
    if not contest.is_gallery_open(season, now):
        return []
    found = session.scalars(_watchable().where(Entry.season_id == season.id))
    return [entry for entry in found if rules.is_public(entry, season, now)]


def public_entries_of_school(session: Session, school_id: int, *, now: datetime) -> list[Entry]:
    """What anybody may see of a school, of all seasons, by title."""
    open_seasons = {
        season.id
        for season in contest_queries.seasons(session)
        if contest.is_gallery_open(season, now)
    }
    found = session.scalars(_watchable().where(Entry.school_id == school_id))
    return [e for e in found if e.season_id in open_seasons and rules.is_publishable(e)]


def _watchable() -> Select[Entry]:
    """What may be shown as far as the database can tell; releases are asked about by the rules."""
    return (
        select(Entry)
        .where(
            Entry.status == EntryStatus.ACCEPTED,
            Entry.let_go_at.is_(None),
            Entry.people_complete,
            Entry.captions != "",
            Entry.cleared_at.is_not(None),
            Entry.held_at.is_(None),
        )
        .order_by(Entry.title, Entry.id)
    )


def was_public(session: Session, slug: str, *, now: datetime) -> bool:
    """Whether there was a video at this address that anybody could see, and can't any more."""
    if "\0" in slug:
        return False
    if session.get(RetiredAddress, rules.address_digest(slug)) is not None:
        return True
    entry = session.scalar(select(Entry).where(Entry.slug == slug))
    if entry is None:
        return False
    season = session.get_one(Season, entry.season_id)
    if not contest.is_gallery_open(season, now) or rules.is_public(entry, season, now):
        return False
    return rules.was_public(entry, season)


def retired_addresses(session: Session, season_ids: set[int]) -> list[RetiredAddress]:
    """Addresses of these seasons that had a video once, the newest first."""
    return list(
        session.scalars(
            select(RetiredAddress)
            .where(RetiredAddress.season_id.in_(season_ids))
            .order_by(RetiredAddress.retired_at.desc(), RetiredAddress.digest)
        )
    )


def get_public_entry(session: Session, slug: str, *, now: datetime) -> Entry:
    """A public entry by its address; one that was taken down is not there."""
    if "\0" in slug:
        raise NotFound  # PostgreSQL does not even look for such a one.
    entry = session.scalar(select(Entry).where(Entry.slug == slug))
    if entry is None:
        raise NotFound
    season = session.get_one(Season, entry.season_id)
    if not rules.is_public(entry, season, now):
        raise NotFound
    return entry
