"""Where a film begins and ends to show something: black parts, still parts, bars."""

from __future__ import annotations

from app.video.measuring.frames import COLUMNS, FRAME_RATE, ROWS

# No cell brighter than this, of 255: what a fade leaves at its end, and what a lens cap shows.
BLACK = 20
STILL = 6
STILL_SECONDS = 2.0
TAIL_SECONDS = 8.0
EVERY = 15


class Edges:
    """Fed one frame after the other; afterwards answers in seconds."""

    def __init__(self) -> None:
        self.count = 0
        self._first = -1
        self._last = -1
        self._lightest = bytes(COLUMNS * ROWS * 3)
        self._anchor = b""
        self._anchored_at = 0
        self._stills: list[tuple[int, int]] = []

    def feed(self, frame: bytes) -> None:
        number = self.count
        self.count += 1
        if max(frame) > BLACK:
            if self._first < 0:
                self._first = number
            self._last = number
        if number % EVERY == 0:
            self._lightest = bytes(map(max, self._lightest, frame))
        if not _alike(self._anchor, frame):
            self._note_still(number)
            self._anchor, self._anchored_at = frame, number

    def _note_still(self, end: int) -> None:
        if end - self._anchored_at >= STILL_SECONDS * FRAME_RATE and max(self._anchor) > BLACK:
            self._stills.append((self._anchored_at, end))

    @property
    def all_black(self) -> bool:
        return self.count > 0 and self._first < 0

    @property
    def black_start(self) -> float:
        return max(0, self._first) / FRAME_RATE

    @property
    def black_end(self) -> float:
        return 0.0 if self._first < 0 else (self.count - 1 - self._last) / FRAME_RATE

    @property
    def still_tail(self) -> float:
        """How long a picture stood still in the last seconds before any black; 0 if none did."""
        self._note_still(self.count)
        self._anchored_at = self.count
        from_there = self._last - TAIL_SECONDS * FRAME_RATE
        return max(((end - start) / FRAME_RATE for start, end in self._stills if end > from_there),
                   default=0.0)  # fmt: skip

    @property
    def bars(self) -> tuple[float, float]:
        """The share of the width and of the height that is black on both sides throughout."""
        if self._first < 0:
            return 0.0, 0.0
        line = COLUMNS * 3
        lit = [
            [
                max(self._lightest[at : at + 3]) > BLACK
                for at in range(row * line, row * line + line, 3)
            ]
            for row in range(ROWS)
        ]
        return _dark_sides([list(column) for column in zip(*lit, strict=True)]), _dark_sides(lit)


def _alike(one: bytes, other: bytes) -> bool:
    if one == other:
        return True
    return bool(one) and not any(
        a - b > STILL or b - a > STILL for a, b in zip(one, other, strict=True)
    )


def _dark_sides(lines: list[list[bool]]) -> float:
    """The share of lines (of lit cells) that are dark from both ends, at least two at each.

    Bars have straight edges: the line beside one is lit for most of its length. A globe before a
    black sky has none.
    """
    some = [any(line) for line in lines]
    if not any(some):
        return 0.0
    start, end = some.index(True), len(lines) - 1 - some[::-1].index(True)
    straight = all(sum(lines[at]) >= 0.6 * len(lines[at]) for at in (start, end))
    dark = start + len(lines) - 1 - end
    return dark / len(lines) if straight and min(start, len(lines) - 1 - end) >= 2 else 0.0
