"""Mails to judges."""

from __future__ import annotations

from app.accounts.models import User
from app.core.mail import Link, Message


def judge_assigned(judge: User, count: int) -> Message:
    """`count` entries have come into her queue."""
    return Message(
        judge.email,
        "judging/assigned",
        {"name": judge.name, "count": count},
        {"link": Link("/judge/")},
    )
