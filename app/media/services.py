"""Taking a video in, preparing it, and letting it go."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.errors import Refused
from app.core.jobs import LeaseLost, RunningJob
from app.core.storage import Gone, Part, PartAddress, Storage
from app.media import queries, rules
from app.media.models import Asset, Rendition, Resemblance, Upload, VideoPrint, keep_words
from app.media.rules import AssetState
from app.texts import text
from app.video import render, source
from app.video.render import Made
from app.video.source import Limits, Report, Verdict
from app.video.step import portion

ORIGINAL_TYPE = "application/octet-stream"
CRC32 = re.compile(r"[A-Za-z0-9+/]{6}==")
FINGERPRINT = re.compile(r"[0-9a-f]{1,64}")
REPLACED_KEPT = timedelta(hours=1)
"""A file that was made anew is let go of when nobody can be in the middle of fetching it."""


class OriginalChanged(Exception):
    """The stored original is not the file that was checked."""


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
        raise Refused(text("The browser sent something we could not read. Reload the page."))
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
    arrived = {p.number: p.size for p in storage.parts(asset.original_key, upload.store_id)}
    return rules.missing_parts(arrived, asset.original_bytes, upload.part_bytes)


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
            {p.number: p.size for p in parts}, asset.original_bytes, upload.part_bytes
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


def discard_asset(session: Session, asset: Asset) -> None:
    """Have an asset and all its files removed, once this transaction is committed."""
    jobs.enqueue(session, "media.remove", subject=_removal_of(asset.id), asset_id=asset.id)


def _removal_of(asset_id: int) -> str:
    """What the job that removes an asset is found by."""
    return f"remove:{asset_id}"


def process_asset(job: RunningJob, asset_id: int) -> None:
    """Check the original, then make preview, poster and web versions.

    Each step is recorded as it is done, so that a run after a crash goes on where the last stopped.
    """
    try:
        _prepare(job, asset_id)
    except Exception:
        # A team that uploads a better version meanwhile has this one removed under our hands, and
        # then any step may be the one that no longer finds its file.
        if not _is_let_go(job, asset_id):
            raise


def _is_let_go(job: RunningJob, asset_id: int) -> bool:
    """Whether the asset was discarded, however far its removal has come."""
    with job.platform.sessions() as session:
        removal = jobs.jobs_about(session, _removal_of(asset_id))
        return bool(removal) or session.get(Asset, asset_id) is None


def _prepare(job: RunningJob, asset_id: int) -> None:
    storage = job.platform.storage
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        if asset.state in (AssetState.READY, AssetState.REFUSED, AssetState.UPLOADING):
            return
        checked = asset.state == AssetState.PROCESSING
        digest = asset.original_sha256
        asset.state = AssetState.PROCESSING if checked else AssetState.CHECKING
        key, name, roles = asset.original_key, asset.name, {r.role for r in asset.renditions}
        limits = Limits(min_seconds=asset.min_seconds, max_seconds=asset.max_seconds)
    with (
        storage.local(key) as original,
        TemporaryDirectory(dir=job.platform.work_dir, prefix=f"{name}-") as folder,
    ):
        out = Path(folder)
        if checked:
            _compare(original, digest)
            found = source.probe(original)
        else:
            report = source.check(
                original, limits, progress=portion(job.renew, 0.0, 0.2), work_dir=out
            )
            digest = _sha256(original)
            with job.transaction() as session:
                record_report(queries.get_asset(session, asset_id), report, digest)
            if report.source is None or report.verdict is Verdict.REJECT:
                return
            found = report.source
        _look_for_twins(job, asset_id)
        if "preview" not in roles:
            made = render.make_preview(original, found, out, progress=portion(job.renew, 0.2, 0.3))
            record_renditions(job, asset_id, name, made)
        if not any(role.startswith("web_") for role in roles):
            made = render.make_ladder(original, found, out, progress=portion(job.renew, 0.3, 1.0))
            record_renditions(job, asset_id, name, made)
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        asset.state = AssetState.READY
        asset.ready_at = asset.ready_at or job.now()


@contextmanager
def checked_original(storage: Storage, asset: Asset) -> Iterator[Path]:
    """The original as a path, if it still is what was checked. Raises OriginalChanged, and Gone."""
    with storage.local(asset.original_key) as original:
        _compare(original, asset.original_sha256)
        yield original


def _compare(original: Path, digest: str) -> None:
    if _sha256(original) != digest:
        raise OriginalChanged


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_report(asset: Asset, report: Report, digest: str) -> None:
    """Keep what checking found out about an asset's original, whose SHA-256 is `digest`."""
    asset.original_sha256 = digest
    asset.reasons = [
        {
            "code": finding.code,
            "level": finding.level.value,
            "advice": keep_words(finding.advice) if finding.advice else None,
            **keep_words(finding.text),
        }
        for finding in report.findings
    ]
    asset.found = [keep_words(words) for words in report.found]
    if report.source is not None:
        measured = report.measured.facts() if report.measured else {}
        asset.facts = {**report.source.facts(), **measured}
        asset.seconds = report.source.duration
    if report.print is not None:
        asset.print = asset.print or VideoPrint()
        asset.print.signs = report.print.to_bytes()
    refused = report.source is None or report.verdict is Verdict.REJECT
    asset.state = AssetState.REFUSED if refused else AssetState.PROCESSING


