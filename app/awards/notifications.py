"""Mails about awards."""

from __future__ import annotations

from app.accounts.models import User
from app.core.mail import Link, Message
from app.entries.models import Entry


def won(entry: Entry, teacher: User, awards: str) -> Message:
    """To the teacher of a winner, once it is public."""
    return Message(
        teacher.email,
        "awards/won",
        {"name": teacher.name, "title": entry.title, "awards": awards},
        {"link": Link(f"/watch/{entry.slug}"), "entry": Link(f"/teacher/entries/{entry.id}")},
    )
