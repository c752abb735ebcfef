"""Running the jobs that wait, without a worker."""

from __future__ import annotations

from sqlalchemy import select

from app.core import clock
from app.core.jobs import Job, JobState, run_job
from app.core.platform import Platform


def run_waiting(platform: Platform, *, most: int = 200) -> int:
    """Run every job that waits, here and now, and whatever those enqueue; returns how many ran."""
    ran = 0
    while ran < most:
        with platform.sessions() as session:
            waiting = session.scalars(
                select(Job.id)
                .where(Job.state == JobState.QUEUED, Job.run_at <= clock.now())
                .order_by(Job.id)
            ).all()
        if not waiting:
            break
        for job_id in waiting:
            ran += run_job(platform, job_id)
    return ran
