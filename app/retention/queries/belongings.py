"""Everything that belongs to a school, found by following foreign keys down from its row.

A table that a later feature adds is found the same way, without being named here: rows that point
to a school, or to anything of a school, are the school's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.core.audit import AuditEvent
from app.core.db import Base
from app.schools.models import School

LEFT_OUT = {
    "video_prints": "Numbers made of a video's picture, to find copies. They go with the video.",
    "resemblances": "What looks like another school's video is for screeners to know. It goes with "
    "the video.",
    "disclosures": "What may be a child's real disclosure is told to one person and stands in no "
    "export. It goes with the entry.",
    "screening_notes": "What screeners note while they look is theirs; what was sent stands in the "
    "mail. It goes with the entry.",
    "judging_assignments": "Which judges were given an entry, and what they scored, is the "
    "contest's. It goes with the entry.",
    "judging_conflicts": "Which judges have to do with the school is the judges'. It goes with the "
    "school.",
    "recusals": "Why a judge stepped aside is the judge's. It goes with the entry.",
    "duels": "What judges chose in a runoff is the judges'. It goes with the entry.",
    "practice_clips": "A sample film is the organizers' own, never a school's entry. It goes with "
    "the judges' names.",
    "candidates": "What the public voted for is the voters'. It stays, and names nobody any more.",
    "pick_counts": "How often a video was picked is the vote's. It stays, and names no school.",
    "slip_batches": "How many slips were printed is the vote's. It stays, and names no school.",
}
"""Tables that point to a school's rows and are not the school's own, each with the reason."""
HIDDEN = {"users": ("id", "email", "name", "created_at", "email_confirmed_at", "seen_at")}
"""What of a teacher's account is told, instead of all columns: no hash of a password."""
OWNED_THROUGH = {"entries": ("asset_id", "incoming_asset_id")}
"""Keys that point from what is the school's to what is the school's as well."""

TRAIL = {
    "school": "schools",
    "entry": "entries",
    "award": "entries",
    "release": "appearing_people",
    "account": "users",
}
"""What the audit log's actions are about: `entry.submitted` names a row of `entries`."""


@dataclass
class Belongings:
    """The keys of a school's rows by table, and its teachers."""

    school: School
    ids: dict[str, set[int]] = field(default_factory=dict)
    teachers: list[User] = field(default_factory=list)

    def of(self, table: str) -> set[int]:
        return self.ids.get(table, set())


def belongings_of(session: Session, school: School) -> Belongings:
    """Follow the keys down until nothing new is found."""
    found = Belongings(school, {"schools": {school.id}})
    grown = True
    while grown:
        grown = False
        for table in Base.metadata.sorted_tables:
            new = _pointing_at(session, table, found.ids) - found.of(table.name)
            if new:
                found.ids.setdefault(table.name, set()).update(new)
                grown = True
        for table_name, columns in OWNED_THROUGH.items():
            new = _pointed_at(session, table_name, columns, found.of(table_name))
            if new - found.of("assets"):
                found.ids.setdefault("assets", set()).update(new)
                grown = True
    memberships = Base.metadata.tables["memberships"]
    # Who only asked to be let in is a stranger still.
    teachers = session.scalars(
        select(User)
        .join(memberships, memberships.c.user_id == User.id)
        .where(memberships.c.school_id == school.id, memberships.c.waiting_since.is_(None))
        .order_by(User.id)
    )
    found.teachers = list(teachers)
    return found


def _pointing_at(session: Session, table: Table, ids: dict[str, set[int]]) -> set[int]:
    if table.name in LEFT_OUT or "id" not in table.c:
        return set()
    keys = [
        column.in_(ids[key.column.table.name])
        for column in table.c
        for key in column.foreign_keys
        if ids.get(key.column.table.name)
        and key.column.table.name != table.name
        # An entry points to its own video, and is the school's for another reason.
        and column.name not in OWNED_THROUGH.get(table.name, ())
    ]
    return set(session.scalars(select(table.c.id).where(or_(*keys)))) if keys else set()


def _pointed_at(
    session: Session, table_name: str, columns: Iterable[str], ids: set[int]
) -> set[int]:
    table = Base.metadata.tables[table_name]
    rows = session.execute(select(*(table.c[c] for c in columns)).where(table.c.id.in_(ids)))
    return {key for row in rows for key in row if key is not None}


def rows_of(session: Session, found: Belongings) -> dict[str, list[dict[str, Any]]]:
    """All rows of a school as plain values, by table; moments as ISO 8601 in UTC."""
    ids = {**found.ids, "users": {teacher.id for teacher in found.teachers}}
    told: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        if not ids.get(table.name):
            continue
        columns = HIDDEN.get(table.name) or tuple(column.name for column in table.c)
        rows = session.execute(
            select(*(table.c[name] for name in columns))
            .where(table.c.id.in_(ids[table.name]))
            .order_by(table.c.id)
        )
        told[table.name] = [
            {name: _plain(value) for name, value in row._mapping.items()} for row in rows
        ]
    return told


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def trail_of(session: Session, found: Belongings) -> list[AuditEvent]:
    """The audit log's lines about a school and what it owns, and about what its teachers did as
    teachers: who is something else here as well did that for the contest."""
    teachers = {t.id for t in found.teachers if t.roles <= {Role.TEACHER}}
    ids = {**found.ids, "users": teachers}
    about = [
        and_(
            AuditEvent.action.startswith(f"{what}."),
            AuditEvent.subject.in_([str(key) for key in ids[table]]),
        )
        for what, table in TRAIL.items()
        if ids.get(table)
    ]
    return list(
        session.scalars(
            select(AuditEvent)
            .where(or_(AuditEvent.actor_id.in_(teachers), *about))
            .order_by(AuditEvent.id)
        )
    )
