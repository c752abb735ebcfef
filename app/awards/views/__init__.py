"""Giving awards, results night, printing certificates, and looking up what one says."""

from app.awards.views import reach
from app.awards.views.ceremony import organizer_ceremony
from app.awards.views.certificates import public_pages, teacher
from app.awards.views.giving import organizer

__all__ = ["organizer", "organizer_ceremony", "public_pages", "reach", "teacher"]
