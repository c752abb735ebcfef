"""The video and its captions, from a team that has a code and no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.core import audit
from app.core.errors import Refused, require
from app.core.storage import Storage
from app.entries import permissions, queries, rules
from app.entries.models import Entry
from app.entries.services.details import hold, open_for_changes
from app.media import queries as media
from app.media import services as media_services
from app.media.models import Asset
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.video import captions

ABANDONED_AFTER = timedelta(days=7)


def _open_for_video(session: Session, entry: Entry, now: datetime) -> None:
    open_for_changes(session, entry, now)
    if reason := school_rules.why_not_taking_part(entry.school):
        raise Refused(reason)


def begin_team_upload(
    session: Session,
    storage: Storage,
    *,
    entry: Entry,
    size: int,
    fingerprint: str,
    part_bytes: int,
    now: datetime,
) -> Asset:
    """Open an upload for the entry, or go on with the open one if it is the same file."""
    hold(session, entry)
    _open_for_video(session, entry, now)
    season = contest.get_season(session, entry.season_id)
    if entry.incoming_asset_id is not None:
        open_one = media.get_asset(session, entry.incoming_asset_id)
        same = open_one.upload is not None and open_one.upload.fingerprint == fingerprint
        same = same and open_one.original_bytes == size
        if same and media_services.can_go_on(storage, open_one):
            return open_one
        entry.incoming_asset_id = None
        media_services.discard_asset(session, open_one)
    asset = media_services.begin_upload(
        session,
        storage,
        size=size,
        most_bytes=season.max_megabytes * 1000**2,
        fingerprint=fingerprint,
        part_bytes=part_bytes,
        min_seconds=season.min_seconds,
        max_seconds=season.max_seconds,
        now=now,
    )
    entry.incoming_asset_id = asset.id
    entry.updated_at = now
    audit.record(session, None, "entry.upload-begun", entry.id, bytes=size)
    return asset


def forget_abandoned_uploads(session: Session, *, now: datetime) -> None:
    """Let go of uploads that nobody went on with for a week."""
    begun_before = now - ABANDONED_AFTER
    for entry in session.scalars(
        select(Entry)
        .join(Asset, Asset.id == Entry.incoming_asset_id)
        .where(Asset.created_at < begun_before)
    ).all():
        asset = queries.get_incoming(session, entry)
        entry.incoming_asset_id = None
        media_services.discard_asset(session, asset)


def complete_team_upload(
    session: Session, storage: Storage, *, entry: Entry, now: datetime
) -> None:
    """Everything has arrived: the new video takes the old one's place."""
    hold(session, entry)
    if entry.incoming_asset_id is None and entry.asset_id is not None:
        return  # Said twice: the first answer got lost on the way.
    _open_for_video(session, entry, now)
    asset = queries.get_incoming(session, entry)
    media_services.complete_upload(session, storage, asset=asset, now=now)
    _take_video(session, entry, asset, now)


def receive_team_file(
    session: Session, storage: Storage, *, entry: Entry, path: Path, now: datetime
) -> None:
    """The whole file in one form, from a browser without scripts."""
    hold(session, entry)
    _open_for_video(session, entry, now)
    season = contest.get_season(session, entry.season_id)
    asset = media_services.receive_file(
        session,
        storage,
        path=path,
        most_bytes=season.max_megabytes * 1000**2,
        min_seconds=season.min_seconds,
        max_seconds=season.max_seconds,
        now=now,
    )
    _take_video(session, entry, asset, now)


def _take_video(session: Session, entry: Entry, asset: Asset, now: datetime) -> None:
    old_id = entry.asset_id
    entry.asset_id = asset.id
    entry.incoming_asset_id = None
    entry.updated_at = now
    if old_id is not None and old_id != asset.id:
        media_services.discard_asset(session, media.get_asset(session, old_id))
    audit.record(session, None, "entry.video-received", entry.id, asset=asset.id)


def save_captions(
    session: Session, *, actor: User | None, entry: Entry, data: bytes, language: str, now: datetime
) -> None:
    """Captions from a teacher or, without an `actor`, from the team whose code opened the entry:
    checked, and written anew by us. Raises Refused with the line that is wrong."""
    if actor is not None:
        require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
        season = contest.get_season(session, entry.season_id)
        if reason := rules.why_not_captionable(entry, season, now):
            raise Refused(reason)
    else:
        open_for_changes(session, entry, now)
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    try:
        parsed = captions.parse(data, duration=asset.seconds if asset else None)
    except captions.CaptionsRefused as error:
        raise Refused(error.text) from error
    entry.captions = parsed.to_vtt()
    entry.captions_language = language
    entry.updated_at = now
    audit.record(session, actor, "entry.captions-saved", entry.id, language=language)
