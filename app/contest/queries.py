"""Finding seasons and their parts."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.contest.models import Category, Criterion, Division, Partner, Prize, Season
from app.core.errors import NotFound

AnyPart = Category | Division | Criterion | Prize | Partner
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


def get_part(session: Session, kind: type[Part], season: Season, part_id: int) -> Part:
    """A category, division, criterion, prize or partner of this season."""
    part = session.get(kind, part_id)
    if part is None or part.season_id != season.id:
        raise NotFound
    return part


def is_logo(session: Session, key: str) -> bool:
    """Whether `key` is a logo some season shows."""
    season = select(Season.id).where(Season.logo_key == key)
    partner = select(Partner.id).where(Partner.logo_key == key)
    return session.scalar(select(or_(season.exists(), partner.exists()))) is True