def _look_for_twins(job: RunningJob, asset_id: int) -> None:
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


def record_renditions(job: RunningJob, asset_id: int, name: str, made: Sequence[Made]) -> None:
    """Store what the engine made, then tell the database: a row never names a file that is not
    there. A file's name holds the digest of what is in it, so that a version made anew never
    changes one that is being served. Leaves no file of an asset that was discarded meanwhile."""
    storage = job.platform.storage
    keys = {m.role: f"renditions/{name}/{m.role}-{m.sha256[:12]}{m.path.suffix}" for m in made}
    for each in made:
        storage.put(keys[each.role], each.path, each.content_type)
    try:
        _record_rows(job, asset_id, keys, made)
    except LeaseLost:
        with job.platform.sessions() as session:
            _forget_files(session, keys.values())
            session.commit()
        raise
    except Exception:
        if _is_let_go(job, asset_id):
            for key in keys.values():
                storage.delete(key)
        raise


def _forget_files(session: Session, keys: Iterable[str]) -> None:
    """Have files deleted later, those excepted that a rendition names by then."""
    jobs.enqueue(session, "media.forget", delay=REPLACED_KEPT, keys=list(keys))


def delete_files(job: RunningJob, keys: Sequence[str]) -> None:
    """Delete those of the files that no rendition names (any more)."""
    with job.platform.sessions() as session:
        named = set(session.scalars(select(Rendition.key).where(Rendition.key.in_(keys))))
    for key in keys:
        if key not in named:
            job.platform.storage.delete(key)


def _record_rows(
    job: RunningJob, asset_id: int, keys: Mapping[str, str], made: Sequence[Made]
) -> None:
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        known = {r.key for r in asset.renditions if r.role in keys}
        if replaced := sorted(known - set(keys.values())):
            _forget_files(session, replaced)
        for each in made:
            rendition = asset.rendition(each.role)
            if rendition is None:
                rendition = Rendition(role=each.role)
                asset.renditions.append(rendition)
            rendition.key = keys[each.role]
            rendition.content_type = each.content_type
            rendition.bytes = each.bytes
            rendition.sha256 = each.sha256
            rendition.width = each.width
            rendition.height = each.height
            rendition.seconds = each.duration
            rendition.loudness = each.loudness


def remove_asset(job: RunningJob, asset_id: int) -> None:
    """Delete an asset's files and its row. Whoever owned it has let go of it before."""
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
        if again := session.get(Asset, asset_id):
            # What a worker made of it while we were at it.
            late = [r.key for r in again.renditions if r.key not in keys]
            session.delete(again)
    for key in late:
        storage.delete(key)


def try_again(session: Session, asset: Asset, *, now: datetime) -> None:
    """Have a video prepared once more after our side broke."""
    failed = queries.find_failed_job(session, asset)
    if failed is None:
        raise Refused(text("Nothing has failed here; the video is being worked on."))
    jobs.run_again(session, failed, now=now)
