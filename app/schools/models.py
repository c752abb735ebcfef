"""Schools, and who teaches there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
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


class Membership(BaseWithId):
    """A teacher at a school. A lead answers for the school and its consents."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("user_id"),)

    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    lead: Mapped[bool] = mapped_column(default=False)

    school: Mapped[School] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
