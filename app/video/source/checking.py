"""Whether the contest can take a file: the season's rules, then decoding all of it, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from app.texts import text
from app.video import plan, private
from app.video.loudness import Loudness, parse
from app.video.measuring import Edges, Flashing, Print, Printing, Sounding, frames, sounding
from app.video.measuring.frames import FRAME_BYTES, FRAME_RATE
from app.video.run import EngineFailed, Outcome, TimedOut, run
from app.video.sniff import NotAVideo
from app.video.source import rules, seen
from app.video.source.facts import Measured, Source
from app.video.source.probing import probe_with_answer
from app.video.source.report import Level, Limits, Reason, Report, damaged, locked, number, refusal
from app.video.step import Progress, portion

# A phone writes one odd packet now and then; a damaged file complains by the hundred.
MOST_ERRORS = 60
# All of a check takes no longer than this, and decoding no more than its part of it.
CHECK_WALL = 34.0
DECODE_WALL = 27.0
LEAST_WALL = 3.0


def check(
    path: Path,
    limits: Limits,
    *,
    progress: Progress | None = None,
    work_dir: Path | None = None,
    shows: Callable[[Source], plan.Looking] | None = None,
) -> Report:
    """Whether the contest can take this file, with every finding; a bad file never raises.

    A few megabytes are written below `work_dir` on the way. What `progress` raises goes through.
    `shows` is asked, once the file is known to be a video within the rules, what else the one
    decode shall leave, and where; with it decoding may take as long as making does.
    """
    started = time.monotonic()
    path = path.resolve()
    if path.stat().st_size > limits.max_bytes:
        words = text(
            "This file is larger than %(limit)s GB.", limit=number(limits.max_bytes / 1024**3)
        )
        advice = text("Export it again in a smaller size, for example as 1080p.")
        return Report((refusal("too_large", words, advice),))
    try:
        source, answer = probe_with_answer(path)
    except NotAVideo as refused:
        return Report((refusal(refused.code, refused.text, refused.advice),))
    found = private.found_in(answer, path)
    reasons = rules.by_rules(source, limits)
    if any(reason.level is Level.RED for reason in reasons):
        return Report(tuple(reasons), source, found)
    if shows is not None:
        looking = replace(shows(source), analysis=True)
        wall = plan.wall(source.duration)
        decoding = _Decoding(path, source, limits, looking, time.monotonic() + wall)
        looked = decoding.look(portion(progress, 0.05, 0.6), wall)
        made = looked.measured is not None
        if not made:
            # Perhaps what was to be made beside was at fault, and not the file.
            alone = replace(looking, preview=False, pictures=False)
            decoding = replace(decoding, looking=alone, deadline=time.monotonic() + CHECK_WALL)
            looked = decoding.look(portion(progress, 0.6, 1.0), DECODE_WALL)
        return Report(
            (*reasons, *looked.reasons), source, found, looked.measured, looked.print, made
        )
    with TemporaryDirectory(prefix="looking-", dir=work_dir) as folder:
        looking = plan.Looking(Path(folder).resolve(), analysis=True, pictures=False)
        decoding = _Decoding(path, source, limits, looking, started + CHECK_WALL)
        looked = decoding.look(portion(progress, 0.05, 1.0), DECODE_WALL)
    return Report((*reasons, *looked.reasons), source, found, looked.measured, looked.print)


@dataclass(frozen=True)
class _Looked:
    reasons: list[Reason]
    measured: Measured | None = None
    print: Print | None = None


@dataclass(frozen=True)
class _Decoding:
    """One file on its way through the decoder; `deadline` is a moment of the monotonic clock."""

    path: Path
    source: Source
    limits: Limits
    looking: plan.Looking
    deadline: float

    def look(self, progress: Progress | None, most: float) -> _Looked:
        """What was seen and heard; decoding takes at most so many seconds."""
        longest = self.limits.max_seconds + self.limits.tolerance + 1.5
        ending = plan.decode_ending_step(self.path, self.source)
        left = self.deadline - time.monotonic() - ending.wall
        wall = min(most, max(LEAST_WALL, left))
        step = plan.looking_step(self.path, self.source, self.looking, longest=longest, wall=wall)
        try:
            outcome = run(step, progress)
        except TimedOut:
            return _Looked(self._by_ending(progress))
        except EngineFailed:
            return _Looked([self._unplayable()])
        if reason := self._why_not(outcome):
            return _Looked([reason])
        return self._by_senses(outcome)

    def _by_ending(self, progress: Progress | None) -> list[Reason]:
        """A very large picture can't be decoded whole in the time a team should wait. Its end
        decodes or it doesn't, which is what an interrupted upload shows; what was decoded before
        is looked through for what is dangerous."""
        try:
            ending = run(plan.decode_ending_step(self.path, self.source), progress)
        except TimedOut:
            pass  # There is an end, or nothing would have kept the decoder busy.
        except EngineFailed:
            return [self._unplayable()]
        else:
            if not ending.frames:
                return [self._unplayable()]
        flashing = Flashing(self.source.transfer)
        for frame in self._frames():
            flashing.feed(frame)
        dangers = [seen.by_flashes(flashing.worst)] if flashing.worst else []
        return [seen.not_looked_through(), *dangers]

    def _frames(self) -> Iterator[bytes]:
        cells = self.looking.folder / plan.CELLS
        return frames(cells) if cells.exists() else iter(())

    def _why_not(self, outcome: Outcome) -> Reason | None:
        limits = self.limits
        pictures = self._seconds_seen()
        if pictures > limits.max_seconds + limits.tolerance + 1.0:
            return rules.length(pictures, limits)
        if pictures == 0:
            return self._unplayable()
        enough = self.source.duration - 1.0
        if pictures < enough and self._seconds_heard() < enough:
            return self._unplayable()
        return self._unplayable() if outcome.errors > MOST_ERRORS else None

    def _seconds_seen(self) -> float:
        """How far the pictures reach. What is made of them is filled up to its length, so ffmpeg's
        own count says nothing."""
        cells = self.looking.folder / plan.CELLS
        return cells.stat().st_size // FRAME_BYTES / FRAME_RATE if cells.exists() else 0.0

    def _seconds_heard(self) -> float:
        if self.source.audio_index is None:
            return 0.0
        try:
            return run(plan.hearing_step(self.path, self.source)).seconds
        except EngineFailed:
            return 0.0

    def _unplayable(self) -> Reason:
        return locked() if private.is_locked(self.path) else damaged()

    def _by_senses(self, outcome: Outcome) -> _Looked:
        flashing, edges, printing = Flashing(self.source.transfer), Edges(), Printing()
        for frame in self._frames():
            flashing.feed(frame)
            edges.feed(frame)
            printing.feed(frame)
        heard = self._heard(outcome)
        reasons = [seen.whole(), *seen.by_sight(edges, flashing.worst)]
        if heard is not None:
            reasons += seen.by_ear(*heard)
        measured = Measured(
            black_start=edges.black_start,
            black_end=edges.black_end,
            sounding=heard[0].spans if heard else None,
            loudness=heard[1].integrated if heard else None,
            peak=heard[1].peak if heard else None,
        )
        return _Looked(reasons, measured, printing.done())

    def _heard(self, outcome: Outcome) -> tuple[Sounding, Loudness] | None:
        if self.source.audio_index is None:
            return None
        notes = (self.looking.folder / plan.SILENCES).read_text(encoding="ascii", errors="replace")
        return sounding(notes, self.source.duration), parse(outcome.tail)
