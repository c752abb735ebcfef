"""Pages about schools, as registrants, teachers and organizers see them."""

from app.schools.views import agreements, districts, importing
from app.schools.views.account import account
from app.schools.views.organizer import organizer
from app.schools.views.teacher import teacher

__all__ = ["account", "agreements", "districts", "importing", "organizer", "teacher"]
