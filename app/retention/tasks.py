"""The daily job."""

from __future__ import annotations

from datetime import timedelta

from app.core.jobs import RunningJob, task
from app.retention import services


@task("retention.keep", queue="mail", attempts=3, lease=timedelta(minutes=2))
def keep(job: RunningJob) -> None:
    services.keep_schedule(job.platform, transaction=job.transaction, now=job.now())
