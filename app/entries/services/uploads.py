"""The video and its captions, from a team that has a code and no account."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.rules import numbers_in
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
from app.texts import Text, text
from app.video import captions

ABANDONED_AFTER = timedelta(days=7)


class AnotherUnderWay(Refused):
    """Another file is half-sent; nobody has said yet that it may go."""

    def __init__(self, percent: int) -> None:
        super().__init__(
            text(
                "Another file was being uploaded here: %(percent)s percent of it has arrived. "
                "Nothing is lost yet.",
                percent=percent,
            )
        )
        self.percent = percent


def _open_for_video(session: Session, entry: Entry, now: datetime) -> None:
    open_for_changes(session, entry, now)
    if reason := school_rules.why_not_taking_part(entry.school):
        raise Refused(reason)


def _agreed(session: Session, entry: Entry) -> None:
    """Only what is about to be sent waits for the agreement; what has arrived stays."""
    if reason := schools.why_not_agreed(session, entry.school_id, entry.season_id):
        raise Refused(reason)


def begin_team_upload(
    session: Session,
    storage: Storage,
    *,
    entry: Entry,
    size: int,
    fingerprint: str,
    part_bytes: int,
    replace: bool = False,
    now: datetime,
) -> Asset:
    """Open an upload for the entry, or go on with the open one if it is the same file, in smaller
    parts if `part_bytes` asks for them. Raises AnotherUnderWay for another file, unless it may
    `replace` the one that is half-sent."""
    hold(session, entry)
    _open_for_video(session, entry, now)
    _agreed(session, entry)
    limits = numbers_in(queries.get_rule_set_for(session, entry).rules)
    if entry.incoming_asset_id is not None:
        open_one = media.get_asset(session, entry.incoming_asset_id)
        if media_services.can_go_on(storage, open_one):
            if is_of_file(open_one, fingerprint) and open_one.original_bytes == size:
                media_services.shrink_parts(storage, open_one, part_bytes)
                return open_one
            if not replace:
                raise AnotherUnderWay(media_services.percent_arrived(storage, open_one))
        entry.incoming_asset_id = None
        media_services.discard_asset(session, open_one)
    asset = media_services.begin_upload(
        session,
        storage,
        size=size,
        most_bytes=limits["max_megabytes"] * 1000**2,
        fingerprint=fingerprint,
        part_bytes=part_bytes,
        min_seconds=limits["min_seconds"],
        max_seconds=limits["max_seconds"],
        now=now,
    )
    entry.incoming_asset_id = asset.id
    entry.updated_at = now
    audit.record(session, None, "entry.upload-begun", entry.id, bytes=size)
    return asset


def is_of_file(asset: Asset, fingerprint: str) -> bool:
    """Whether an upload is of the file with this fingerprint."""
    return asset.upload is not None and asset.upload.fingerprint == fingerprint


def get_incoming_of_file(session: Session, entry: Entry, fingerprint: str) -> Asset:
    """The upload that is on its way, for a browser that sends the file with this fingerprint.

    On another device of the team somebody may have begun with another file meanwhile: the bytes of
    two files must never be mixed. Raises Refused.
    """
    asset = queries.get_incoming(session, entry)
    if not is_of_file(asset, fingerprint):
        raise Refused(
            text("Somebody in your team has begun with another file. Choose yours again to go on.")
        )
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
    session: Session, storage: Storage, *, entry: Entry, fingerprint: str, now: datetime
) -> None:
    """Everything has arrived: the new video takes the old one's place."""
    hold(session, entry)
    if entry.incoming_asset_id is None and entry.asset_id is not None:
        return  # Said twice: the first answer got lost on the way.
    _open_for_video(session, entry, now)
    asset = get_incoming_of_file(session, entry, fingerprint)
    media_services.complete_upload(session, storage, asset=asset, now=now)
    _take_video(session, entry, asset, now)


def receive_team_file(
    session: Session, storage: Storage, *, entry: Entry, path: Path, now: datetime
) -> None:
    """The whole file in one form, from a browser without scripts."""
    hold(session, entry)
    _open_for_video(session, entry, now)
    _agreed(session, entry)
    limits = numbers_in(queries.get_rule_set_for(session, entry).rules)
    asset = media_services.receive_file(
        session,
        storage,
        path=path,
        most_bytes=limits["max_megabytes"] * 1000**2,
        min_seconds=limits["min_seconds"],
        max_seconds=limits["max_seconds"],
        now=now,
    )
    _take_video(session, entry, asset, now)


def _take_video(session: Session, entry: Entry, asset: Asset, now: datetime) -> None:
    old_id, half_sent_id = entry.asset_id, entry.incoming_asset_id
    entry.asset_id = asset.id
    entry.incoming_asset_id = None
    entry.updated_at = now
    if half_sent_id is not None and half_sent_id != asset.id:
        media_services.discard_asset(session, media.get_asset(session, half_sent_id))
    if old_id is not None and old_id != asset.id:
        media_services.discard_asset(session, media.get_asset(session, old_id))
    audit.record(session, None, "entry.video-received", entry.id, asset=asset.id)


def choose_poster(session: Session, *, entry: Entry, number: int, now: datetime) -> None:
    """Which of the stills stands for the film, as the team says. Raises Refused."""
    hold(session, entry)
    open_for_changes(session, entry, now)
    if entry.asset_id is None:
        raise Refused(text("There is no video yet."))
    media_services.choose_poster(session, media.get_asset(session, entry.asset_id), number)
    # Whoever screens looks at the picture, too.
    entry.cleared_at, entry.cleared_by = None, None
    entry.updated_at = now
    audit.record(session, None, "entry.poster-chosen", entry.id, number=number)


class CaptionsUnreadable(Refused):
    """The captions can't be taken; `line` counts from 1, or is None when no line is to blame."""

    def __init__(self, reason: Text, line: int | None) -> None:
        super().__init__(reason)
        self.line = line


class CaptionsChanged(Refused):
    """Somebody saved other captions since these were begun."""

    def __init__(self) -> None:
        super().__init__(text("Somebody else saved other captions meanwhile."))


def save_captions(
    session: Session,
    *,
    actor: User | None,
    entry: Entry,
    data: bytes,
    language: str,
    seen: str | None = None,
    now: datetime,
) -> None:
    """Captions from a teacher or, without an `actor`, from the team whose code opened the entry:
    checked, and written anew by us. Raises CaptionsUnreadable with the line that is wrong, and
    CaptionsChanged when they are not the ones any more that were `seen` by who changed them."""
    hold(session, entry)
    session.refresh(entry, ["captions"])
    if actor is not None:
        require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
        window = queries.window_for(session, entry)
        if reason := rules.why_not_captionable(entry, window, now):
            raise Refused(reason)
    else:
        open_for_changes(session, entry, now)
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    try:
        parsed = captions.parse(data, duration=asset.seconds if asset else None)
    except captions.CaptionsRefused as error:
        raise CaptionsUnreadable(error.text, error.line) from error
    if seen is not None and rules.as_typed(seen) != entry.captions != parsed.to_vtt():
        raise CaptionsChanged
    entry.captions = parsed.to_vtt()
    entry.captions_language = language
    # Words that nobody has looked at must not go public with what somebody has.
    entry.cleared_at, entry.cleared_by = None, None
    entry.updated_at = now
    audit.record(session, actor, "entry.captions-saved", entry.id, language=language)
