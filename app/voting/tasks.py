"""The count, as a background job."""

from __future__ import annotations

from app.core.jobs import RunningJob, task
from app.voting import services


@task("voting.count", queue="mail", attempts=5)
def count(job: RunningJob, *, season_id: int) -> None:
    services.count_votes(job, season_id=season_id)
