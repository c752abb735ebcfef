"""Finding assets and how far they are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.core.jobs import WORKER_SILENT, Job, JobState, is_worker_silent, last_sweep_at
from app.media import rules
from app.media.models import Asset, Rendition, Resemblance, VideoPrint, said_again
from app.media.rules import AssetState
from app.texts import Text
from app.video.measuring import ALIKE, Print, likeness


def get_asset(session: Session, asset_id: int) -> Asset:
    asset = session.get(Asset, asset_id)
    if asset is None:
        raise NotFound
    return asset


def assets_by_id(session: Session, ids: Iterable[int | None]) -> dict[int, Asset]:
    """Assets with their renditions, in a constant number of queries."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    return {a.id: a for a in session.scalars(select(Asset).where(Asset.id.in_(wanted)))}


def standings(
    session: Session, assets: Iterable[Asset], *, now: datetime
) -> dict[int, rules.Standing]:
    """Where each asset stands, in a constant number of queries."""
    listed = list(assets)
    subjects = {asset.subject: asset for asset in listed}
    newest: dict[str, Job] = {}
    if any(a.state not in (rules.AssetState.READY, rules.AssetState.REFUSED) for a in listed):
        for job in session.scalars(
            select(Job)
            .where(Job.subject.in_(subjects), Job.name == "media.process")
            .order_by(Job.id)
        ):
            newest[job.subject] = job
    ahead = _jobs_ahead(session, newest.values())
    unheard = bool(newest) and is_worker_silent(last_sweep_at(session), now)
    found = {}
    for subject, asset in subjects.items():
        known = newest.get(subject)
        found[asset.id] = rules.standing(
            asset.state,
            job_state=known.state if known else None,
            progress=known.progress if known else 0.0,
            place_in_queue=ahead.get(known.id) if known else None,
            is_left_alone=known is not None and _is_left_alone(known, unheard, now),
        )
    return found


def _is_left_alone(job: Job, unheard: bool, now: datetime) -> bool:
    """Whether nobody works on it, nor is there to: it has waited for a minute with no worker to be
    heard of, or whoever had it is gone and it was not taken up again."""
    if job.state == JobState.QUEUED:
        return unheard and now - job.run_at > WORKER_SILENT
    return (
        job.state == JobState.RUNNING
        and job.lease_until is not None
        and now - job.lease_until > WORKER_SILENT
    )


def standing(session: Session, asset: Asset, *, now: datetime) -> rules.Standing:
    return standings(session, [asset], now=now)[asset.id]


