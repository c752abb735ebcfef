"""What is done when the store has no room."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.permissions import Role
from app.core import audit, mail
from app.core.limits import Limits
from app.media import notifications

FULL_STORAGE = "storage.full"
FULL_TOLD_EVERY = timedelta(days=1)


def report_full_storage(session: Session, limits: Limits, *, now: datetime) -> None:
    """Write down that there was no room, and mail the organizers: once a day, however often."""
    limits.count_in(session, "storage-full", "", per=FULL_TOLD_EVERY, now=now)
    if limits.counted_in(session, "storage-full", "", per=FULL_TOLD_EVERY, now=now) > 1:
        return
    audit.record(session, None, FULL_STORAGE)
    for organizer in people.people_at_work(session, Role.ORGANIZER):
        mail.send(session, notifications.storage_full(organizer))


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
