"""Mails about the store of videos, to the organizers."""

from __future__ import annotations

from app.accounts.models import User
from app.core.mail import Link, Message


def storage_full(organizer: User) -> Message:
    return Message(
        organizer.email,
        "media/storage_full",
        {"name": organizer.name},
        {"link": Link("/organizer/")},
    )


def disk_full(organizer: User) -> Message:
    return Message(
        organizer.email,
        "media/disk_full",
        {"name": organizer.name},
        {"link": Link("/organizer/jobs")},
    )
