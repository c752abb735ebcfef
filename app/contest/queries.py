"""Finding seasons and their parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.contest.models import (
    Category,
    Criterion,
    Division,
    NewsItem,
    Panel,
    Partner,
    Prize,
    Question,
    RuleSet,
    Season,
    Signatory,
    Translation,
)
from app.contest.rules import Passage
from app.core.errors import NotFound

FindPassage = Callable[[Session, Sequence[Season]], Passage]
_finders: list[FindPassage] = []
AnyPart = Category | Division | Panel | Criterion | Prize | Question | Partner | Signatory
NEWS_MOST = 50
NEWEST_NEWS = select(NewsItem).order_by(NewsItem.published_at.desc(), NewsItem.id.desc())
Part = TypeVar("Part", bound=AnyPart)


def find_current_season(session: Session) -> Season | None:
    """The season everybody works in: the newest."""
    return session.scalar(select(Season).order_by(Season.year.desc()).limit(1))


def get_current_season(session: Session) -> Season:
    season = find_current_season(session)
    if season is None:
        raise NotFound
    return season


def get_season(session: Session, season_id: int) -> Season:
    season = session.get(Season, season_id)
    if season is None:
        raise NotFound
    return season


def seasons(session: Session) -> list[Season]:
    """All of them, newest first."""
    return list(session.scalars(select(Season).order_by(Season.year.desc())))


def announced_seasons(session: Session, *, now: datetime) -> list[Season]:
    """Seasons whose winners are public, newest first."""
    return list(
        session.scalars(
            select(Season).where(Season.announced_at <= now).order_by(Season.year.desc())
        )
    )


def find_season_of_year(session: Session, year: int) -> Season | None:
    return session.scalar(select(Season).where(Season.year == year))


def get_season_of_year(session: Session, year: int) -> Season:
    season = find_season_of_year(session, year)
    if season is None:
        raise NotFound
    return season


def get_season_asked_for(session: Session, year: int | None) -> Season:
    """The season of a year; without one the season that everybody works in."""
    return get_current_season(session) if year is None else get_season_of_year(session, year)


def get_part(session: Session, kind: type[Part], season: Season, part_id: int) -> Part:
    """A category, division, criterion, prize, partner or the like of this season."""
    part = session.get(kind, part_id)
    if part is None or part.season_id != season.id:
        raise NotFound
    return part


def is_logo(session: Session, key: str) -> bool:
    """Whether `key` is a logo some season shows."""
    season = select(Season.id).where(Season.logo_key == key)
    partner = select(Partner.id).where(Partner.logo_key == key)
    return session.scalar(select(or_(season.exists(), partner.exists()))) is True


def get_news_item(session: Session, item_id: int) -> NewsItem:
    """A news item of any season: those of all of them are public."""
    item = session.get(NewsItem, item_id)
    if item is None:
        raise NotFound
    return item


def all_news(session: Session) -> list[NewsItem]:
    """What is public, and what is planned, of all seasons, the newest first."""
    return list(session.scalars(NEWEST_NEWS))


def public_news(session: Session, *, now: datetime, most: int = NEWS_MOST) -> list[NewsItem]:
    """What organizers told everybody, the newest first, of all seasons."""
    public = NEWEST_NEWS.where(NewsItem.published_at <= now).limit(most)
    return list(session.scalars(public))


def translations_into(session: Session, language: str) -> dict[str, str]:
    """What organizers translated into a language, by the words it stands for. All of it at once: a
    page may show words of many seasons."""
    wanted = select(Translation).where(Translation.language == language)
    return {row.source: row.words for row in session.scalars(wanted)}


def adds_passage(find: FindPassage) -> FindPassage:
    """Decorator: organizers translate these words with those of the season. For the features above
    this one, whose tables are not known here; `find` gets the seasons that public pages show."""
    _finders.append(find)
    return find


def other_passages(session: Session, seasons: Sequence[Season]) -> list[Passage]:
    return [find(session, seasons) for find in _finders]


def get_rule_set(session: Session, season: Season) -> RuleSet:
    """The rules in force: the newest published version."""
    found = session.scalar(
        select(RuleSet)
        .where(RuleSet.season_id == season.id, RuleSet.published_at.is_not(None))
        .order_by(RuleSet.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound
    return found


def rule_sets_by_id(session: Session, ids: set[int]) -> dict[int, RuleSet]:
    if not ids:
        return {}
    return {r.id: r for r in session.scalars(select(RuleSet).where(RuleSet.id.in_(ids)))}


def published_rule_sets(session: Session, season: Season) -> list[RuleSet]:
    """All versions of a season's rules that were ever in force, newest first."""
    return list(
        session.scalars(
            select(RuleSet)
            .where(RuleSet.season_id == season.id, RuleSet.published_at.is_not(None))
            .order_by(RuleSet.version.desc())
        )
    )


def find_draft_rules(session: Session, season: Season) -> RuleSet | None:
    """The changed rules nobody has published yet."""
    return session.scalar(
        select(RuleSet).where(RuleSet.season_id == season.id, RuleSet.published_at.is_(None))
    )
