"""Mails before something goes."""

from __future__ import annotations

from datetime import datetime

from app.accounts.models import User
from app.contest.models import Season
from app.core.mail import Link, Message
from app.entries.models import Entry


def draft_goes(entry: Entry, teacher: User, at: datetime, days: int) -> Message:
    return Message(
        teacher.email,
        "retention/draft_goes",
        {
            "name": teacher.name,
            "title": entry.title or entry.code,
            "days": days,
            "day": at.date().isoformat(),
        },
        {"link": Link(f"/teacher/entries/{entry.id}")},
    )


def account_goes(person: User, at: datetime) -> Message:
    return Message(
        person.email,
        "retention/account_goes",
        {"name": person.name, "day": at.date().isoformat()},
        {"link": Link("/account/sign-in")},
    )


def review_winners(season: Season, organizer: User, count: int, months: int) -> Message:
    return Message(
        organizer.email,
        "retention/review_winners",
        {
            "name": organizer.name,
            "contest": season.name,
            "year": season.year,
            "count": count,
            "months": months,
        },
        {"link": Link(f"/winners/{season.year}")},
    )
