"""Who did what, when. Append-only: nothing updates these rows, and only the retention schedule and
a school's erasure delete them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.db import BaseWithId


class Actor(Protocol):
    @property
    def id(self) -> int: ...


class AuditEvent(BaseWithId):
    __tablename__ = "audit_events"

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]


def record(
    session: Session, actor: Actor | None, action: str, subject: str | int = "", **details: Any
) -> None:
    """Add one line to the trace. `actor` is None for the public, a team or the system."""
    session.add(
        AuditEvent(
            at=clock.now(),
            actor_id=actor.id if actor else None,
            action=action,
            subject=str(subject),
            details=details,
        )
    )
