"""What is done when the store has no room."""

from __future__ import annotations

from datetime import datetime, timedelta

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
