"""When something can be heard, from what ffmpeg's silencedetect noted."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOTE = re.compile(r"lavfi\.silence_(start|end)(?:\.\d+)?=(-?[\d.]+)")
MOST_SPANS = 400


@dataclass(frozen=True)
class Sounding:
    """The spans in which something can be heard, in seconds, in a film of `seconds`."""

    spans: tuple[tuple[float, float], ...]
    seconds: float

    @property
    def silent_start(self) -> float:
        return self.spans[0][0] if self.spans else self.seconds

    @property
    def silent_end(self) -> float:
        return max(0.0, self.seconds - self.spans[-1][1]) if self.spans else self.seconds

    @property
    def total(self) -> float:
        return sum(end - start for start, end in self.spans)


def sounding(notes: str, seconds: float) -> Sounding:
    """What lies between the silences; a silence that never ends lasts to the end."""
    spans: list[tuple[float, float]] = []
    since: float | None = 0.0
    for kind, value in _NOTE.findall(notes):
        at = min(max(0.0, float(value)), seconds)
        if kind == "end":
            since = at
        elif since is not None:
            if at > since:
                spans.append((since, at))
            since = None
    if since is not None and seconds > since:
        spans.append((since, seconds))
    return Sounding(tuple(_bridged(spans)), seconds)


def _bridged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Few enough to keep: of too many silences only the longest are remembered."""
    if len(spans) <= MOST_SPANS:
        return spans
    gaps = sorted(range(1, len(spans)), key=lambda at: spans[at - 1][1] - spans[at][0])
    starts = [0, *sorted(gaps[: MOST_SPANS - 1])]
    ends = [*(at - 1 for at in starts[1:]), len(spans) - 1]
    return [(spans[start][0], spans[end][1]) for start, end in zip(starts, ends, strict=True)]
