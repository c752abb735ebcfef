"""Whether the contest can take a file: the season's rules, then decoding all of it."""

from __future__ import annotations

from pathlib import Path

from app.texts import text
from app.video import plan, private
from app.video.run import EngineFailed, Outcome, TimedOut, run
from app.video.sniff import NotAVideo
from app.video.source.facts import Source
from app.video.source.probing import probe_with_answer
from app.video.source.report import (
    Limits,
    Reason,
    Report,
    damaged,
    number,
    summed_up,
    too_long,
    too_short,
)
from app.video.step import Progress, portion

MOST_PIXELS = 8192 * 4320
FEWEST_LINES = 240
GOOD_LINES = 720
GOOD_FPS = 15.0
# A phone writes one odd packet now and then; a damaged file complains by the hundred.
MOST_ERRORS = 60
DECODE_WALL = 30.0
SILENCE_DB = -60.0


def check(path: Path, limits: Limits, *, progress: Progress | None = None) -> Report:
    """Whether the contest can take this file, with every reason; a bad file never raises.

    What `progress` raises goes through.
    """
    path = path.resolve()
    size = path.stat().st_size
    if size > limits.max_bytes:
        refusal = text(
            "This file is larger than %(limit)s GB. Export it again in a smaller size.",
            limit=number(limits.max_bytes / 1024**3),
        )
        return summed_up([Reason("too_large", refusal, True)], None, ())
    try:
        source, answer = probe_with_answer(path)
    except NotAVideo as refused:
        return summed_up([Reason(refused.code, refused.text, True)], None, ())
    found = private.found_in(answer, path)
    reasons = _by_rules(source, limits)
    if any(reason.blocks for reason in reasons):
        return summed_up(reasons, source, found)
    reasons += _by_decoding(path, source, limits, portion(progress, 0.05, 1.0))
    return summed_up(reasons, source, found)


def _by_rules(source: Source, limits: Limits) -> list[Reason]:
    reasons: list[Reason] = []
    if source.duration < limits.min_seconds - limits.tolerance:
        reasons.append(too_short(source.duration, limits))
    if source.duration > limits.max_seconds + limits.tolerance:
        reasons.append(too_long(source.duration, limits))
    lines = min(source.width, source.height)
    if lines < FEWEST_LINES:
        words = text(
            "The picture is only %(width)s × %(height)s. Please export it larger: "
            "1920 × 1080 is best.",
            width=source.width,
            height=source.height,
        )
        reasons.append(Reason("too_small", words, True))
    elif lines < GOOD_LINES:
        words = text(
            "The picture is %(width)s × %(height)s and will look soft on a large screen. "
            "1920 × 1080 is best.",
            width=source.width,
            height=source.height,
        )
        reasons.append(Reason("below_720p", words, False))
    if source.width * source.height > MOST_PIXELS:
        words = text("The picture is larger than 8K. Please export it as 1920 × 1080.")
        reasons.append(Reason("too_many_pixels", words, True))
    if source.fps < GOOD_FPS:
        words = text(
            "It has only %(fps)s pictures a second, so movement may look jerky.",
            fps=number(source.fps),
        )
        reasons.append(Reason("low_frame_rate", words, False))
    if source.audio_index is None:
        words = text("It has no sound. If that is not on purpose, export it again with sound.")
        reasons.append(Reason("no_sound", words, False))
    return reasons


def _by_decoding(
    path: Path, source: Source, limits: Limits, progress: Progress | None
) -> list[Reason]:
    longest = limits.max_seconds + limits.tolerance + 1.5
    step = plan.decode_step(path, source, longest=longest, wall=DECODE_WALL)
    try:
        outcome = run(step, progress)
    except TimedOut:
        # A very large picture can't be decoded whole in the time a team should wait. Its end
        # decodes or it doesn't, which is what an interrupted upload shows.
        try:
            ending = run(plan.decode_ending_step(path, source), progress)
        except EngineFailed:
            return [damaged()]
        return [] if ending.frames else [damaged()]
    except EngineFailed:
        return [damaged()]
    if outcome.seconds > limits.max_seconds + limits.tolerance + 1.0:
        return [too_long(outcome.seconds, limits)]
    if outcome.frames == 0 or outcome.seconds < source.duration - 1.0:
        return [damaged()]
    if outcome.errors > MOST_ERRORS:
        return [damaged()]
    if source.audio_index is not None and _is_silent(outcome):
        words = text("Its sound track is silent. If that is not on purpose, export it again.")
        return [Reason("silent", words, False)]
    return []


def _is_silent(outcome: Outcome) -> bool:
    peaks = [
        line.rsplit("max_volume:", 1)[1].replace("dB", "").strip()
        for line in outcome.tail.splitlines()
        if "max_volume:" in line
    ]
    return not peaks or float(peaks[-1]) < SILENCE_DB