def _jobs_ahead(session: Session, waiting: Iterable[Job]) -> dict[int, int]:
    """How many jobs of the same queue come before each one that waits."""
    queued = [job for job in waiting if job.state == JobState.QUEUED]
    if not queued:
        return {}
    unfinished = session.scalars(
        select(Job.id)
        .where(Job.queue == queued[0].queue, Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
        .order_by(Job.id)
    ).all()
    return {job.id: bisect_left(unfinished, job.id) for job in queued}


def find_failed_job(session: Session, asset: Asset) -> Job | None:
    """The job that gave up on this asset, if its newest one did."""
    job = session.scalar(
        select(Job)
        .where(Job.subject == asset.subject, Job.name == "media.process")
        .order_by(Job.id.desc())
        .limit(1)
    )
    return job if job is not None and job.state == JobState.FAILED else None


def findings(asset: Asset) -> list[rules.Finding]:
    """All that checking found, worst first."""
    said = [
        rules.Finding(
            each["code"],
            each["level"],
            said_again(each),
            said_again(each["advice"]) if each["advice"] else None,
        )
        for each in asset.reasons
    ]
    return rules.worst_first(said)


def taken_out(asset: Asset) -> list[Text]:
    """What private things were in the original, and are in nothing that anybody else sees."""
    return [rules.taken_out(said_again(words)) for words in asset.found]


@dataclass(frozen=True)
class Twin:
    """Another asset that is the same file or shows the same picture."""

    asset_id: int
    same_file: bool
    likeness: float


def look_for_twins(session: Session, asset: Asset) -> list[Twin]:
    """All other assets compared with this one: by their files, then by their prints."""
    same = set(
        session.scalars(
            select(Asset.id).where(
                Asset.original_sha256 == asset.original_sha256,
                Asset.original_sha256 != "",
                Asset.id != asset.id,
            )
        )
    )
    twins = [Twin(other_id, True, 1.0) for other_id in sorted(same)]
    if asset.print is None:
        return twins
    mine = Print.from_bytes(asset.print.signs)
    prints = session.execute(
        select(VideoPrint.asset_id, VideoPrint.signs).where(VideoPrint.asset_id != asset.id)
    )
    for other_id, signs in prints.yield_per(200):
        if other_id in same:
            continue
        alike = likeness(mine, Print.from_bytes(signs))
        if alike >= ALIKE:
            twins.append(Twin(other_id, False, alike))
    return twins


PRINT_JOB, PICTURES_JOB = "media.take_print", "media.make_pictures"


def subject_of(topic: str, asset_id: int) -> str:
    """What a job that makes something more of an asset is found by: "print", or a family of small
    pictures."""
    return f"{topic}:{asset_id}"


def count_waiting(session: Session, job_name: str) -> int:
    """How many jobs of that name are still to be done."""
    states = [JobState.QUEUED, JobState.RUNNING]
    asked = select(func.count(Job.id)).where(Job.name == job_name, Job.state.in_(states))
    return session.scalar(asked) or 0


ASKED_AGAIN = timedelta(days=1)
"""What failed by a fault of ours is tried again after that."""


def _was_asked(job_name: str, topic: str, now: datetime) -> ColumnElement[bool]:
    """Whether such a job about the asset of a row was asked for lately."""
    return exists().where(
        Job.name == job_name,
        Job.subject == literal(subject_of(topic, 0)[:-1]) + cast(Asset.id, String),
        or_(Job.state != JobState.FAILED, Job.finished_at > now - ASKED_AGAIN),
    )


def assets_without_print(session: Session, most: int, *, now: datetime) -> list[int]:
    """Ids of films that can be watched, were never compared with others, and were not asked for
    lately; the newest first."""
    return list(
        session.scalars(
            select(Asset.id)
            .outerjoin(VideoPrint, VideoPrint.asset_id == Asset.id)
            .where(
                Asset.state == AssetState.READY,
                VideoPrint.asset_id.is_(None),
                Asset.renditions.any(Rendition.role.startswith("web_")),
                ~_was_asked(PRINT_JOB, "print", now),
            )
            .order_by(Asset.id.desc())
            .limit(max(0, most))
        )
    )


def assets_without_pictures(
    session: Session, family: str, most: int, *, now: datetime
) -> list[int]:
    """Ids of films whose still is there in its full size alone, and was not asked for lately; the
    newest first."""
    return list(
        session.scalars(
            select(Asset.id)
            .where(
                Asset.renditions.any(Rendition.role == rules.PICTURES_OF[family]),
                ~Asset.renditions.any(Rendition.role.startswith(f"{family}_")),
                ~_was_asked(PICTURES_JOB, family, now),
            )
            .order_by(Asset.id.desc())
            .limit(max(0, most))
        )
    )


def twins(session: Session, asset: Asset) -> list[Twin]:
    """What was found to be the same as this asset, whichever of the two came later."""
    rows = session.scalars(
        select(Resemblance)
        .where(or_(Resemblance.asset_id == asset.id, Resemblance.other_id == asset.id))
        .order_by(Resemblance.id)
    )
    found: dict[int, Twin] = {}
    for row in rows:
        other_id = row.other_id if row.asset_id == asset.id else row.asset_id
        found[other_id] = Twin(other_id, row.same_file, row.likeness)
    return list(found.values())
