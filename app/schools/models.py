"""Schools, and who teaches there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import BaseWithId


class School(BaseWithId):
    __tablename__ = "schools"
    __public__ = True

    name: Mapped[str] = mapped_column(String(120))
    district: Mapped[str] = mapped_column(String(120), default="")
    city: Mapped[str] = mapped_column(String(80))
    web_page: Mapped[str] = mapped_column(String(300))
    grades: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    turned_down_at: Mapped[datetime | None]
    turned_down_reason: Mapped[str] = mapped_column(String(500), default="")


class DeadlineExtension(BaseWithId):
    """More time for one school, with the reason. The newest one counts."""

    __tablename__ = "deadline_extensions"
    __table_args__ = (Index("ix_deadline_extensions_school", "season_id", "school_id"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300))
    granted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime]


class Membership(BaseWithId):
    """A teacher at a school. A lead answers for the school and its consents."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id"),)

    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    lead: Mapped[bool] = mapped_column(default=False)

    school: Mapped[School] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
