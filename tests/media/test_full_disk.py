"""The disk fills up in the middle of the work, and has room again later.

The disk is a real one, of some megabytes: a child process gets it from bubblewrap. What the child
saw there is what the test looks at.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import make_platform
from app.core import clock, worker
from app.core.audit import AuditEvent
from app.core.jobs import Job, run_job
from app.media.models import Asset
from app.media.services import processing
from app.video.__main__ import main
from config import Config
from tests.factories import receive
from tests.video.clips import film

ROOT = Path(__file__).parents[2]
MIB = 1024**2
DISK = 60 * MIB
TIGHT = 3 * MIB
"""Enough to begin in, and too little for what is made of the film."""


def on_a_small_disk(what: str, disk: Path, *words: Path) -> dict[str, Any]:
    """What `what` of this module tells, run where `disk` is a disk of some megabytes."""
    disk.mkdir()
    bwrap = shutil.which("bwrap") or "bwrap"
    walls = [bwrap, "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    walls += ["--size", str(DISK), "--tmpfs", str(disk)]
    try:
        subprocess.run([*walls, "true"], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no bubblewrap here that can make a small disk")
    # What is written on the side goes to the same disk, as on a server with only one.
    walls += ["--setenv", "TMPDIR", str(disk)]
    done = subprocess.run(  # noqa: S603
        [*walls, sys.executable, "-m", __name__, what, str(disk), *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds that can't be made small."""
    path = tmp_path_factory.mktemp("noisy") / "noisy.mp4"
    return film(path, "-vf", "noise=alls=20:allf=t", "-crf", "32", seconds=6, size="1280x720")


def test_the_engine_leaves_nothing_half_made_and_says_why(noisy: Path, tmp_path: Path) -> None:
    told = on_a_small_disk("engine", tmp_path / "disk", noisy)

    assert told["full"] == {
        "ends": 1,
        "says": "The computer that works on videos has no room left on its disk.",
        "left": [],
    }
    assert told["room again"]["ends"] == 0
    assert told["room again"]["left"] == ["manifest.json", "web_480.mp4", "web_720.mp4"]


@pytest.mark.parametrize("kind", ["in the middle", "before it begins"])
def test_a_job_ends_with_a_reason_and_goes_on_when_there_is_room(
    kind: str, noisy: Path, empty_sqlite: Path, tmp_path: Path
) -> None:
    database = tmp_path / "hoike.db"
    shutil.copyfile(empty_sqlite, database)

    told = on_a_small_disk(kind.replace(" ", "_"), tmp_path / "disk", noisy, database)

    assert told["full"]["state"] == "queued"
    assert told["full"]["error"].startswith("DiskFull: The computer that works on videos has no")
    assert told["full"]["audit"] == ["disk.full"]
    assert told["full"]["left"] == told["full"]["named"]
    assert told["room again"]["state"] == "done"
    assert told["room again"]["audit"] == ["disk.full"]
    assert told["room again"]["left"] == told["room again"]["named"]
    roles = {Path(name).name.partition("-")[0] for name in told["room again"]["named"]}
    assert {"web_720", "web_480", "preview", "poster"} <= roles


# What runs on the small disk


def _filled(disk: Path) -> Path:
    """Takes all room but what is tight."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - TIGHT)
    return filler


def _listed(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def engine(disk: Path, path: Path) -> dict[str, Any]:
    """Renders twice: with too little room, and with enough of it."""
    told, out, answers = {}, disk / "out", disk / "answers"
    filler = _filled(disk)
    for when in ("full", "room again"):
        before = os.dup(1)
        with answers.open("wb+", buffering=0) as taken:
            os.dup2(taken.fileno(), 1)
            ends = main(["render", str(path), str(out), "--recipe", "web"])
            sys.stdout.flush()
            os.dup2(before, 1)
            taken.seek(0)
            answer = json.loads(taken.read())
        told[when] = {"ends": ends, "says": answer.get("error"), "left": _listed(out)}
        filler.unlink(missing_ok=True)
    return told


def _job(disk: Path, path: Path, database: Path, needed: int) -> dict[str, Any]:
    processing.ROOM = needed
    env = {"DATA_DIR": str(disk), "DATABASE_URL": f"sqlite:///{database}"}
    config = Config.from_env(env)
    platform = make_platform(config, worker.make_celery(config.BROKER_URL, config.DATA_DIR))
    with platform.sessions() as session:
        asset = receive(session, platform, path)
        job_id, key = session.scalars(select(Job.id)).one(), asset.original_key
    told = {}
    filler = _filled(disk)
    for when in ("full", "room again"):
        assert run_job(platform, job_id)
        with platform.sessions() as session:
            job = session.get_one(Job, job_id)
            named = [r.key for r in session.scalars(select(Asset)).one().renditions]
            told[when] = {
                "state": job.state,
                "error": job.error,
                "audit": list(session.scalars(select(AuditEvent.action))),
                "named": sorted([key, *set(named)]),
                "left": _listed(disk / "storage" / "files"),
            }
            job.run_at = clock.now()
            session.commit()
        assert not list(platform.work_dir.iterdir())
        filler.unlink(missing_ok=True)
        processing.ROOM = MIB
    return told


def in_the_middle(disk: Path, path: Path, database: Path) -> dict[str, Any]:
    """The job begins, for it does not know how much it will need."""
    return _job(disk, path, database, needed=MIB)


def before_it_begins(disk: Path, path: Path, database: Path) -> dict[str, Any]:
    """The job sees at once that there is too little."""
    return _job(disk, path, database, needed=2 * TIGHT)


if __name__ == "__main__":
    ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
        each.__name__: each for each in (engine, in_the_middle, before_it_begins)
    }
    sys.stdout.write(json.dumps(ACTIONS[sys.argv[1]](*map(Path, sys.argv[2:]))))
