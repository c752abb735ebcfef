"""Background work on winners."""

from __future__ import annotations

from datetime import timedelta

from app.awards import services
from app.core.jobs import RunningJob, task


@task("awards.brand", queue="video", attempts=4, lease=timedelta(seconds=20))
def brand(job: RunningJob, *, entry_id: int, made_of: str = "") -> None:
    """`made_of` stays with the job, to tell later whether its film is out of date."""
    services.brand_winner(job, entry_id)
