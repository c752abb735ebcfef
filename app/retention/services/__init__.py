"""Keeping the schedule, taking a school's data along, erasing a school, and erasing it again."""

from app.retention.services.daily import (
    DEEDS,
    ask_for_daily_run,
    ask_to_keep,
    keep_schedule,
    run_now,
)
from app.retention.services.export import (
    note_export,
    school_archive,
)
from app.retention.services.schools import (
    erase_school,
)
from app.retention.services.tombstones import (
    reapply,
    write_down,
)

__all__ = [
    "DEEDS",
    "ask_for_daily_run",
    "ask_to_keep",
    "erase_school",
    "keep_schedule",
    "note_export",
    "reapply",
    "run_now",
    "school_archive",
    "write_down",
]
