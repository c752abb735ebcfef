"""The organizer's pages about the season and its rules, and the logos everybody sees."""

from app.contest.views import brand, news, ruleset, translations
from app.contest.views.parts import organizer
from app.contest.views.season import public_pages

__all__ = ["brand", "news", "organizer", "public_pages", "ruleset", "translations"]
