"""All jobs (importing a feature's tasks registers them), and the tick that does what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.awards import tasks as awards
from app.core import clock, jobs, limits, mail
from app.core.db import will_write, wipe_log
from app.core.platform import Platform
from app.entries import services as entries
from app.media import services as films
from app.media import tasks as media
from app.retention import services as schedule
from app.retention import tasks as retention
from app.voting import services as voting
from app.voting import tasks as counting

__all__ = ["awards", "counting", "mail", "media", "retention", "tick"]

log = logging.getLogger(__name__)


Chore = Callable[..., object]
"""Takes the session, and `now` by name."""


def tick(platform: Platform) -> None:
    """Once a minute: tidy up what time has made superfluous. Each chore has a transaction of its
    own, so that one that breaks does not keep the others, least of all the forgetting, from it."""
    for name, chore in _chores(platform).items():
        try:
            with platform.sessions() as session:
                will_write(session)
                chore(session, now=clock.now())
                session.commit()
        except Exception:
            log.exception("A chore broke: %s", name)
    wipe_log(platform.engine)


def _chores(platform: Platform) -> dict[str, Chore]:
    def write_down_tombstones(session: Session, *, now: datetime) -> None:
        schedule.write_down(session, platform.tombstones)

    def clear_work_folder(_session: Session, *, now: datetime) -> None:
        films.clear_work_folder(platform.work_dir, now=now)

    def forget_leftovers(_session: Session, *, now: datetime) -> None:
        platform.storage.forget_leftovers(before=now - films.WORK_KEPT)

    def keep_vote_logs(session: Session, *, now: datetime) -> None:
        voting.keep_logs(session, voters=platform.voters, now=now)

    def look_for_anomalies(session: Session, *, now: datetime) -> None:
        voting.look_for_anomalies(session, voters=platform.voters, now=now)

    chores: list[Chore] = [
        voting.forget_pending,
        voting.forget_solved,
        look_for_anomalies,  # What was found is in the log with the hour that is closed next.
        keep_vote_logs,
        voting.tell_witnesses,
        entries.forget_abandoned_uploads,
        limits.forget_old_attempts,
        jobs.forget_finished,
        accounts.forget_ended_sign_ins,
        write_down_tombstones,
        clear_work_folder,
        forget_leftovers,
        schedule.ask_for_daily_run,
        films.ask_for_prints,
        films.ask_for_missing_pictures,
    ]
    if not platform.demonstration:  # There, reading mails in the outbox is the point.
        chores[:0] = [mail.forget_undelivered, mail.forget_old]
    if platform.postman.smtp_url:
        chores.append(mail.send_kept)
    return {chore.__name__: chore for chore in chores}
