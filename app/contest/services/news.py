"""Telling everybody something, mending it, and taking it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import permissions
from app.contest.models import NewsItem
from app.core import audit
from app.core.errors import require


def save_news(
    session: Session,
    *,
    actor: User,
    item: NewsItem,
    title: str,
    words: str,
    published_at: datetime,
    now: datetime,
) -> None:
    """Add or change a news item. It stays with its season, also when another one is on."""
    require(permissions.can_run_season(actor))
    item.title, item.words, item.published_at = title, words, published_at
    item.changed_at = now
    session.add(item)
    session.flush()
    audit.record(session, actor, "season.news_items-saved", item.id)


def remove_news(session: Session, *, actor: User, item: NewsItem) -> None:
    """Take a news item off all pages and out of the feed."""
    require(permissions.can_run_season(actor))
    session.delete(item)
    audit.record(session, actor, "season.news_items-removed", item.id)
