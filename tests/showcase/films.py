"""Films with files in the store, and places for them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy.orm import Session

from app.awards.models import Award
from app.contest.models import Season
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.media.models import Asset

WINNER_FILES = (
    ("winner_1080", "mp4", "video/mp4", 1080),
    ("winner_480", "mp4", "video/mp4", 480),
    ("winner_poster", "jpg", "image/jpeg", None),
    ("winner_print", "pdf", "application/pdf", None),
    ("poster_1", "jpg", "image/jpeg", None),
    ("winner_captions", "vtt", "text/vtt", None),
    ("vertical", "mp4", "video/mp4", 1920),
    ("station_xdcam", "mxf", "application/mxf", 1080),
    ("station_sheet", "html", "text/html", None),
)


def store(session: Session, platform: Platform, asset: Asset, folder: Path) -> None:
    """Files for all of the asset's renditions, each holding its role, with true sums."""
    for rendition in asset.renditions:
        data = f"the {rendition.role} of {asset.name}\n".encode() * 50
        path = folder / f"{asset.name}-{rendition.role}"
        path.write_bytes(data)
        platform.storage.put(rendition.key, path, rendition.content_type)
        rendition.bytes, rendition.sha256 = len(data), hashlib.sha256(data).hexdigest()
    session.flush()


def give_place(session: Session, season: Season, entry: Entry, place: int = 1) -> None:
    session.add(
        Award(
            season_id=season.id,
            entry=entry,
            category=entry.category,
            kind="placement",
            place=place,
            name="",
            given_at=clock.now(),
        )
    )
    session.flush()
