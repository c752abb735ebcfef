"""The schedule for everybody, the report for organizers, and what a school may ask."""

from app.retention.views.organizer import organizer
from app.retention.views.public import public_pages
from app.retention.views.teacher import teacher

__all__ = ["organizer", "public_pages", "teacher"]
