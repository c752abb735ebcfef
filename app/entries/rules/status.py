"""The states of an entry."""

from __future__ import annotations

from enum import StrEnum

from app.texts import Text, text


class EntryStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    DISQUALIFIED = "disqualified"
    WITHDRAWN = "withdrawn"


STATUS_BADGES: dict[EntryStatus, tuple[str, Text]] = {
    EntryStatus.DRAFT: ("neutral", text("Draft")),
    EntryStatus.SUBMITTED: ("info", text("Submitted")),
    EntryStatus.RETURNED: ("warn", text("Returned")),
    EntryStatus.ACCEPTED: ("good", text("Accepted")),
    EntryStatus.DISQUALIFIED: ("bad", text("Disqualified")),
    EntryStatus.WITHDRAWN: ("neutral", text("Withdrawn")),
}

EDITABLE = frozenset({EntryStatus.DRAFT, EntryStatus.RETURNED, EntryStatus.WITHDRAWN})
UNSUBMITTED = frozenset({EntryStatus.DRAFT, EntryStatus.WITHDRAWN})
"""The school's own business: nobody screens these."""
