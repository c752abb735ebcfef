"""Pages for everybody, what programs read of them, and whether the site is well."""

from app.showcase.views import feeds, health, kits, news, watching
from app.showcase.views.archive import organizer_archive
from app.showcase.views.pages import public_pages

__all__ = ["feeds", "health", "kits", "news", "organizer_archive", "public_pages", "watching"]
