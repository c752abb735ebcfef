"""The only place that starts a program, and the only one that ends it.

Every run is its own process group, dies with its worker, is niced and limited, sees only the files
its step names (in bubblewrap, where that works) and is watched: no advance for too long, too long
in all, or too much complaint on stderr, and the whole group is killed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from app.texts import Text, text
from app.video.step import Progress, Step

__all__ = [
    "DiskFull",
    "EngineFailed",
    "HostFailed",
    "Outcome",
    "Progress",
    "RunFailed",
    "TimedOut",
    "confinement",
    "find_tool",
    "run",
    "sandbox",
]

LANDLOCK = Path(__file__).with_name("landlock.py")
GIB = 1024**3
TAIL_BYTES = 64 * 1024
MOST_STDERR = 8 * 1024**2
MOST_STDOUT = 32 * 1024**2
BEAT = 0.5
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


class RunFailed(Exception):
    """A program did not do what it was run for; `text` is for people, `tail` is what it last
    said."""

    def __init__(self, text: Text, tail: str = "") -> None:
        super().__init__(f"{text}\n{tail[-2000:]}" if tail else str(text))
        self.text = text
        self.tail = tail


class EngineFailed(RunFailed):
    """A rendition could not be made of this material."""


# Only what the program itself complains of counts: a film's own title may say anything.
SAID = re.compile(r"^(?:\[[^\]\n]+ @ 0x[0-9a-f]+\] )?\[(?:error|fatal)\] ", re.MULTILINE)
NO_SPACE = re.compile(SAID.pattern + r".*(?:No space left|Disk quota exceeded)", re.MULTILINE)
LAUNCHERS = ("bwrap: ", "prlimit: ", "setpriv: ", "nice: ", "landlock: ")
"""How what starts a program complains when it cannot."""
KILLED = {-signal.SIGKILL, 128 + signal.SIGKILL}
"""Ends that are not ours: whom we kill we do not ask how it ended."""
SCARCE = 1024**2
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class HostFailed(RunFailed):
    """The computer could not do its part, which is no fault of the file: try again."""


class DiskFull(HostFailed):
    """There is no room for what is being made; our own files say so by an OSError of `NO_ROOM`."""

    def __init__(self, tail: str = "") -> None:
        super().__init__(
            text("The computer that works on videos has no room left on its disk."), tail
        )


class TimedOut(EngineFailed):
    """The run was killed by its wall clock or because it no longer advanced."""

    def __init__(self, text: Text, tail: str, seconds: float) -> None:
        super().__init__(text, tail)
        self.seconds = seconds


@dataclass(frozen=True)
class Outcome:
    """What a finished run left: its answer, its last words, and how far it came.

    `frames` and `seconds` are ffmpeg's own count of written frames and of the longest written
    stream; `errors` counts the lines it logged as errors.
    """

    stdout: bytes
    tail: str
    frames: int
    seconds: float
    errors: int


@cache
def find_tool(name: str) -> Path:
    """The program on the PATH, or beside the running Python (where a set-up without root puts it).

    Raises `HostFailed` when there is none.
    """
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        raise HostFailed(text("%(program)s is not installed on this computer.", program=name))
    return Path(found).resolve()


@cache
def sandbox() -> str:
    """What holds the programs that open uploads: `bubblewrap`, `landlock` where it can't run, or
    `flags` where neither can. Raises `HostFailed` while there is no program to hold, and asks again
    the next time."""
    if _walls_hold():
        return "bubblewrap"
    return "landlock" if _locks_hold() else "flags"


def confinement() -> Text:
    """The same in words, for an organizer."""
    try:
        sandbox()
    except HostFailed as failed:
        return failed.text
    if sandbox() == "bubblewrap":
        return text("Videos are opened in a sealed room: no network, no file but the video itself.")
    if sandbox() == "landlock":
        return text(
            "Videos are opened behind the kernel's own locks: no file but the video itself. With "
            "bubblewrap installed they would be in a room of their own."
        )
    return text(
        "Videos are opened with limits only. Install bubblewrap, or let it make user namespaces, "
        "to close them off from everything else."
    )


@cache
def _walls_hold() -> bool:
    argv = [*_walls(Step("ffmpeg", ())), str(find_tool("ffmpeg")), "-version"]
    return _works(argv)


@cache
def _locks_hold() -> bool:
    argv = [*_locks(Step("ffmpeg", ())), str(find_tool("ffmpeg")), "-version"]
    return _works(argv)


@cache
def _launchers() -> tuple[str, ...]:
    """Wrappers that work here, outermost first: death with the parent, low priority."""
    prefix: list[str] = []
    for candidate in (["setpriv", "--pdeathsig", "KILL", "--"], ["nice", "-n", "10"]):
        if _works([*candidate, "true"]):
            prefix += candidate
    return tuple(prefix)


@cache
def _can_limit() -> bool:
    return _works(["prlimit", "--core=0", "--", "true"])


def _works(argv: Sequence[str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - our own fixed words
            argv, env=ENVIRONMENT, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _walls(step: Step) -> list[str]:
    argv = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        argv += ["--setenv", name, value]
    argv += ["--ro-bind", "/usr", "/usr", "--tmpfs", "/tmp", "--dev", "/dev"]  # noqa: S108
    for name in ("bin", "lib", "lib64"):
        argv += ["--symlink", f"usr/{name}", f"/{name}"]
    argv += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    tool = find_tool(step.tool)
    if not tool.is_relative_to("/usr"):
        argv += ["--ro-bind", str(tool), str(tool)]
    for path in step.reads:
        argv += ["--ro-bind", str(path), str(path)]
    if step.folder is not None:
        argv += ["--bind", str(step.folder), str(step.folder), "--chdir", str(step.folder)]
    return [*argv, "--"]


def _locks(step: Step) -> list[str]:
    argv = [sys.executable, "-I", str(LANDLOCK)]
    for path in (find_tool(step.tool), *step.reads):
        argv += ["--read", str(path)]
    if step.folder is not None:
        argv += ["--write", str(step.folder)]
    return [*argv, "--"]


def _limits(step: Step) -> list[str]:
    cores = os.cpu_count() or 1
    memory = 4 * GIB + cores * GIB // 4
    return [
        "prlimit",
        f"--as={memory}",
        f"--cpu={int(step.wall * cores) + 10}",
        f"--fsize={4 * GIB}",
        "--nofile=256",
        "--core=0",
        "--",
    ]


def command(step: Step) -> list[str]:
    """The whole command line of a step, wrappers included."""
    argv = list(_launchers())
    if _can_limit():
        argv += _limits(step)
    if sandbox() == "bubblewrap":
        argv += _walls(step)
    elif sandbox() == "landlock":
        argv += _locks(step)
    argv.append(str(find_tool(step.tool)))
    if step.tool in ("ffmpeg", "ffprobe"):
        argv += ["-hide_banner", "-v", step.loglevel, "-max_alloc", "500000000"]
    if step.tool == "ffmpeg":
        argv += ["-nostdin", "-nostats", "-y", "-progress", "pipe:1"]
    return [*argv, *step.args]


def run(step: Step, progress: Progress | None = None) -> Outcome:
    """Run a step to its end.

    Raises `EngineFailed` when the program fails, `TimedOut` when it was too slow, `HostFailed` when
    the computer is at fault, and whatever `progress` raises; in each case nothing of the process
    group is left alive.
    """
    argv = command(step)
    # In memory: what a program says of a full disk must not need room on it.
    with os.fdopen(os.memfd_create("stderr"), "w+b") as stderr:
        process = subprocess.Popen(  # noqa: S603 - a list of words, never a shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=ENVIRONMENT,
            cwd=step.folder or "/",
            start_new_session=True,
        )
        watch = _Watch(step, process, stderr, progress)
        try:
            watch.follow()
        except BaseException:
            _kill(process)
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
        tail = _tail(stderr)
        if process.returncode != 0 or NO_SPACE.search(tail):
            raise _explained(step, process.returncode, tail)
        return watch.outcome(tail, _count_errors(stderr))


class _Watch:
    """Follows one running process: reads what it prints, notices when it stands still."""

    def __init__(
        self,
        step: Step,
        process: subprocess.Popen[bytes],
        stderr: IO[bytes],
        progress: Progress | None,
    ) -> None:
        self.step = step
        self.process = process
        self.stderr = stderr
        self.progress = progress
        self.stdout = bytearray()
        self.partial = b""
        self.frames = 0
        self.seconds = 0.0

    def follow(self) -> None:
        if self.process.stdout is None:
            raise EngineFailed(text("The video program could not be started."))
        pipe = self.process.stdout.fileno()
        started = advanced = told = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                before = (self.frames, self.seconds, len(self.stdout))
                if selector.select(timeout=0.25):
                    chunk = os.read(pipe, 65536)
                    if not chunk:
                        break
                    self._take(chunk)
                now = time.monotonic()
                if (self.frames, self.seconds, len(self.stdout)) != before:
                    advanced = now
                if self.progress is not None and now - told >= BEAT:
                    told = now
                    self.progress(self._share())
                self._judge(now - started, now - advanced)
        self.process.wait(timeout=10)
        if self.progress is not None and self.process.returncode == 0:
            self.progress(1.0)

    def _judge(self, running: float, still: float) -> None:
        if running > self.step.wall or still > self.step.stall:
            raise TimedOut(
                text("The work on this video took too long and was stopped."),
                _tail(self.stderr),
                running,
            )
        if os.fstat(self.stderr.fileno()).st_size > MOST_STDERR or len(self.stdout) > MOST_STDOUT:
            raise EngineFailed(text("This video file is badly damaged."), _tail(self.stderr))

    def _take(self, chunk: bytes) -> None:
        if self.step.tool != "ffmpeg":
            self.stdout += chunk
            return
        *lines, self.partial = (self.partial + chunk).split(b"\n")
        for line in lines:
            key, _, value = line.strip().partition(b"=")
            if key == b"frame" and value.isdigit():
                self.frames = int(value)
            elif key == b"out_time_us" and value.isdigit():
                self.seconds = int(value) / 1_000_000

    def _share(self) -> float:
        if self.step.seconds <= 0:
            return 0.0
        return min(self.seconds / self.step.seconds, 1.0)

    def outcome(self, tail: str, errors: int) -> Outcome:
        return Outcome(bytes(self.stdout), tail, self.frames, self.seconds, errors)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole group; the wrappers share it with the program, so nothing stays behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tail(stderr: IO[bytes]) -> str:
    size = os.fstat(stderr.fileno()).st_size
    stderr.seek(max(0, size - TAIL_BYTES))
    return stderr.read().decode("utf-8", "replace")


def _count_errors(stderr: IO[bytes]) -> int:
    stderr.seek(0)
    return sum(1 for line in stderr if b"[error]" in line or b"[fatal]" in line)


def _explained(step: Step, code: int, tail: str) -> RunFailed:
    full = step.folder is not None and shutil.disk_usage(step.folder).free < SCARCE
    if full or NO_SPACE.search(tail):
        return DiskFull(tail)
    if tail.startswith(LAUNCHERS) and not SAID.search(tail):
        return HostFailed(text("The computer could not start the video program."), tail)
    if code in KILLED:
        return HostFailed(
            text("The computer stopped the video program, perhaps for want of memory."), tail
        )
    return EngineFailed(_words_for(tail), tail)


def _words_for(tail: str) -> Text:
    if "Cannot allocate memory" in tail or "Out of memory" in tail:
        return text("This video needs more memory than the computer that works on videos has.")
    if "Invalid data found" in tail or "moov atom not found" in tail:
        return text("This video file is damaged and could not be read to its end.")
    return text("The video program stopped with an error.")
