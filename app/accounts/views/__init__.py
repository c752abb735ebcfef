"""Sign-in and settings for everybody with an account; people for organizers."""

from app.accounts.views.account import account
from app.accounts.views.organizer import organizer

__all__ = ["account", "organizer"]
