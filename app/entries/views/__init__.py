"""Entries as seen by teachers, teams, families and those who screen."""

from app.entries.views import captions, codes, cues, disclosures, people
from app.entries.views.handover import organizer_handover, teacher_handover
from app.entries.views.organizer import organizer
from app.entries.views.release import public_pages
from app.entries.views.teacher import teacher, teacher_home
from app.entries.views.team import team
from app.entries.views.translations import organizer_translations

__all__ = [
    "captions",
    "codes",
    "cues",
    "disclosures",
    "organizer",
    "organizer_handover",
    "organizer_translations",
    "people",
    "public_pages",
    "teacher",
    "teacher_handover",
    "teacher_home",
    "team",
]
