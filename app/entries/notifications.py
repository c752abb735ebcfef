"""Mails about an entry, to its teacher."""

from __future__ import annotations

from app.accounts.models import User
from app.core.mail import Link, Message
from app.entries.models import Decision, Entry
from app.entries.rules import REASONS


def _page(entry: Entry) -> Link:
    return Link(f"/teacher/entries/{entry.id}")


def received(entry: Entry, teacher: User) -> Message:
    return Message(
        teacher.email,
        "entries/received",
        {
            "name": teacher.name,
            "title": entry.title,
            "code": entry.code,
            "at": entry.submitted_at.strftime("%Y-%m-%d %H:%M UTC") if entry.submitted_at else "",
        },
        {"link": _page(entry)},
    )


def decided(entry: Entry, teacher: User, decision: Decision) -> Message:
    """Accepted, returned or disqualified, with the reasons."""
    return Message(
        teacher.email,
        f"entries/{decision.verdict}",
        {
            "name": teacher.name,
            "title": entry.title,
            "reasons": [str(REASONS[reason]) for reason in decision.reasons],
            "words": decision.words,
        },
        {"link": _page(entry)},
    )
