"""Mails about the season as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from app.accounts.models import User
from app.contest.models import RuleSet, Season
from app.contest.rules import Change, ChangeKind
from app.core.mail import Link, Message


def rules_changed(
    season: Season, published: RuleSet, changed: Sequence[Change], teacher: User
) -> Message:
    """What is different in the rules, and why, to somebody who may have an entry."""
    return Message(
        teacher.email,
        "contest/rules_changed",
        {
            "name": teacher.name,
            "contest": season.name,
            "version": published.version,
            "note": published.note,
            "changed": [
                {"gone": change.kind is ChangeKind.REMOVED, "words": change.plainly()}
                for change in changed
            ],
        },
        {"link": Link("/rules#changes")},
    )
