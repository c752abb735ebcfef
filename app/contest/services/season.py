"""Setting up a season and changing it."""

from __future__ import annotations

import io
import re
import secrets
import unicodedata
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from itertools import chain, count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import permissions, rules
from app.contest.models import Category, Criterion, Division, Prize, Question, RuleSet, Season
from app.contest.queries import AnyPart
from app.core import audit
from app.core.errors import Refused, require
from app.core.storage import Storage
from app.texts import text

LOGO_BYTES = 4 * 1024 * 1024
LOGO_PIXELS = 40_000_000


def slug_of(words: str, *, fallback: str = "item") -> str:
    """Words as they stand in an address: ASCII letters, digits and hyphens, 60 at most."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or fallback


def _free_slug(words: str, taken: Set[str]) -> str:
    wanted = slug_of(words)
    numbered = (f"{wanted[:56]}-{number}" for number in count(2))
    return next(slug for slug in chain([wanted], numbered) if slug not in taken)


def default_dates(now: datetime, zone: str) -> dict[str, datetime]:
    """A believable calendar that starts tomorrow, each deadline at 11 at night. The vote opens when
    judging has closed."""
    first = (now + timedelta(days=1)).astimezone(ZoneInfo(zone))
    night = first.replace(hour=23, minute=0, second=0, microsecond=0)
    days = (0, 14, 84, 91, 112, 112, 119, 126)
    return {
        name: night + timedelta(days=after)
        for name, after in zip(rules.DATE_ORDER, days, strict=True)
    }


def create_season(
    session: Session,
    *,
    actor: User | None,
    year: int,
    name: str,
    zone: str,
    now: datetime,
    dates: Mapping[str, datetime] | None = None,
) -> Season:
    """A season with the usual categories, divisions, rubric and prizes, all to be changed later,
    and the schools' mail domains of the season before.

    `actor` is None only when a demonstration is set up.
    """
    if actor is not None:
        require(permissions.can_run_season(actor))
    if session.scalar(select(Season.id).where(Season.year == year)) is not None:
        raise Refused(text("There is a season %(year)s already.", year=year))
    before = session.scalar(select(Season).order_by(Season.year.desc()).limit(1))
    season = Season(year=year, name=name, zone=zone, **(dates or default_dates(now, zone)))
    season.school_domains = list(before.school_domains) if before else []
    season.categories = [
        Category(slug=slug_of(title), name=title, description=words, position=place)
        for place, (title, words) in enumerate(rules.DEFAULT_CATEGORIES)
    ]
    season.divisions = [
        Division(name=title, position=place) for place, title in enumerate(rules.DEFAULT_DIVISIONS)
    ]
    season.criteria = [
        Criterion(
            name=title,
            weight=weight,
            description=words,
            levels=list(levels),
            decides_ties=place == 0,
            position=place,
        )
        for place, (title, weight, words, levels) in enumerate(rules.DEFAULT_RUBRIC)
    ]
    season.prizes = [Prize(place=place, words=words) for place, words in rules.DEFAULT_PRIZES]
    session.add(season)
    session.flush()
    first = RuleSet(season_id=season.id, version=1, published_at=now)
    first.published_by = actor.id if actor is not None else None
    first.rules = rules.with_numbers(rules.default_rules(), rules.numbers_of(season))
    session.add(first)
    audit.record(session, actor, "season.created", season.id, year=year)
    return season


def update_season(
    session: Session, *, actor: User, season: Season, values: Mapping[str, Any], now: datetime
) -> None:
    """Change what the season says and allows; `values` come from a form with fixed fields. Raises
    Refused for another way to part equal scores once judging has opened."""
    require(permissions.can_run_season(actor))
    if reason := rules.why_not_vote_rules(season, values, now):
        raise Refused(reason)
    changed = {k: v for k, v in values.items() if getattr(season, k) != v}
    if "tie_rule" in changed and (reason := rules.why_not_reweighed(season, now)):
        raise Refused(reason)
    for field, value in changed.items():
        setattr(season, field, value)
    audit.record(session, actor, "season.changed", season.id, fields=sorted(changed))


def dates_of(season: Season) -> dict[str, datetime]:
    return {name: getattr(season, name) for name in rules.DATE_ORDER}


def change_dates(
    session: Session,
    *,
    actor: User,
    season: Season,
    dates: Mapping[str, datetime],
    reason: str,
    now: datetime,
) -> None:
    """Move all dates at once. Raises Refused when they are out of order, or when a vote that has
    closed would open again."""
    require(permissions.can_run_season(actor))
    if wrong := rules.why_not_dates(dates, dates_of(season), now):
        raise Refused(next(iter(wrong.values())))
    moved = {
        name: [getattr(season, name).isoformat(), at.isoformat()]
        for name, at in dates.items()
        if getattr(season, name) != at
    }
    for name, at in dates.items():
        setattr(season, name, at)
    audit.record(session, actor, "season.dates-changed", season.id, moved=moved, reason=reason)


def begin_now(session: Session, *, actor: User, season: Season, name: str, now: datetime) -> None:
    """Move one date to this minute, and the others only as far as the order needs."""
    moved = rules.begin_now(dates_of(season), name, now)
    change_dates(session, actor=actor, season=season, dates=moved, reason=f"{name} now", now=now)


def save_part(
    session: Session,
    *,
    actor: User,
    season: Season,
    part: AnyPart,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Add or change a category, division, criterion, prize, partner or the like.

    Raises Refused when another prize has the place, or judges score by the criterion already.
    """
    require(permissions.can_run_season(actor))
    if isinstance(part, Criterion):
        weighs = [name for name in ("weight", "decides_ties", "panel_id") if name in values]
        changed = part.id is None or any(getattr(part, name) != values[name] for name in weighs)
        if changed and (reason := rules.why_not_reweighed(season, now)):
            raise Refused(reason)
    if isinstance(part, Question) and (
        reason := rules.why_not_question(
            values["kind"],
            values["choices"],
            values["audience"],
            part.audience if part.id is not None else None,
        )
    ):
        raise Refused(reason)
    if isinstance(part, Prize):
        place = values["place"]
        if any(p.place == place for p in season.prizes if p is not part):
            raise Refused(text("There is a prize for place %(place)s already.", place=place))
    if isinstance(part, Category) and not part.slug:
        # An address that was given out stays: a later change of name does not change it.
        part.slug = _free_slug(values["name"], {c.slug for c in season.categories})
    for field, value in values.items():
        setattr(part, field, value)
    part.season_id = season.id
    session.add(part)
    session.flush()
    audit.record(session, actor, f"season.{part.__tablename__}-saved", part.id)


