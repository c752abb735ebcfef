"""All tables, gathered for migrations and tests."""

from app.accounts import models as accounts
from app.awards import models as awards
from app.contest import models as contest
from app.core import audit, jobs, limits, mail
from app.core.db import Base
from app.entries import models as entries
from app.judging import models as judging
from app.media import models as media
from app.retention import models as retention
from app.schools import models as schools
from app.voting import models as voting
from app.web import cache

__all__ = [
    "Base",
    "accounts",
    "audit",
    "awards",
    "cache",
    "contest",
    "entries",
    "jobs",
    "judging",
    "limits",
    "mail",
    "media",
    "retention",
    "schools",
    "voting",
]
