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


def asked_again(judge: User, assignment_id: int) -> Message:
    """An organizer asks her to look at one scorecard again."""
    return Message(
        judge.email,
        "judging/again",
        {"name": judge.name},
        {"link": Link(f"/judge/{assignment_id}")},
    )


def runoff_opened(judge: User, runoff_id: int) -> Message:
    """Entries are too close to call, and she is asked to choose in pairs."""
    return Message(
        judge.email,
        "judging/runoff",
        {"name": judge.name},
        {"link": Link(f"/judge/runoff/{runoff_id}")},
    )
