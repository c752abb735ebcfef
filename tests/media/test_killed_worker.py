"""Somebody pulls the plug in the middle of a transcode; the video becomes ready all the same, once.

The workers are the real ones, started as scripts/server starts them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import make_platform
from app.core import clock, worker
from app.core.jobs import Job, JobState
from app.core.platform import Platform
from app.media import services
from app.media.models import Asset, Rendition
from app.media.rules import AssetState
from config import Config
from scripts.supervisor import ROOT, worker_command
from tests.video.clips import film
from tests.waiting import wait_until

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


def family_of(pid: int) -> dict[int, str]:
    """The names of a process and of everything it started, by process id."""
    found: dict[int, str] = {}
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
            found[int(entry.name)] = name
            children.setdefault(int(rest.split()[1]), []).append(int(entry.name))
    listed, family = [pid], {}
    while listed:
        one = listed.pop()
        if one in found:
            family[one] = found[one]
        listed += children.get(one, [])
    return family


def lives(pid: int, name: str) -> bool:
    """Whether this very process is still there; a zombie that nobody buried is not."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return f"({name})" in words and words.rpartition(")")[2].split()[0] != "Z"


@contextmanager
def running_worker(queue: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that leads a process group of its own, as under scripts/server."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603
            worker_command(queue, beat=queue == "mail"),
            env=env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        pull_the_plug(process)


def pull_the_plug(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def installation(tmp_path: Path, empty_sqlite: Path) -> tuple[Platform, dict[str, str]]:
    """A platform on SQLite and a folder, and the environment that makes workers share it."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copyfile(empty_sqlite, data / "hoike.db")
    env = {k: v for k, v in os.environ.items() if k in KEPT}  # noqa: TID251
    env |= {"DATA_DIR": str(data), "LOG_LEVEL": "info", "REMAP_SIGTERM": "SIGQUIT"}
    config = Config.from_env(env)
    return make_platform(config, worker.make_celery(config.BROKER_URL, config.DATA_DIR)), env


def test_a_video_becomes_ready_once_though_its_worker_was_killed(
    installation: tuple[Platform, dict[str, str]], tmp_path: Path
) -> None:
    platform, env = installation
    clip = film(tmp_path / "clip.mp4", seconds=20, size="1280x720")
    log = tmp_path / "worker.log"

    def job(name: str = "media.process") -> Job:
        with platform.sessions() as session:
            return session.scalars(select(Job).where(Job.name == name)).one()

    with running_worker("mail", env, log):
        with running_worker("video", env, log) as first:
            with platform.sessions() as session:
                asset_id = services.receive_file(
                    session,
                    platform.storage,
                    path=clip,
                    most_bytes=10**9,
                    min_seconds=15,
                    max_seconds=60,
                    now=clock.now(),
                ).id
                session.commit()
            wait_until(
                lambda: job().state == JobState.RUNNING and job().progress > 0.3,
                "the versions for the web are being made",
            )
            # Between two steps there is none for a moment.
            wait_until(lambda: "ffmpeg" in family_of(first.pid).values(), "ffmpeg is at work")
            family = family_of(first.pid)
            pull_the_plug(first)
            for pid, name in family.items():
                wait_until(lambda p=pid, n=name: not lives(p, n), f"{name} is gone")  # type: ignore[misc]
        assert (job().state, job().attempt) == (JobState.RUNNING, 1)
        with platform.sessions() as session:
            # Its lease would run out in less than twenty seconds; they pass now.
            dead = session.get_one(Job, job().id)
            dead.lease_until = clock.now() - timedelta(seconds=1)
            dead.rung_at = clock.now() - timedelta(seconds=30)
            session.commit()
        with running_worker("video", env, log):
            wait_until(lambda: job().state == JobState.DONE, log.read_text())
            wait_until(lambda: job("media.make_pictures").state == JobState.DONE, log.read_text())

    assert job().attempt == 2
    with platform.sessions() as session:
        asset = session.get_one(Asset, asset_id)
        assert asset.state == AssetState.READY
        count = func.count(Rendition.id)
        counted = session.execute(
            select(Rendition.role, count).group_by(Rendition.role).order_by(Rendition.role)
        ).all()
        assert [tuple(row) for row in counted] == [
            *((f"card_{w}_{k}", 1) for w in (320, 640, 960) for k in ("avif", "jpg", "webp")),
            ("poster", 1),
            *((f"poster_{number}", 1) for number in range(1, 6)),
            ("preview", 1),
            ("storyboard", 1),
            ("storyboard_times", 1),
            ("web_480", 1),
            ("web_720", 1),
        ]
        for rendition in asset.renditions:
            assert platform.storage.size(rendition.key) == rendition.bytes
    folder = platform.work_dir.parent / "storage" / "files" / "renditions" / asset.name
    assert len([path for path in folder.iterdir() if not path.name.startswith(".")]) == 20
    platform.engine.dispose()
