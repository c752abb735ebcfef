"""Awards given to entries."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contest.models import Category
from app.core.db import BaseWithId
from app.entries.models import Entry


class Award(BaseWithId):
    """One award of one entry. Two entries with the same place share it."""

    __tablename__ = "awards"
    __public__ = True
    __table_args__ = (
        UniqueConstraint("entry_id", "kind", "name"),
        CheckConstraint(
            "kind != 'placement' OR (place IS NOT NULL AND category_id IS NOT NULL)",
            name="a_placement_has_place_and_category",
        ),
        CheckConstraint(
            "entry_id IS NOT NULL OR withdrawn_at IS NOT NULL",
            name="an_award_without_entry_says_when_it_left",
        ),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(80), default="")
    """What a special award is called."""
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """When its school asked for everything to be erased. The place stays, as a place."""

    entry: Mapped[Entry | None] = relationship(lazy="joined")
    category: Mapped[Category | None] = relationship(lazy="joined")


class UseCount(BaseWithId):
    """How often a winner was played or downloaded in one way. A number, and nothing about whom."""

    __tablename__ = "use_counts"
    __table_args__ = (UniqueConstraint("entry_id", "kind"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]


class Showing(BaseWithId):
    """A station or a school says that it showed a winner."""

    __tablename__ = "showings"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    """Of the station or school, as it was typed."""
    shown_on: Mapped[date]
    people: Mapped[int | None]
    """How many saw it, roughly, as far as they say."""
    reported_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    """Since when an organizer takes it for true; until then it counts for nothing."""

    entry: Mapped[Entry] = relationship(lazy="joined")
