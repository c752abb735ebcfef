"""Somebody pulls the plug thirty times while a film is made; in the end there is one good set."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from app.video.render.made import MAKING
from tests.video.clips import film

ROOT = Path(__file__).parents[2]
KILLS = 30


def alive(mark: str) -> list[str]:
    """Names of programs that still work on the film."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark.encode() in words and state != "Z":
                found.append(words.split(b"\0")[0].decode())
    return found


def test_thirty_kills_leave_one_good_set_and_no_orphan(tmp_path: Path) -> None:
    source = film(tmp_path / "source-of-kills.mp4", seconds=2.0, size="1280x720")
    out = tmp_path / "made"
    command = [sys.executable, "-m", "app.video", "render", str(source), str(out)]
    command += ["--recipe", "web"]
    dice = random.Random(7)  # noqa: S311
    made: dict[str, str] = {}
    for _ in range(KILLS):
        run = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            run.wait(dice.uniform(0.3, 2.0))
        except subprocess.TimeoutExpired:
            os.kill(run.pid, signal.SIGKILL)
            run.wait()
        deadline = time.monotonic() + 10
        while alive(source.name):
            assert time.monotonic() < deadline, alive(source.name)
        # What stands under its final name is whole, whenever the plug was pulled.
        for path in out.glob("web_*.mp4"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert made.setdefault(path.name, digest) == digest

    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120)  # noqa: S603

    manifest = json.loads((out / "manifest.json").read_text())
    files = {one["file"]: one["sha256"] for one in manifest["files"]}
    assert set(files) == {"web_720.mp4", "web_480.mp4"}
    for name, digest in files.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert sorted(p.name for p in out.iterdir() if not p.name.startswith(MAKING)) == sorted(
        [*files, "manifest.json"]
    )
    assert not list(out.glob(f"{MAKING}*"))
