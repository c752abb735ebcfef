"""The stills that stand for a film, in the sizes and formats pages show them in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.jobs import RunningJob
from app.media import queries
from app.media.models import Asset
from app.media.queries import PICTURES_JOB
from app.media.rules import PICTURES_OF
from app.media.services.processing import ask_for_pictures, record_renditions
from app.media.services.room import workroom
from app.video import render

PICTURES_ROOM = 20 * 1024**2
PICTURES_AT_ONCE = 10
"""How many stills are made smaller at once that were there before pages showed small ones."""


def ask_for_missing_pictures(session: Session, *, now: datetime) -> None:
    """Have stills made small that were there before pages showed small ones, some at a time."""
    room = PICTURES_AT_ONCE - queries.count_waiting(session, PICTURES_JOB)
    for family in PICTURES_OF:
        missing = queries.assets_without_pictures(session, family, room, now=now)
        room -= len(missing)
        for asset_id in missing:
            ask_for_pictures(session, asset_id, family)


def make_pictures(job: RunningJob, asset_id: int, family: str) -> None:
    """Make a film's still in all sizes. Harmless when run twice. Raises SourceChanged, and leaves
    nothing behind, when another still was chosen or the film let go meanwhile: the next attempt
    makes what is there then."""
    role = PICTURES_OF[family]
    with job.platform.sessions() as session:
        asset = session.get(Asset, asset_id)
        still = asset.rendition(role) if asset else None
        if asset is None or still is None:
            return
        name, key = asset.name, still.key
    with (
        workroom(job, "pictures-", room=PICTURES_ROOM) as folder,
        job.platform.storage.local(key) as path,
    ):
        made = render.make_pictures(path, family, folder)
        record_renditions(job, asset_id, name, made, made_of=(role, key))
