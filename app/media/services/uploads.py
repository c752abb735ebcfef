"""Taking a video in, in parts or whole."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.core import jobs
from app.core.errors import NotUnderstood, Refused
from app.core.storage import Gone, Part, PartAddress, Storage
from app.media import rules
from app.media.models import Asset, Upload
from app.media.rules import AssetState
from app.texts import text

ORIGINAL_TYPE = "application/octet-stream"
CRC32 = re.compile(r"[A-Za-z0-9+/]{6}==")
FINGERPRINT = re.compile(r"[0-9a-f]{1,64}")


def begin_upload(
    session: Session,
    storage: Storage,
    *,
    size: int,
    most_bytes: int,
    fingerprint: str,
    part_bytes: int,
    min_seconds: float,
    max_seconds: float,
    now: datetime,
) -> Asset:
    """A new asset that waits for its parts. Raises Refused for a size or a fingerprint (hex) that
    can't be right, and StorageFull."""
    _check_size(size, most_bytes)
    if not FINGERPRINT.fullmatch(fingerprint):
        raise NotUnderstood
    asset = _new_asset(size, min_seconds, max_seconds, now)
    store_id = storage.begin(asset.original_key, size=size, content_type=ORIGINAL_TYPE)
    asset.upload = Upload(store_id=store_id, part_bytes=part_bytes, fingerprint=fingerprint)
    session.add(asset)
    session.flush()
    return asset


def _check_size(size: int, most_bytes: int) -> None:
    if size <= 0:
        raise Refused(text("That file is empty. Please export the video again."))
    if size > most_bytes:
        raise Refused(
            text(
                "That file is larger than the %(most)s GB this contest takes. "
                "Please export it smaller, for example as 1080p.",
                most=round(most_bytes / 1000**3, 1),
            )
        )


def _new_asset(size: int, min_seconds: float, max_seconds: float, now: datetime) -> Asset:
    name = secrets.token_urlsafe(16)
    return Asset(
        name=name,
        original_key=f"originals/{name}",
        original_bytes=size,
        min_seconds=min_seconds,
        max_seconds=max_seconds,
        facts={},
        reasons=[],
        found=[],
        created_at=now,
    )


def parts_missing(storage: Storage, asset: Asset) -> list[int]:
    """Which parts still have to be sent. Raises Gone when the upload is not open."""
    upload = _open_upload(asset)
    return rules.missing_parts(
        _arrived(storage, asset, upload), asset.original_bytes, upload.part_bytes
    )


def _arrived(storage: Storage, asset: Asset, upload: Upload) -> list[tuple[int, int]]:
    """Offset and length of every part that is there. Raises Gone."""
    parts = storage.parts(asset.original_key, upload.store_id)
    return _spans(parts, upload.part_bytes)


def _spans(parts: Sequence[Part], part_bytes: int) -> list[tuple[int, int]]:
    return [((p.number - 1) * part_bytes if p.offset is None else p.offset, p.size) for p in parts]


def percent_arrived(storage: Storage, asset: Asset) -> int:
    """How much of an open upload is there, in whole percents. Raises Gone."""
    upload = _open_upload(asset)
    arrived = rules.bytes_arrived(_arrived(storage, asset, upload))
    return 100 * arrived // asset.original_bytes


def shrink_parts(storage: Storage, asset: Asset, wanted: int) -> None:
    """Have the rest sent in parts of `wanted` bytes, or as small as the store takes them; what was
    sent stays."""
    upload = _open_upload(asset)
    upload.part_bytes = rules.smaller_part_bytes(
        wanted,
        upload.part_bytes,
        least=storage.least_part_bytes,
        may_change=storage.may_change_part_size,
        begun=bool(storage.parts(asset.original_key, upload.store_id)),
    )


def can_go_on(storage: Storage, asset: Asset) -> bool:
    """Whether more parts may be sent. A store may let go of an upload that was left for weeks."""
    if asset.upload is None or asset.state != AssetState.UPLOADING:
        return False
    try:
        storage.parts(asset.original_key, asset.upload.store_id)
    except Gone:
        return False
    return True


def _open_upload(asset: Asset) -> Upload:
    if asset.upload is None or asset.state != AssetState.UPLOADING:
        raise Refused(text("This upload is finished. Reload the page to see where it stands."))
    return asset.upload


def part_addresses(
    storage: Storage, asset: Asset, wanted: Iterable[tuple[int, str]]
) -> dict[int, PartAddress]:
    """Where to send each wanted (part number, base64 CRC-32)."""
    upload = _open_upload(asset)
    most = rules.part_count(asset.original_bytes, upload.part_bytes)
    addresses = {}
    for number, crc32 in wanted:
        if not 1 <= number <= most or not CRC32.fullmatch(crc32):
            raise Refused(text("That part does not belong to this file."))
        offset, size = rules.part_span(number, asset.original_bytes, upload.part_bytes)
        addresses[number] = storage.part_address(
            asset.original_key,
            upload.store_id,
            number=number,
            offset=offset,
            size=size,
            crc32=crc32,
        )
    return addresses


def complete_upload(session: Session, storage: Storage, *, asset: Asset, now: datetime) -> None:
    """All parts are there: make them one file and have it prepared. Harmless when said twice.

    Raises Refused while parts are missing, and Gone when the store has let go of the upload.
    """
    if asset.state != AssetState.UPLOADING:
        return
    upload = _open_upload(asset)
    try:
        parts: Sequence[Part] = storage.parts(asset.original_key, upload.store_id)
    except Gone:
        # The store may have made the file whole just before our own record of it was lost.
        if storage.size(asset.original_key) != asset.original_bytes:
            raise
    else:
        if rules.missing_parts(
            _spans(parts, upload.part_bytes), asset.original_bytes, upload.part_bytes
        ):
            raise Refused(text("Some parts of the file have not arrived yet. They are sent again."))
        storage.complete(asset.original_key, upload.store_id, parts)
    _received(session, asset, now)


def receive_file(
    session: Session,
    storage: Storage,
    *,
    path: Path,
    most_bytes: int,
    min_seconds: float,
    max_seconds: float,
    now: datetime,
) -> Asset:
    """A file that came in one piece, from a browser without scripts."""
    size = path.stat().st_size
    _check_size(size, most_bytes)
    asset = _new_asset(size, min_seconds, max_seconds, now)
    storage.put(asset.original_key, path, ORIGINAL_TYPE)
    session.add(asset)
    session.flush()
    _received(session, asset, now)
    return asset


def _received(session: Session, asset: Asset, now: datetime) -> None:
    asset.state = AssetState.WAITING
    asset.received_at = now
    session.flush()
    jobs.enqueue(session, "media.process", subject=asset.subject, asset_id=asset.id)
