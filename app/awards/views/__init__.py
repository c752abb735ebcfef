"""Giving awards, printing certificates, and looking up what a certificate says."""

from app.awards.views.certificates import public_pages, teacher
from app.awards.views.giving import organizer

__all__ = ["organizer", "public_pages", "teacher"]