def remove_part(
    session: Session,
    *,
    actor: User,
    season: Season,
    part: AnyPart,
    now: datetime,
) -> None:
    """Raises Refused for what is still in use, and for a criterion once judging has opened."""
    require(permissions.can_run_season(actor))
    if isinstance(part, Criterion) and (reason := rules.why_not_reweighed(season, now)):
        raise Refused(reason)
    number = part.id
    try:
        with session.begin_nested():
            session.delete(part)
    except IntegrityError as error:
        raise Refused(
            text("This is still in use by entries, scorecards or awards, so it can't be removed.")
        ) from error
    audit.record(session, actor, f"season.{part.__tablename__}-removed", number)


def store_logo(storage: Storage, work_dir: Path, data: bytes) -> str:
    """Keep an uploaded picture as a plain PNG without metadata; returns its key.

    Raises Refused for anything that is not a picture of sane size.
    """
    if len(data) > LOGO_BYTES:
        raise Refused(text("Please choose a picture of at most 4 MB."))
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as picture:
            if picture.width * picture.height > LOGO_PIXELS:
                raise Refused(text("That picture has too many pixels. 2000 across is plenty."))
            plain = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(
            text("That is not a picture we can read. Please use PNG, JPEG or WebP.")
        ) from error
    plain.thumbnail((1200, 1200))
    key = f"logos/{secrets.token_urlsafe(12)}.png"
    work_dir.mkdir(parents=True, exist_ok=True)
    path = work_dir / f"{secrets.token_hex(8)}.png"
    try:
        plain.save(path, "PNG")
        storage.put(key, path, "image/png")
    finally:
        path.unlink(missing_ok=True)
    return key
