"""Judging as judges and organizers see it."""

from app.judging.views import conflicts, practice, saving, scorecard
from app.judging.views.judge import judge
from app.judging.views.organizer import organizer

__all__ = ["conflicts", "judge", "organizer", "practice", "saving", "scorecard"]
