"""Real files for the rows of tests, and the schedule kept at a moment of their choosing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.core.db import will_write
from app.core.platform import Platform
from app.core.storage import FolderStorage, Gone
from app.media.models import Asset
from app.retention import services
from tests.waiting import run_waiting


def store_files(platform: Platform, asset: Asset, folder: Path) -> list[str]:
    """Something to read under every key that the asset names; returns the keys."""
    keys = [asset.original_key, *(r.key for r in asset.renditions)]
    for number, key in enumerate(keys):
        source = folder / f"{asset.name}-{number}"
        source.write_bytes(f"{key}\n".encode() * 50)
        platform.storage.put(key, source, "video/mp4")
    asset.original_bytes = platform.storage.size(asset.original_key)
    return keys


def is_stored(platform: Platform, key: str) -> bool:
    try:
        platform.storage.size(key)
    except Gone:
        return False
    return True


def stored(platform: Platform) -> list[str]:
    """Every file in a folder store."""
    assert isinstance(platform.storage, FolderStorage)
    files = platform.storage.root / "files"
    return sorted(p.relative_to(files).as_posix() for p in files.rglob("*") if p.is_file())


def keep(platform: Platform, session: Session, now: datetime) -> dict[str, int]:
    """Keep the schedule as if it were `now`, and let the jobs run that it asks for."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        with platform.sessions() as own:
            will_write(own)
            yield own
            own.commit()

    session.commit()
    done = services.keep_schedule(platform, transaction=transaction, now=now)
    run_waiting(platform)
    session.expire_all()
    return done
