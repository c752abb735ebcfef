"""Judging as seen by judges and by organizers."""

from app.judging.views.judge import judge
from app.judging.views.organizer import organizer

__all__ = ["judge", "organizer"]
