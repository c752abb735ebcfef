"""Runs end when they should, leave nobody behind, and see nothing they were not shown."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from app.texts import text
from app.video import landlock
from app.video import run as running
from app.video.run import EngineFailed, HostFailed, TimedOut, run, sandbox
from app.video.step import Step, portion
from tests.video.clips import film


def _endless(mark: str, *, wall: float = 30.0, stall: float = 30.0) -> Step:
    args = ("-f", "lavfi", "-i", "testsrc2=size=320x180", "-metadata", f"comment={mark}")
    return Step("ffmpeg", (*args, "-f", "null", "-"), seconds=1e6, wall=wall, stall=stall)


def _alive(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in words:
                found.append(int(folder.name))
    return found


def _gone(mark: str, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not _alive(mark):
            return True
    return False


def test_a_finished_run_tells_how_far_it_came() -> None:
    shares: list[float] = []
    args = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-t", "2", "-f", "null", "-")

    outcome = run(Step("ffmpeg", args, seconds=2.0), shares.append)

    assert outcome.frames == 50
    assert outcome.seconds == pytest.approx(2.0, abs=0.05)
    assert outcome.errors == 0
    assert shares[-1] == 1.0


def test_a_failing_run_explains_itself() -> None:
    with pytest.raises(EngineFailed) as failed:
        run(Step("ffmpeg", ("-f", "lavfi", "-i", "no_such_source", "-f", "null", "-")))

    assert "no_such_source" in failed.value.tail
    assert str(failed.value.text)


def test_cancelling_kills_the_whole_group() -> None:
    mark = uuid.uuid4().hex
    seen: list[list[int]] = []

    class Cancelled(Exception):
        pass

    def progress(share: float) -> None:
        seen.append(_alive(mark))
        raise Cancelled

    with pytest.raises(Cancelled):
        run(_endless(mark), progress)

    assert seen[0]
    assert _gone(mark)


def test_the_wall_clock_ends_a_run() -> None:
    mark = uuid.uuid4().hex

    with pytest.raises(TimedOut):
        run(_endless(mark, wall=1.0))

    assert _gone(mark)


def test_standing_still_ends_a_run() -> None:
    mark = uuid.uuid4().hex
    # The picture comes no faster than the clock, and the first one after an hour.
    args = ("-re", "-f", "lavfi", "-i", "testsrc2=rate=1/3600", "-metadata", f"comment={mark}")

    with pytest.raises(TimedOut):
        run(Step("ffmpeg", (*args, "-f", "null", "-"), wall=20.0, stall=1.0))

    assert _gone(mark)


def test_ffmpeg_dies_with_its_worker() -> None:
    mark = uuid.uuid4().hex
    code = (
        "import sys; from app.video.run import run; from app.video.step import Step;"
        f"run(Step('ffmpeg', {_endless(mark).args!r}, seconds=1e6, wall=60),"
        " lambda share: print('going', flush=True))"
    )
    worker = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"going\n"
        assert _alive(mark)
        worker.send_signal(signal.SIGKILL)

    assert _gone(mark)


@pytest.mark.skipif(sandbox() != "bubblewrap", reason="bubblewrap does not work here")
def test_a_run_sees_only_what_it_was_shown(tmp_path: Path) -> None:
    shown = film(tmp_path / "shown", "-f", "mp4", seconds=0.2)
    hidden = film(tmp_path / "hidden", "-f", "mp4", seconds=0.2)

    run(Step("ffmpeg", ("-i", f"file:{shown}", "-f", "null", "-"), reads=(shown,)))

    with pytest.raises(EngineFailed) as failed:
        run(Step("ffmpeg", ("-i", f"file:{hidden}", "-f", "null", "-"), reads=(shown,)))
    assert "No such file" in failed.value.tail


@pytest.mark.skipif(sandbox() != "bubblewrap", reason="bubblewrap does not work here")
def test_a_run_reaches_no_network() -> None:
    with pytest.raises(EngineFailed) as failed:
        run(Step("ffmpeg", ("-i", "tcp://127.0.0.1:9?timeout=1000000", "-f", "null", "-")))

    assert "refused" in failed.value.tail or "unreachable" in failed.value.tail


def test_a_flood_of_complaints_ends_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_STDERR", 1000)
    args = ("-f", "lavfi", "-i", "testsrc2=size=64x64,showinfo", "-f", "null", "-")

    with pytest.raises(EngineFailed):
        run(Step("ffmpeg", args, wall=20.0, loglevel="level+info"))


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(HostFailed, match="no-such-program"):
        running.find_tool("no-such-program")


def test_a_program_that_can_not_be_started_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_launchers", lambda: ("nice", "-n", "very"))

    with pytest.raises(HostFailed, match="could not start"):
        run(Step("ffprobe", ("-version",)))


def test_a_title_can_not_fill_the_disk(tmp_path: Path) -> None:
    """What a film says of itself is printed where the program's complaints are."""
    title = "title=[error] av_interleaved_write_frame(): No space left on device"
    path = film(tmp_path / "src", "-f", "mp4", "-metadata", title, seconds=1)
    args = ("-i", f"file:{path}", "-f", "null", "-")

    outcome = run(Step("ffmpeg", args, reads=(path,), wall=20.0, loglevel="level+info"))

    assert "No space left on device" in outcome.tail


