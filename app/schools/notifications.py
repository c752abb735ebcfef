"""Mails about a school's registration."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from app.accounts.models import User
from app.contest.models import Season
from app.core.mail import Link, Message
from app.schools.models import School


def approved(school: School, teacher: User) -> Message:
    return Message(
        teacher.email,
        "schools/approved",
        {"name": teacher.name, "school": school.name},
        {"link": Link("/teacher/entries/")},
    )


def turned_down(school: School, teacher: User) -> Message:
    return Message(
        teacher.email,
        "schools/turned_down",
        {"name": teacher.name, "school": school.name, "reason": school.turned_down_reason},
    )


def to_approve(school: School, organizer: User) -> Message:
    return Message(
        organizer.email,
        "schools/to_approve",
        {"name": organizer.name, "school": school.name, "city": school.city},
        {"link": Link(f"/organizer/schools/{school.id}")},
    )


def extended(school: School, teacher: User, season: Season, until: datetime) -> Message:
    """More time for this school alone."""
    return Message(
        teacher.email,
        "schools/extended",
        {
            "name": teacher.name,
            "school": school.name,
            "until": until.astimezone(ZoneInfo(season.zone)).strftime("%Y-%m-%d %H:%M %Z"),
        },
        {"link": Link("/teacher/entries/")},
    )
