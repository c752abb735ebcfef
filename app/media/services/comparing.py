"""Finding the same film twice, across all seasons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.jobs import RunningJob
from app.media import queries
from app.media.models import Asset, Resemblance, VideoPrint
from app.media.queries import PRINT_JOB, subject_of
from app.media.services.room import workroom
from app.video import source
from app.video.source import Limits

PRINT_ROOM = 100 * 1024**2
PRINTS_AT_ONCE = 3
"""How many films that have no print yet are looked at beside everything else."""


def look_for_twins(job: RunningJob, asset_id: int) -> None:
    """Note which assets are the same film; done anew, it is the same notes.

    Our own print is committed before others are looked at: of two films that are checked at the
    same moment, at least one sees the other. Nobody who writes waits while prints are compared.
    """
    with job.platform.sessions() as session:
        twins = queries.look_for_twins(session, queries.get_asset(session, asset_id))
    with job.transaction() as session:
        known = session.scalars(select(Resemblance).where(Resemblance.asset_id == asset_id))
        for resemblance in known:
            session.delete(resemblance)
        session.flush()
        still_there = queries.assets_by_id(session, [twin.asset_id for twin in twins])
        for twin in twins:
            if twin.asset_id in still_there:
                session.add(
                    Resemblance(
                        asset_id=asset_id,
                        other_id=twin.asset_id,
                        same_file=twin.same_file,
                        likeness=twin.likeness,
                    )
                )


def ask_for_prints(session: Session, *, now: datetime) -> None:
    """Have films looked at that were prepared before prints were taken, a few at a time. One that
    gives no print is tried again when its job is forgotten, one whose job failed after a day."""
    room = PRINTS_AT_ONCE - queries.count_waiting(session, PRINT_JOB)
    for asset_id in queries.assets_without_print(session, room, now=now):
        subject = subject_of("print", asset_id)
        jobs.enqueue(session, PRINT_JOB, subject=subject, asset_id=asset_id)


def take_print(job: RunningJob, asset_id: int) -> None:
    """Take the print of a film from the smallest of its versions, and compare it with all others.
    Harmless when run twice."""
    with job.platform.sessions() as session:
        asset = session.get(Asset, asset_id)
        versions = asset.versions("web") if asset else []
        if asset is None or not versions:
            return
        key = versions[-1].key
        limits = Limits(min_seconds=0, max_seconds=max(asset.max_seconds, asset.seconds or 0))
    with (
        workroom(job, "print-", room=PRINT_ROOM) as folder,
        job.platform.storage.local(key) as film,
    ):
        report = source.check(film, limits, progress=job.renew, work_dir=folder)
    if report.print is None:
        return
    with job.transaction() as session:
        if asset := session.get(Asset, asset_id):
            asset.print = asset.print or VideoPrint()
            asset.print.signs = report.print.to_bytes()
    look_for_twins(job, asset_id)
