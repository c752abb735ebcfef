"""What is due, and what belongs to a school."""

from app.retention.queries.belongings import (
    LEFT_OUT,
    Belongings,
    belongings_of,
    rows_of,
    trail_of,
)
from app.retention.queries.schedule import (
    DUE,
    due,
    notices,
    report,
    told_from,
)

__all__ = [
    "DUE",
    "LEFT_OUT",
    "Belongings",
    "belongings_of",
    "due",
    "notices",
    "report",
    "rows_of",
    "told_from",
    "trail_of",
]
