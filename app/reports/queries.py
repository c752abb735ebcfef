"""Counts and lists for the organizers' dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core.audit import AuditEvent
from app.core.errors import NotFound
from app.core.jobs import Job, JobState
from app.core.mail import OutgoingMail
from app.core.storage import Storage
from app.entries import queries as entries
from app.entries.rules import EntryStatus
from app.media.services import FULL_STORAGE, FULL_TOLD_EVERY
from app.schools.models import School

ROOM_SCARCE = 6 * 1024**3
"""Below this, one more film of two gigabytes may be refused (see `FolderStorage.begin`)."""


@dataclass(frozen=True)
class Waiting:
    """What somebody should do something about."""

    schools: int
    to_screen: int
    failed_jobs: int
    running_jobs: int


def waiting(session: Session, season: Season) -> Waiting:
    schools = session.scalar(
        select(func.count(School.id)).where(
            School.approved_at.is_(None),
            School.turned_down_at.is_(None),
            School.listed_at.is_(None),
        )
    )
    states = select(Job.state, func.count(Job.id)).group_by(Job.state)
    jobs = {state: int(count) for state, count in session.execute(states)}
    return Waiting(
        schools=int(schools or 0),
        to_screen=entries.count_by_status(session, season).get(EntryStatus.SUBMITTED, 0),
        failed_jobs=jobs.get(JobState.FAILED, 0),
        running_jobs=jobs.get(JobState.RUNNING, 0) + jobs.get(JobState.QUEUED, 0),
    )


def count_approved_schools(session: Session) -> int:
    return int(
        session.scalar(select(func.count(School.id)).where(School.approved_at.is_not(None))) or 0
    )


def newest_jobs(session: Session, *, most: int = 100) -> list[Job]:
    """Failed jobs first, then what waits or runs, then what is done."""
    order = (Job.state != JobState.FAILED, Job.state == JobState.DONE, Job.id.desc())
    return list(session.scalars(select(Job).order_by(*order).limit(most)))


VIDEO_QUEUE = "video"


def can_be_stopped(job: Job) -> bool:
    """Whether it waits or runs, and may be ended. What forgets and deletes is not to be stopped by
    anybody."""
    return job.queue == VIDEO_QUEUE and job.state in (JobState.QUEUED, JobState.RUNNING)


def get_stoppable_job(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or not can_be_stopped(job):
        raise NotFound
    return job


def get_failed_job(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id)
    if job is None or job.state != JobState.FAILED:
        raise NotFound
    return job


def newest_mails(session: Session, *, most: int = 200) -> list[OutgoingMail]:
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(most)))


def get_mail(session: Session, mail_id: int) -> OutgoingMail:
    mail = session.get(OutgoingMail, mail_id)
    if mail is None:
        raise NotFound
    return mail


def newest_events(session: Session, *, most: int = 200) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(most)))


@dataclass(frozen=True)
class Room:
    """Whether there is room for videos."""

    free_bytes: int | None
    """None where nobody can tell: a bucket takes what it is given."""
    full_at: datetime | None
    """When there was no room for a video, if that was within a day."""

    @property
    def is_scarce(self) -> bool:
        return self.full_at is not None or (
            self.free_bytes is not None and self.free_bytes < ROOM_SCARCE
        )


def room(session: Session, storage: Storage, *, now: datetime) -> Room:
    newest = select(func.max(AuditEvent.at)).where(
        AuditEvent.action == FULL_STORAGE, AuditEvent.at > now - FULL_TOLD_EVERY
    )
    return Room(storage.free_bytes(), session.scalar(newest))
