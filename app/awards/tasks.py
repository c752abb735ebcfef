"""Background work on winners."""

from __future__ import annotations

from datetime import timedelta

from app.awards import services
from app.awards.queries import FILM_JOB, STATION_JOB
from app.core.jobs import RunningJob, task


@task(STATION_JOB, queue="video", attempts=3, lease=timedelta(seconds=20))
def station_kit(job: RunningJob, *, entry_id: int, prores: bool = False) -> None:
    services.make_station_kit(job, entry_id, prores=prores)


@task(FILM_JOB, queue="video", attempts=4, lease=timedelta(seconds=20))
def brand(job: RunningJob, *, entry_id: int, made_of: str = "") -> None:
    """`made_of` stays with the job, to tell later whether its film is out of date."""
    services.brand_winner(job, entry_id)
