"""What organizers do about the machinery."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit, jobs
from app.core.errors import require
from app.core.jobs import Job
from app.reports import permissions


def stop_job(session: Session, *, actor: User, job: Job, now: datetime) -> None:
    """End a job that waits or runs; it can be run again."""
    require(permissions.can_run_jobs_again(actor))
    jobs.stop(session, job, now=now)
    audit.record(session, actor, "job.stopped", job.id, name=job.name)


def run_again(session: Session, *, actor: User, job: Job, now: datetime) -> None:
    """Queue a failed job once more, with all its attempts."""
    require(permissions.can_run_jobs_again(actor))
    jobs.run_again(session, job, now=now)
    audit.record(session, actor, "job.run-again", job.id, name=job.name)
