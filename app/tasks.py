"""All jobs: importing a feature's tasks registers them. And the tick, which enqueues what is due."""

from __future__ import annotations

from app.core import clock, limits, mail
from app.core.db import will_write
from app.core.platform import Platform

__all__ = ["mail", "tick"]


def tick(platform: Platform) -> None:
    """Once a minute: tidy up what time has made superfluous."""
    with platform.sessions() as session:
        will_write(session)
        limits.forget_old_attempts(session, now=clock.now())
        session.commit()
