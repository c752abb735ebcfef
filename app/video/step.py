"""One run of ffmpeg or ffprobe, described before it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[float], None]
"""Told the finished share, 0 to 1, about once a second; whatever it raises cancels the work."""


@dataclass(frozen=True)
class Step:
    """Arguments for one run, and all that the run may see and take.

    `args` come without the program's name and without what `run` adds for every run. `reads` are
    the only files the sandbox shows, `folder` the only place it lets the program write. `seconds`
    is the length of the expected output, from which the finished share is computed; `wall` and
    `stall` are the seconds after which a run is killed, the latter counted without any advance.
    """

    tool: str
    args: tuple[str, ...]
    reads: tuple[Path, ...] = ()
    folder: Path | None = None
    seconds: float = 0.0
    wall: float = 30.0
    stall: float = 60.0
    loglevel: str = "level+error"


def portion(progress: Progress | None, start: float, end: float) -> Progress | None:
    """The part of `progress` between two shares, for one of several steps."""
    if progress is None:
        return None
    return lambda share: progress(start + (end - start) * share)
