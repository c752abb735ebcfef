"""The public vote as voters, teachers, organizers and whoever checks the count see it."""

from app.voting.views import confirming, held, log, slips
from app.voting.views.batches import teacher
from app.voting.views.box import organizer
from app.voting.views.paper import public_pages

__all__ = ["confirming", "held", "log", "organizer", "public_pages", "slips", "teacher"]
