"""All jobs (importing a feature's tasks registers them), and the tick that does what is due."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.awards import tasks as awards
from app.core import clock, jobs, limits, mail
from app.core.db import will_write, wipe_log
from app.core.platform import Platform
from app.entries import services as entries
from app.media import tasks as media
from app.voting import services as voting

__all__ = ["awards", "mail", "media", "tick"]

log = logging.getLogger(__name__)


class Chore(Protocol):
    __name__: str

    def __call__(self, session: Session, *, now: datetime) -> None: ...


def tick(platform: Platform) -> None:
    """Once a minute: tidy up what time has made superfluous. Each chore has a transaction of its
    own, so that one that breaks does not keep the others, least of all the forgetting, from it."""
    for chore in _chores(platform):
        try:
            with platform.sessions() as session:
                will_write(session)
                chore(session, now=clock.now())
                session.commit()
        except Exception:
            log.exception("A chore broke: %s", chore.__name__)
    wipe_log(platform.engine)


def _chores(platform: Platform) -> list[Chore]:
    chores: list[Chore] = [
        voting.forget_pending,
        entries.forget_abandoned_uploads,
        limits.forget_old_attempts,
        jobs.forget_finished,
    ]
    if not platform.demonstration:  # There, reading mails in the outbox is the point.
        chores.insert(0, mail.forget_undelivered)
    if platform.postman.smtp_url:
        chores.append(mail.send_kept)
    return chores
