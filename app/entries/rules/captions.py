"""Whether captions can be read: their timing, their lines, their pace, how much they cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.media.rules import Finding
from app.texts import Text, film_moment, ntext, text

MOST_LINES = 2
MOST_PACE = 20.0
"""Characters a second that a practiced reader follows."""
SHORTEST = 0.7
"""Seconds below which nobody has found the words before they are gone."""
ROUNDED = 0.005
GOOD_COVERAGE = 0.9
LEAST_COVERAGE = 0.5


@dataclass(frozen=True)
class Caption:
    """One caption as it is read: plain lines, shown from `start` to `end` in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def pace(self) -> float:
        return sum(len(line) for line in self.lines) / max(self.end - self.start, 0.001)


def look_over(
    captions: Sequence[Caption],
    *,
    seconds: float | None,
    sounding: Sequence[Sequence[float]] | None,
) -> list[Finding]:
    """What to tell about the captions of a film of `seconds`, which sounds in these spans."""
    if not captions:
        return [
            Finding(
                "no_captions",
                "amber",
                text("There are no captions yet."),
                text("The film can be judged, but not shown in public before it has some."),
            )
        ]
    found = [
        _timing(captions, seconds),
        _lines(captions),
        _pace(captions),
    ]
    if sounding:
        found.append(_coverage(captions, sounding))
    return found


def _timing(captions: Sequence[Caption], seconds: float | None) -> Finding:
    late = [c for c in captions if seconds is not None and c.start >= seconds]
    if late:
        return Finding(
            "captions_late",
            "amber",
            ntext(
                "One caption comes after the film is over.",
                "%(n)s captions come after the film is over.",
                len(late),
            ),
            text("Were they made for another version? Check them against this one."),
        )
    over = [b for a, b in pairwise(captions) if b.start < a.end - ROUNDED]
    if over:
        return _warning(
            "captions_overlap",
            ntext(
                "%(n)s caption begins before the one above it has gone, at %(at)s.",
                "%(n)s captions begin before the one above them has gone, first at %(at)s.",
                len(over),
                at=film_moment(over[0].start),
            ),
            text("Let each end where the next one begins."),
        )
    short = [c for c in captions if c.end - c.start < SHORTEST - ROUNDED]
    if short:
        return _warning(
            "captions_short",
            ntext(
                "%(n)s caption is gone before anybody can read it, at %(at)s.",
                "%(n)s captions are gone before anybody can read them, first at %(at)s.",
                len(short),
                at=film_moment(short[0].start),
            ),
            text("Leave each for a second at least, or put two together."),
        )
    return Finding("captions_timing", "green", text("Each caption comes and goes in good time."))


def _lines(captions: Sequence[Caption]) -> Finding:
    many = [c for c in captions if len(c.lines) > MOST_LINES]
    if many:
        return _warning(
            "captions_lines",
            ntext(
                "%(n)s caption has more than two lines, at %(at)s.",
                "%(n)s captions have more than two lines, first at %(at)s.",
                len(many),
                at=film_moment(many[0].start),
            ),
            text("Make two captions of it, so that the picture stays free."),
        )
    return Finding("captions_two_lines", "green", text("No caption has more than two lines."))


def _pace(captions: Sequence[Caption]) -> Finding:
    fast = [c for c in captions if c.pace > MOST_PACE]
    if fast:
        return _warning(
            "captions_fast",
            ntext(
                "%(n)s caption is too fast to read, at %(at)s: more than 20 characters a second.",
                "%(n)s captions are too fast to read, first at %(at)s: more than 20 characters a "
                "second.",
                len(fast),
                at=film_moment(fast[0].start),
            ),
            text("Show it longer, or say it in fewer words."),
        )
    return Finding("captions_pace", "green", text("The captions are slow enough to read."))


def _coverage(captions: Sequence[Caption], sounding: Sequence[Sequence[float]]) -> Finding:
    share = coverage(captions, sounding)
    words = text(
        "Captions stand for %(percent)s %% of the time in which something can be heard.",
        percent=round(share * 100),
    )
    if share < LEAST_COVERAGE:
        return Finding(
            "captions_sparse",
            "amber",
            words,
            text(
                "Is everything in them that is said? Name music and noises as well: "
                "[soft music], [phone rings]."
            ),
        )
    if share < GOOD_COVERAGE:
        return Finding(
            "captions_coverage",
            "green",
            words,
            text("If words are missing, add them. Music and noises can be named too."),
        )
    return Finding("captions_coverage", "green", words)


def coverage(captions: Sequence[Caption], sounding: Sequence[Sequence[float]]) -> float:
    """The share of the sounding time during which a caption stands; gaps below a second count as
    covered, because nobody reads on while the speaker takes a breath."""
    spans: list[list[float]] = []
    for caption in sorted(captions, key=lambda each: each.start):
        if spans and caption.start <= spans[-1][1] + 1.0:
            spans[-1][1] = max(spans[-1][1], caption.end)
        else:
            spans.append([caption.start, caption.end])
    whole = sum(end - start for start, end in sounding)
    shared = sum(
        max(0.0, min(end, until) - max(start, since))
        for start, end in sounding
        for since, until in spans
    )
    return min(1.0, shared / whole) if whole > 0 else 1.0


def _warning(code: str, words: Text, advice: Text) -> Finding:
    return Finding(code, "amber", words, advice)
