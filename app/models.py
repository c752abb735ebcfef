"""All tables, gathered for migrations and tests."""

from app.accounts import models as accounts
from app.contest import models as contest
from app.core import audit, jobs, limits, mail
from app.core.db import Base
from app.schools import models as schools
from app.voting import models as voting
from app.web import cache

__all__ = [
    "Base",
    "accounts",
    "audit",
    "cache",
    "contest",
    "jobs",
    "limits",
    "mail",
    "schools",
    "voting",
]
