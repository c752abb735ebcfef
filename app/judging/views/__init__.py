"""Judging as judges, organizers, teachers and everybody see it."""

from app.judging.views import (
    conflicts,
    exports,
    outcome,
    papers,
    practice,
    runoff,
    saving,
    scorecard,
)
from app.judging.views.feedback import public_pages, teacher
from app.judging.views.judge import judge
from app.judging.views.organizer import organizer

__all__ = [
    "conflicts",
    "exports",
    "judge",
    "organizer",
    "outcome",
    "papers",
    "practice",
    "public_pages",
    "runoff",
    "saving",
    "scorecard",
    "teacher",
]
