"""Background work on videos."""

from __future__ import annotations

from datetime import timedelta

from app.core.jobs import RunningJob, task
from app.media import services
from app.media.queries import PICTURES_JOB, PRINT_JOB


@task("media.process", queue="video", attempts=4, lease=timedelta(seconds=20))
def process(job: RunningJob, *, asset_id: int) -> None:
    services.process_asset(job, asset_id)


@task(PRINT_JOB, queue="video", attempts=2, lease=timedelta(seconds=20))
def take_print(job: RunningJob, *, asset_id: int) -> None:
    services.take_print(job, asset_id)


@task(PICTURES_JOB, queue="video", attempts=3)
def make_pictures(job: RunningJob, *, asset_id: int, family: str) -> None:
    services.make_pictures(job, asset_id, family)


@task("media.remove", queue="mail", attempts=5)
def remove(job: RunningJob, *, asset_id: int) -> None:
    services.remove_asset(job, asset_id)


@task("media.end_trial", queue="mail", attempts=5)
def end_trial(job: RunningJob, *, key: str, upload: str) -> None:
    services.end_trial(job, key, upload)


@task("media.forget", queue="mail", attempts=5)
def forget(job: RunningJob, *, keys: list[str]) -> None:
    services.delete_files(job, keys)


@task("media.forget_original", queue="mail", attempts=5)
def forget_original(job: RunningJob, *, asset_id: int) -> None:
    services.delete_original(job, asset_id)


@task("media.empty", queue="mail", attempts=5)
def empty(job: RunningJob, *, asset_id: int) -> None:
    services.delete_all_files(job, asset_id)
