"""What was erased, written down twice: in the database, and in a file that no backup overwrites."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.core import audit
from app.retention.models import Tombstone
from app.retention.services.schools import erase_belongings
from app.schools import services as schools
from app.schools.models import School


def _line(stone: Tombstone) -> str:
    return json.dumps(
        {"kind": stone.kind, "key": stone.key, "at": stone.at.isoformat(), "by": stone.by}
    )


def write_down(session: Session, path: Path) -> int:
    """Add to the file what the database knows and the file does not; returns how much that was.

    The file only grows. It follows the database by a minute at most.
    """
    lines = [_line(stone) for stone in session.scalars(select(Tombstone).order_by(Tombstone.id))]
    if not lines:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        before = file.read()
        known = set(before.splitlines())
        new = [line for line in lines if line not in known]
        if new:
            begin = "" if not before or before.endswith("\n") else "\n"
            file.write(begin + "".join(f"{line}\n" for line in new))
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def _read(path: Path) -> list[Tombstone]:
    """The stones in the file. A last line that a crash cut short is passed over."""
    if not path.exists():
        return []
    stones = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
            stones.append(
                Tombstone(
                    kind=str(said["kind"]),
                    key=int(said["key"]),
                    at=datetime.fromisoformat(said["at"]),
                    by=str(said["by"]),
                )
            )
        except (ValueError, KeyError, TypeError):
            continue
    return stones


def reapply(session: Session, path: Path, *, now: datetime) -> list[str]:
    """Erase again what was erased before and came back with a backup; says what that was.

    Numbers are given anew after a table's last row was deleted: only what is older than its stone
    is meant by it.
    """
    known = {(s.kind, s.key, s.at) for s in session.scalars(select(Tombstone))}
    for stone in _read(path):
        if (stone.kind, stone.key, stone.at) not in known:
            known.add((stone.kind, stone.key, stone.at))
            session.add(stone)
    session.flush()
    done = []
    for kind, key, at in sorted(known, key=lambda each: each[2]):
        again = AGAIN.get(kind)
        if again is not None and again(session, key, at, now):
            audit.record(session, None, f"{kind}.erased-again", key)
            done.append(f"{kind} {key}")
    return done


def _school_again(session: Session, key: int, at: datetime, now: datetime) -> bool:
    school = session.get(School, key)
    if school is None or school.created_at > at:
        return False
    erase_belongings(session, school, now=now)
    return True


def _account_again(session: Session, key: int, at: datetime, now: datetime) -> bool:
    person = session.get(User, key)
    if person is None or person.erased_at is not None or person.created_at > at:
        return False
    schools.leave_silently(session, person=person, now=now)
    accounts.erase_account(session, person=person, now=now)
    return True


AGAIN: dict[str, Callable[[Session, int, datetime, datetime], bool]] = {
    "school": _school_again,
    "account": _account_again,
}
