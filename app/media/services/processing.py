"""Preparing a video, and recording what was made of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.errors import Refused
from app.core.jobs import RunningJob
from app.core.storage import Storage
from app.media import queries
from app.media.models import Asset, Rendition, VideoPrint, keep_words
from app.media.queries import PICTURES_JOB, subject_of
from app.media.rules import PICTURES_OF, AssetState
from app.media.services.comparing import look_for_twins
from app.media.services.letting_go import is_let_go
from app.media.services.room import workroom
from app.texts import text
from app.video import plan, render, source
from app.video.render import Made
from app.video.source import Limits, Report, Source
from app.video.step import portion

log = logging.getLogger(__name__)

ROOM = 400 * 1024**2
"""Bytes that must be free before the work begins; a minute in all sizes takes a quarter of it."""
REPLACED_KEPT = timedelta(hours=1)
"""A file that was made anew is let go of when nobody can be in the middle of fetching it."""


class OriginalChanged(Exception):
    """The stored original is not the file that was checked."""


def process_asset(job: RunningJob, asset_id: int) -> None:
    """Check the original, then make preview, poster and web versions.

    Each step is recorded as it is done, so that a run after a crash goes on where the last stopped.
    """
    try:
        _prepare(job, asset_id)
    except Exception:
        # A team that uploads a better version meanwhile has this one removed under our hands, and
        # then any step may be the one that no longer finds its file.
        if not is_let_go(job, asset_id):
            raise


def _prepare(job: RunningJob, asset_id: int) -> None:
    storage = job.platform.storage
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        if asset.state in (AssetState.READY, AssetState.REFUSED, AssetState.UPLOADING):
            return
        checked = asset.state == AssetState.PROCESSING
        digest = asset.original_sha256
        asset.state = AssetState.PROCESSING if checked else AssetState.CHECKING
        key, name = asset.original_key, asset.name
        limits = Limits(min_seconds=asset.min_seconds, max_seconds=asset.max_seconds)
    with workroom(job, f"{name}-", room=ROOM) as out, storage.local(key) as original:
        if checked:
            _compare(original, digest)
            found = source.probe(original)
        else:
            report = _first_look(job, asset_id, name, original, limits, out)
            if report.refused or report.source is None:
                return
            found = report.source
        look_for_twins(job, asset_id)
        with job.platform.sessions() as session:
            roles = {r.role for r in queries.get_asset(session, asset_id).renditions}
        if not {"preview", "poster"} <= roles:
            made = render.make_preview(original, found, out, progress=portion(job.renew, 0.3, 0.4))
            record_renditions(job, asset_id, name, made)
        if not any(role.startswith("web_") for role in roles):
            made = render.make_ladder(original, found, out, progress=portion(job.renew, 0.4, 1.0))
            record_renditions(job, asset_id, name, made)
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        asset.state = AssetState.READY
        asset.ready_at = asset.ready_at or job.now()


def _first_look(
    job: RunningJob, asset_id: int, name: str, original: Path, limits: Limits, out: Path
) -> Report:
    """Check the original and make what is shown first, in one decode. A file that plays as it is
    can be watched before that. Nothing is shown of one that is refused."""

    def shows(found: Source) -> plan.Looking:
        ready = render.remuxed(original, found, out, portion(job.renew, 0.0, 0.02))
        if ready:
            record_renditions(job, asset_id, name, ready)
        asked.append(plan.Looking(out, preview=not ready))
        return asked[0]

    asked: list[plan.Looking] = []
    report = source.check(
        original,
        limits,
        progress=portion(job.renew, 0.0, 0.3),
        shows=shows,
    )
    digest = _sha256(original)
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        record_report(asset, report, digest)
        if report.refused:
            _drop(session, asset, None)
    if report.source is not None and report.made and not report.refused:
        made = render.finished(original, report.source, asked[0])
        record_renditions(job, asset_id, name, made)
    return report


def drop_renditions(job: RunningJob, asset_id: int, roles: Collection[str]) -> None:
    """Let go of versions that are out of date; their files follow."""
    with job.transaction() as session:
        if asset := session.get(Asset, asset_id):
            _drop(session, asset, roles)


def _drop(session: Session, asset: Asset, roles: Collection[str] | None) -> None:
    gone = [each for each in asset.renditions if roles is None or each.role in roles]
    if gone:
        _forget_files(session, [each.key for each in gone])
        for each in gone:
            asset.renditions.remove(each)


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
    asset.state = AssetState.REFUSED if report.refused else AssetState.PROCESSING


class SourceChanged(Exception):
    """What new versions were made of was replaced or let go meanwhile."""


def record_renditions(
    job: RunningJob,
    asset_id: int,
    name: str,
    made: Sequence[Made],
    *,
    made_of: tuple[str, str] | None = None,
) -> None:
    """Store what the engine made, then tell the database: a row never names a file that is not
    there. A file's name holds the digest of what is in it, so that a version made anew never
    changes one that is being served. Leaves no file of an asset that was discarded meanwhile.

    `made_of` is the role and the key of the rendition they were made of; raises SourceChanged where
    another one has its role by now, or none."""
    storage = job.platform.storage
    keys = {m.role: f"renditions/{name}/{m.role}-{m.sha256[:12]}{m.path.suffix}" for m in made}
    try:
        for each in made:
            storage.put(keys[each.role], each.path, each.content_type)
        _record_rows(job, asset_id, keys, made, made_of)
    except Exception:
        _take_back(job, list(keys.values()))
        raise


def _take_back(job: RunningJob, keys: Sequence[str]) -> None:
    """Delete what no rendition names: now, while the job is surely ours, for another worker that
    makes the same gives its files the same names; later, where that or the store can't be had."""
    try:
        job.beat()
        delete_files(job, keys)
    except Exception:
        log.warning("Files that belong to nothing stay for now: %s", keys, exc_info=True)
        try:
            with job.platform.sessions() as session:
                _forget_files(session, keys)
                session.commit()
        except Exception:
            log.exception("And could not be noted either.")


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
    job: RunningJob,
    asset_id: int,
    keys: Mapping[str, str],
    made: Sequence[Made],
    made_of: tuple[str, str] | None,
) -> None:
    with job.transaction() as session:
        asset = queries.get_asset(session, asset_id)
        if made_of is not None:
            # Whoever chooses another still waits, or is waited for.
            session.refresh(asset, with_for_update=True)
            source = asset.rendition(made_of[0])
            if source is None or source.key != made_of[1]:
                raise SourceChanged
        known = {r.key for r in asset.renditions if r.role in keys}
        if replaced := sorted(known - set(keys.values())):
            _forget_files(session, replaced)
        renewed = set()
        for each in made:
            rendition = asset.rendition(each.role)
            if rendition is None:
                rendition = Rendition(role=each.role)
                asset.renditions.append(rendition)
            if rendition.key != keys[each.role]:
                renewed.add(each.role)
            rendition.key = keys[each.role]
            rendition.content_type = each.content_type
            rendition.bytes = each.bytes
            rendition.sha256 = each.sha256
            rendition.width = each.width
            rendition.height = each.height
            rendition.seconds = each.duration
            rendition.loudness = each.loudness
        for family, still in PICTURES_OF.items():
            if still in renewed:
                renew_pictures(session, asset, family)


