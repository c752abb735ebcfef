"""Running the jobs that wait, without a worker, and waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import select

from app.core import clock
from app.core.jobs import Job, JobState, run_job
from app.core.platform import Platform

PATIENCE = 90.0


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


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Look every twentieth of a second; give up when it takes far too long."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"Waited in vain until {what}"
        time.sleep(0.05)