def test_a_program_that_the_computer_kills_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_launchers", lambda: ("sh", "-c", "kill -KILL $$"))

    with pytest.raises(HostFailed, match="perhaps for want of memory"):
        run(Step("ffprobe", ("-version",)))


def test_the_walls_are_looked_for_again_once_there_is_a_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = running.sandbox()
    real = running.find_tool
    caches = (running.sandbox, running._walls_hold, running._locks_hold)
    for each in caches:
        each.cache_clear()

    def missing(name: str) -> Path:
        raise HostFailed(text("%(program)s is not installed.", program=name))

    monkeypatch.setattr(running, "find_tool", missing)
    with pytest.raises(HostFailed):
        running.sandbox()
    assert "is not installed" in str(running.confinement())

    monkeypatch.setattr(running, "find_tool", real)
    assert running.sandbox() == now


def test_portions_of_progress_add_up() -> None:
    shares: list[float] = []

    first, second = portion(shares.append, 0.0, 0.25), portion(shares.append, 0.25, 1.0)
    assert first is not None
    assert second is not None
    for share in (0.0, 1.0):
        first(share)
    second(1.0)

    assert shares == [0.0, 0.25, 1.0]
    assert portion(None, 0.0, 1.0) is None


@pytest.fixture
def landlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer where bubblewrap does not work."""
    sandbox.cache_clear()
    monkeypatch.setattr(running, "_walls_hold", lambda: False)
    if sandbox() != "landlock":
        sandbox.cache_clear()
        pytest.skip("this kernel has no Landlock")


@pytest.mark.usefixtures("landlocked")
def test_without_bubblewrap_the_kernels_locks_hold(tmp_path: Path) -> None:
    try:
        shown, hidden, folder = tmp_path / "shown", tmp_path / "hidden", tmp_path / "out"
        folder.mkdir()
        for path in (shown, hidden):
            film(path, "-f", "mp4", seconds=0.5)

        def copying(source: Path, target: Path) -> Step:
            args = ("-f", "mov", "-i", f"file:{source}", "-c", "copy", "-f", "mp4", str(target))
            return Step("ffmpeg", args, reads=(shown,), folder=folder)

        run(copying(shown, folder / "made.mp4"))
        assert (folder / "made.mp4").stat().st_size > 1000
        for step in (copying(hidden, folder / "stolen.mp4"), copying(shown, tmp_path / "x.mp4")):
            with pytest.raises(EngineFailed) as failed:
                run(step)
            assert "Permission denied" in failed.value.tail
        assert sorted(p.name for p in tmp_path.iterdir()) == ["hidden", "out", "shown"]
        assert "kernel's own locks" in str(running.confinement())
    finally:
        sandbox.cache_clear()


@pytest.mark.usefixtures("landlocked")
def test_behind_the_kernels_locks_there_is_no_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        step = Step("ffmpeg", ("-i", f"tcp://127.0.0.1:{port}", "-f", "null", "-"))
        try:
            if landlock.abi() < 4:
                pytest.skip("this kernel's Landlock knows no network")
            with pytest.raises(EngineFailed) as failed:
                run(step)
            assert "Permission denied" in failed.value.tail
        finally:
            sandbox.cache_clear()
