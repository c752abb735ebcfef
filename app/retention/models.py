"""Who was told that something goes, and what was erased for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BaseWithId


class Notice(BaseWithId):
    """The newest reminder about something that may go: a draft, an account, a season's winners."""

    __tablename__ = "retention_notices"
    __table_args__ = (UniqueConstraint("row", "key"),)

    row: Mapped[str] = mapped_column(String(40))
    """The schedule's row."""
    key: Mapped[int]
    """Of the entry, person or season."""
    at: Mapped[datetime]


class Tombstone(BaseWithId):
    """That something was erased at somebody's request or by the schedule. Kept for good, and in a
    file beside the database as well, so that a backup that is put back is erased again."""

    __tablename__ = "tombstones"
    __table_args__ = (UniqueConstraint("kind", "key", "at"),)

    kind: Mapped[str] = mapped_column(String(20))
    """"school" or "account"."""
    key: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(20))
    """The role that asked, or the schedule."""
