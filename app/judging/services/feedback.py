"""Choosing what a team hears."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.errors import NotFound, Refused, require
from app.entries.models import Entry
from app.judging import permissions, queries, rules


def approve_notes(
    session: Session, *, actor: User, entry: Entry, note_ids: Collection[int], now: datetime
) -> None:
    """Let exactly these notes go to the team of an entry."""
    require(permissions.can_run_judging(actor))
    notes = queries.get_notes_for(session, actor, entry)
    wanted = set(note_ids)
    if not wanted <= {note.id for note in notes}:
        raise NotFound
    if reason := rules.why_not_approved([note for note in notes if note.id in wanted]):
        raise Refused(reason)
    for note in notes:
        if note.id not in wanted:
            note.approved_at, note.approved_by = None, None
        elif note.approved_at is None:
            note.approved_at, note.approved_by = now, actor.id
    audit.record(session, actor, "judging.feedback-chosen", entry.id, notes=sorted(wanted))
