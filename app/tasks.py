"""All jobs (importing a feature's tasks registers them), and the tick that does what is due."""

from __future__ import annotations

from app.awards import tasks as awards
from app.core import clock, jobs, limits, mail
from app.core.db import will_write
from app.core.platform import Platform
from app.entries import services as entries
from app.media import tasks as media
from app.voting import services as voting

__all__ = ["awards", "mail", "media", "tick"]


def tick(platform: Platform) -> None:
    """Once a minute: tidy up what time has made superfluous."""
    now = clock.now()
    with platform.sessions() as session:
        will_write(session)
        limits.forget_old_attempts(session, now=now)
        jobs.forget_finished(session, now=now)
        voting.forget_pending(session, now=now)
        entries.forget_abandoned_uploads(session, now=now)
        if platform.postman.smtp_url:
            mail.send_kept(session, now=now)
        if not platform.demonstration:  # There, reading them in the outbox is the point.
            mail.forget_undelivered(session, now=now)
        session.commit()