def ask_for_pictures(session: Session, asset_id: int, family: str) -> None:
    """Have a film's still made in all sizes, once this transaction is committed."""
    jobs.enqueue(
        session,
        PICTURES_JOB,
        subject=subject_of(family, asset_id),
        asset_id=asset_id,
        family=family,
    )


def renew_pictures(session: Session, asset: Asset, family: str) -> None:
    """Let go of the small pictures of a still that another one has taken the place of, and have
    that one made smaller. Until then pages show it in its full size."""
    roles = [r.role for r in asset.renditions if r.role.startswith(f"{family}_")]
    _drop(session, asset, roles)
    ask_for_pictures(session, asset.id, family)


def choose_poster(session: Session, asset: Asset, number: int) -> None:
    """Let the still with this number stand for the film. Raises Refused when there is none."""
    session.refresh(asset, with_for_update=True)
    chosen, poster = asset.rendition(f"poster_{number}"), asset.rendition("poster")
    if chosen is None or poster is None:
        raise Refused(text("That picture is not there any more. Reload the page."))
    if chosen.key == poster.key:
        return
    # A file that no row names goes; the one that two rows name stays.
    _forget_files(session, [poster.key])
    poster.key, poster.sha256, poster.bytes = chosen.key, chosen.sha256, chosen.bytes
    poster.width, poster.height = chosen.width, chosen.height
    renew_pictures(session, asset, "card")
    session.flush()


def try_again(session: Session, asset: Asset, *, now: datetime) -> None:
    """Have a video prepared once more after our side broke."""
    failed = queries.find_failed_job(session, asset)
    if failed is None:
        raise Refused(text("Nothing has failed here; the video is being worked on."))
    if asset.original_gone_at is not None:
        raise Refused(text("The file was deleted as the schedule says. Please upload it anew."))
    jobs.run_again(session, failed, now=now)
