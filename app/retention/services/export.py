"""Everything of a school in one archive, streamed as it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from zipstream import ZipStream

from app.accounts.models import User
from app.core import audit
from app.core.audit import AuditEvent
from app.core.errors import require
from app.core.storage import Gone, Storage, pieces_of
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media.models import Asset
from app.retention import permissions, queries
from app.retention.queries import Belongings
from app.schools import queries as schools
from app.schools.models import School

FORMAT = 1
SUFFIXES = {"matroska": "mkv", "avi": "avi", "mpegts": "ts"}
"""How a file is called after the demuxer that opens it; everything else plays as an MP4."""

README = """\
Everything this contest holds of your school
=============================================

school.json    All rows, by table, with their columns as they stand in the database. Moments are
               in UTC, ISO 8601. "entries" are the entries, "appearing_people" the first names or
               aliases in them, "releases" what each person's family allowed, "cues" the cue
               sheets, "decisions" what screening decided, "users" your teachers (no passwords).
               "files" says which file of this archive belongs to which entry.
trail.json     Who did what and when, as far as it is about your school: the audit log.
entries/       One folder for each entry: the original file as it was uploaded, or, where that was
               deleted as the schedule says, the best version there is; captions; credits.

Left out: %(left_out)s

How long what is kept: /privacy/retention
"""


@dataclass(frozen=True)
class Archived:
    """One file of the archive: words written here, or a file of the store."""

    name: str
    words: bytes = b""
    key: str = ""
    size: int = 0


def note_export(session: Session, *, actor: User, school: School) -> None:
    """Record that somebody took a school's data along; raises NotAllowed for whoever may not."""
    require(permissions.can_export(actor, school, schools.find_membership(session, actor)))
    audit.record(session, actor, "school.exported", school.id)


def school_archive(
    session: Session, storage: Storage, *, actor: User, school: School, now: datetime
) -> ZipStream:
    """The archive. All that needs the database is read here; files are read as it is sent."""
    require(permissions.can_export(actor, school, schools.find_membership(session, actor)))
    archive = ZipStream(sized=True)
    for file in _files(session, storage, queries.belongings_of(session, school), now):
        if file.key:
            archive.add(pieces_of(storage, file.key), file.name, size=file.size)
        else:
            archive.add(file.words, file.name)
    return archive


def _files(
    session: Session, storage: Storage, found: Belongings, now: datetime
) -> Iterator[Archived]:
    listed = session.scalars(
        select(Entry).where(Entry.id.in_(found.of("entries"))).order_by(Entry.id)
    ).unique()
    by_entry = {entry.id: list(_files_of_entry(session, storage, entry)) for entry in listed}
    left_out = " ".join(sorted(queries.LEFT_OUT.values()))
    yield Archived("README.txt", (README % {"left_out": left_out}).encode())
    yield Archived(
        "school.json",
        _json(
            {
                "format": FORMAT,
                "school": found.school.id,
                "exported_at": now.isoformat(),
                "left_out": queries.LEFT_OUT,
                "tables": queries.rows_of(session, found),
                "files": {
                    str(key): [file.name for file in files] for key, files in by_entry.items()
                },
            }
        ),
    )
    yield Archived("trail.json", _json([_told(e) for e in queries.trail_of(session, found)]))
    for files in by_entry.values():
        yield from files


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def _told(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "by": event.actor_id,
        "action": event.action,
        "about": event.subject,
        "details": event.details,
    }


def _files_of_entry(session: Session, storage: Storage, entry: Entry) -> Iterator[Archived]:
    folder = f"entries/{entry.code}"
    asset = session.get(Asset, entry.asset_id) if entry.asset_id else None
    if asset is not None and (film := _film(storage, asset)) is not None:
        name, key, size = film
        yield Archived(f"{folder}/{name}", key=key, size=size)
    if entry.captions:
        name = f"captions-{entry.captions_language}.vtt"
        yield Archived(f"{folder}/{name}", entry.captions.encode())
    yield Archived(f"{folder}/credits.txt", _credits(entry).encode())


def _film(storage: Storage, asset: Asset) -> tuple[str, str, int] | None:
    """The original, or the best version that is left; None when no file is there."""
    suffix = SUFFIXES.get(str(asset.facts.get("container")), "mp4")
    candidates = [(f"original.{suffix}", asset.original_key)]
    candidates += [(f"{r.height}p.mp4", r.key) for r in asset.versions("web")[:1]]
    for name, key in candidates:
        try:
            return name, key, storage.size(key)
        except Gone:
            continue
    return None


def _credits(entry: Entry) -> str:
    """The credits of an entry: the team, who may be named, and what others made."""
    lines = [entry.title, f"by {entry.team_name}, {entry.school.name}", ""]
    if names := entry_rules.credited_names(entry):
        lines += ["With", *names, ""]
    if entry.cues:
        lines.append("Made with")
        lines += [
            f"- {c.title}, {c.author or 'unknown'}, {c.source}, {c.licence} {c.link}".rstrip()
            for c in entry.cues
        ]
    return "\n".join(lines).rstrip() + "\n"
