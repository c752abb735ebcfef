"""Room to work in and to store, and what is done when there is none."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.accounts.permissions import Role
from app.core import audit, mail
from app.core.jobs import RunningJob
from app.core.limits import Limits
from app.core.mail import Message
from app.media import notifications
from app.video.run import NO_ROOM, DiskFull

log = logging.getLogger(__name__)

FULL_STORAGE, FULL_DISK = "storage.full", "disk.full"
FULL_TOLD_EVERY = timedelta(days=1)


def report_full_storage(session: Session, limits: Limits, *, now: datetime) -> None:
    """Write down that there was no room, and mail the organizers: once a day, however often."""
    _report(session, limits, FULL_STORAGE, notifications.storage_full, now)


def report_full_disk(session: Session, limits: Limits, *, now: datetime) -> None:
    """The same of the computer that works on videos, whose disk may be another one."""
    _report(session, limits, FULL_DISK, notifications.disk_full, now)


def _report(
    session: Session,
    limits: Limits,
    what: str,
    mail_to: Callable[[User], Message],
    now: datetime,
) -> None:
    limits.count_in(session, what, "", per=FULL_TOLD_EVERY, now=now)
    if limits.counted_in(session, what, "", per=FULL_TOLD_EVERY, now=now) > 1:
        return
    audit.record(session, None, what)
    for organizer in people.people_at_work(session, Role.ORGANIZER):
        mail.send(session, mail_to(organizer))


@contextmanager
def workroom(job: RunningJob, prefix: str, *, room: int) -> Iterator[Path]:
    """A folder to work in, gone afterwards whatever happens.

    Raises DiskFull before anything is begun where fewer than `room` bytes are free. A disk that
    fills up meanwhile raises DiskFull or OSError. Of either the organizers are told.
    """
    try:
        if shutil.disk_usage(job.platform.work_dir).free < room:
            raise DiskFull
        with TemporaryDirectory(dir=job.platform.work_dir, prefix=prefix) as folder:
            yield Path(folder)
    except (DiskFull, OSError) as error:
        if isinstance(error, DiskFull) or error.errno in NO_ROOM:
            _tell_of_full_disk(job)
        raise


def _tell_of_full_disk(job: RunningJob) -> None:
    try:
        with job.transaction() as session:
            report_full_disk(session, job.platform.limits, now=job.now())
    except SQLAlchemyError:
        # On one disk the database may have no room either; the job still ends as it should.
        log.exception("That the disk is full could not be written down.")


WORK_KEPT = timedelta(days=1)
"""No work on a video takes as long; what is older was left by somebody who was killed."""


def clear_work_folder(work_dir: Path, *, now: datetime) -> int:
    """Delete what killed workers left half made; says how much that was."""
    gone = 0
    for left in work_dir.iterdir():
        if left.lstat().st_mtime >= (now - WORK_KEPT).timestamp():
            continue
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
        gone += 1
    return gone
