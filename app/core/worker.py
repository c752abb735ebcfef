"""Celery, the engine that runs the jobs and the doorbell that wakes it. Its settings stand here.

The broker carries nothing but job numbers; losing one costs seconds (the sweeper rings again), and
a second delivery finds the row already claimed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES, filesystem

from app.core import jobs

if TYPE_CHECKING:
    from app.core.platform import Platform

SWEEP_SECONDS = 3.0


class FolderChannel(filesystem.Channel):
    """Kombu's queue in a folder, where a reader never meets a message that is half written."""

    def _put(self, *given: Any, **_options: Any) -> None:
        queue, message = given  # Kombu's own classes call the second by two names.
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        part = folder / f"{name}.part"
        part.write_text(json.dumps(message))
        part.replace(folder / name)


class FolderTransport(filesystem.Transport):
    """Reading half a message ends a worker, and with it whatever it renders just then."""

    Channel = FolderChannel


# Every process names the broker by the same scheme, so the better one takes its place.
TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{FolderTransport.__name__}"


def make_celery(broker_url: str, data_dir: Path) -> Celery:
    """A Celery application for `broker_url`; `filesystem://` keeps its queue in the data folder."""
    if broker_url == "filesystem://":
        broker_url = "filesystem://localhost//"  # The same, in words that no library warns of.
    celery = Celery("hoike", broker=broker_url, set_as_current=False)
    options: dict[str, Any] = {}
    if broker_url.startswith("filesystem"):
        queue, control = data_dir / "queue", data_dir / "queue-control"
        for folder in (queue, control):
            folder.mkdir(parents=True, exist_ok=True)
        options = {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(control),
        }
    elif broker_url.startswith("redis"):
        options = {
            "visibility_timeout": int(timedelta(hours=6).total_seconds()),
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        }
    celery.conf.update(
        broker_transport_options=options,
        broker_connection_retry_on_startup=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=8,
        worker_hijack_root_logger=False,
        task_default_queue="mail",
        beat_schedule_filename=str(data_dir / "beat-schedule"),
        beat_schedule={
            "sweep": {"task": "hoike.sweep", "schedule": SWEEP_SECONDS},
            "tick": {"task": "hoike.tick", "schedule": 60.0},
        },
    )
    return celery


def make_ring(celery: Celery) -> Callable[[int, str], None]:
    """The doorbell: tells some worker on `queue` that job `job_id` waits."""

    def ring(job_id: int, queue: str) -> None:
        celery.send_task("hoike.run", args=[job_id], queue=queue, retry=False)

    return ring


def serve(celery: Celery, platform: Platform, tick: Callable[[Platform], None]) -> None:
    """Register what a worker answers to. `tick` enqueues whatever has become due."""
    ring = make_ring(celery)

    def run(job_id: int) -> None:
        jobs.run_job(platform, job_id)

    def sweep() -> None:
        for job_id, queue in jobs.sweep(platform):
            ring(job_id, queue)

    def tick_now() -> None:
        tick(platform)

    celery.task(run, name="hoike.run")
    celery.task(sweep, name="hoike.sweep")
    celery.task(tick_now, name="hoike.tick")
