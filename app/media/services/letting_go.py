"""Letting go of a video: all of it, its files, or its original alone."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.jobs import RunningJob
from app.media.models import Asset, Resemblance, VideoPrint


def discard_asset(session: Session, asset: Asset) -> None:
    """Have an asset and all its files removed, once this transaction is committed."""
    jobs.enqueue(session, "media.remove", subject=_removal_of(asset.id), asset_id=asset.id)


def _removal_of(asset_id: int) -> str:
    """What the job that removes an asset is found by."""
    return f"remove:{asset_id}"


def is_let_go(job: RunningJob, asset_id: int) -> bool:
    """Whether the asset was discarded, however far its removal has come."""
    with job.platform.sessions() as session:
        removal = jobs.jobs_about(session, _removal_of(asset_id))
        return bool(removal) or session.get(Asset, asset_id) is None


def remove_asset(job: RunningJob, asset_id: int) -> None:
    """Delete an asset's files and its row. Whoever owned it has let go of it before."""
    _delete_files_then(job, asset_id, lambda session, asset: session.delete(asset))


def _delete_files_then(
    job: RunningJob, asset_id: int, then: Callable[[Session, Asset], None]
) -> None:
    """Delete all files of an asset, then what is to be done to its row. Harmless when run twice."""
    storage = job.platform.storage
    with job.platform.sessions() as session:
        asset = session.get(Asset, asset_id)
        if asset is None:
            return
        keys = [asset.original_key, *(r.key for r in asset.renditions)]
        upload = asset.upload
    if upload is not None:
        storage.abort(asset.original_key, upload.store_id)
    for key in keys:
        storage.delete(key)
    late: list[str] = []
    with job.transaction() as session:
        # Whoever records a version at this moment is waited for, and it goes too.
        if again := session.get(Asset, asset_id, with_for_update=True):
            # What a worker made of it while we were at it goes with the rest.
            late = [r.key for r in again.renditions if r.key not in keys]
            then(session, again)
    for key in late:
        storage.delete(key)


def forget_original(session: Session, asset: Asset) -> None:
    """Have the original deleted, once this transaction is committed; what was made of it stays."""
    jobs.enqueue(
        session, "media.forget_original", subject=f"original:{asset.id}", asset_id=asset.id
    )


def empty_asset(session: Session, asset: Asset) -> None:
    """Have all files deleted, once this transaction is committed. What stays is a row that says
    how long and how large it was, and the original's digest."""
    jobs.enqueue(session, "media.empty", subject=f"empty:{asset.id}", asset_id=asset.id)


def delete_original(job: RunningJob, asset_id: int) -> None:
    """Delete the original's file, then say so: a file is named by its row until it is gone."""
    with job.platform.sessions() as session:
        asset = session.get(Asset, asset_id)
        if asset is None:
            return
        key = asset.original_key
    job.platform.storage.delete(key)
    with job.transaction() as session:
        if asset := session.get(Asset, asset_id):
            asset.original_gone_at = asset.original_gone_at or job.now()


def delete_all_files(job: RunningJob, asset_id: int) -> None:
    """Delete every file of an asset; its row stays, and names none any more."""

    def forget(session: Session, asset: Asset) -> None:
        asset.renditions.clear()
        asset.upload = None
        asset.facts, asset.reasons, asset.found = {}, [], []
        session.execute(delete(VideoPrint).where(VideoPrint.asset_id == asset.id))
        alike = or_(Resemblance.asset_id == asset.id, Resemblance.other_id == asset.id)
        session.execute(delete(Resemblance).where(alike))
        asset.original_gone_at = asset.original_gone_at or job.now()

    _delete_files_then(job, asset_id, forget)
