"""Flashing that can bring on a seizure.

The definition is that of WCAG 2.2, success criterion 2.3.1, because it is the one this site has
to meet and it needs no knowledge of the screen: a general flash is a pair of opposing changes in
relative luminance of 10 % or more of the maximum, the darker of them below 0.80; a red flash is a
pair of opposing changes to and from a saturated red (at least 80 % of the light is red, and
(R - G - B) x 320 changes by more than 20). More than three flashes within one second are too many
when they cover enough of the picture at once.

How much is enough is told twice. `whole` is a quarter of the picture, the rule of television
(ITU-R BT.1702). `part` is WCAG's own, a quarter of some ten degrees of sight, which at its
reference distance is a third of the picture's width by a third of its height.

Cells are compared, not pixels: a moving texture averages out in a cell and a flash does not. Cells
that become brighter count together when they do so within a tenth of a second, and only if fewer
than half as many become darker meanwhile: something that moves brightens one place and darkens
another. Lights that take turns, as those of a police car, are found because parts of the picture
are looked at by themselves; a fine pattern that reverses in place is not. Pictures are looked at
29.97 times a second, as every rendition of ours shows them; what flickers faster in the original
is not in what people see.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from app.video.measuring.frames import CELLS, COLUMNS, FRAME_RATE, ROWS

LEAST_CHANGE = 0.10
DARKER_BELOW = 0.80
RED_SHARE = 0.80
LEAST_RED_CHANGE = 20.0
SHARE_OF_AREA = 0.25
TOGETHER = 3
"""Frames within which changes are one change."""
WINDOW = round(FRAME_RATE)
MOST_CHANGES = 6
"""Three flashes: each is a change and its opposite."""
NITS_OF_WHITE = 203.0


@dataclass(frozen=True)
class Flash:
    """The worst second: when it ends, how many flashes it holds, and how much they cover."""

    at: float
    count: int
    whole: bool
    red: bool


class Flashing:
    """Fed one frame after the other; `worst` then holds the worst second, if any is too bad."""

    def __init__(self, transfer: str | None = None) -> None:
        linear = _linear(transfer)
        self._red = linear
        self._tables = tuple([v * share for v in linear] for share in (0.2126, 0.7152, 0.0722))
        self._light = _Turns(LEAST_CHANGE, DARKER_BELOW)
        self._glow = _Turns(LEAST_RED_CHANGE, float("inf"))
        self._areas = [
            _Area(mask, enough, red, whole)
            for mask, enough, whole in _areas()
            for red in (False, True)
        ]
        self._number = 0
        self._before = b""
        self.worst: Flash | None = None

    def feed(self, frame: bytes) -> None:
        number = self._number
        self._number += 1
        if frame == self._before:
            return
        self._before = frame
        reds, greens, blues = frame[0::3], frame[1::3], frame[2::3]
        from_red, from_green, from_blue = self._tables
        light = [
            from_red[r] + from_green[g] + from_blue[b]
            for r, g, b in zip(reds, greens, blues, strict=True)
        ]
        changes = {False: self._light.follow(light)}
        changes[True] = self._glow.follow(self._reds(reds, greens, blues))
        for area in self._areas:
            brighter, darker = changes[area.red]
            if (brighter or darker) and (count := area.take(number, brighter, darker)):
                self._found(Flash(number / FRAME_RATE, count, area.whole, area.red))

    def _reds(self, reds: bytes, greens: bytes, blues: bytes) -> list[float]:
        """How much saturated red each cell shows; nothing where other light is mixed in."""
        if max(reds) < 32:
            return _NO_RED
        linear = self._red
        found = _NO_RED
        for cell, (r, g, b) in enumerate(zip(reds, greens, blues, strict=True)):
            if r > 31 and r > g + (b >> 1):
                red, other = linear[r], linear[g] + linear[b]
                if red >= RED_SHARE * (red + other):
                    if found is _NO_RED:
                        found = list(_NO_RED)
                    found[cell] = max(0.0, (red - other) * 320)
        return found

    def _found(self, flash: Flash) -> None:
        worst = self.worst
        if worst is None or (flash.whole, flash.count) > (worst.whole, worst.count):
            self.worst = flash


_NO_RED = [0.0] * CELLS


class _Turns:
    """Follows each cell up and down, and tells when it has turned by enough."""

    def __init__(self, least: float, darker_below: float) -> None:
        self.least = least
        self.darker_below = darker_below
        self.lows: list[float] = []
        self.highs: list[float] = []

    def follow(self, values: list[float]) -> tuple[int, int]:
        """The cells that have become brighter and those that have become darker, as bits.

        A cell keeps the lowest and the highest value since its last turn. When the distance from
        one of them is large enough the cell has turned, and both start from its value anew.
        """
        if not self.lows:
            self.lows, self.highs = list(values), list(values)
            return 0, 0
        lows, highs, least = self.lows, self.highs, self.least
        brighter = darker = 0
        for cell, value in enumerate(values):
            low, high = lows[cell], highs[cell]
            if value > high:
                highs[cell] = value
                if value - low >= least:
                    if low < self.darker_below:
                        brighter |= 1 << cell
                    lows[cell] = value
            elif value < low:
                lows[cell] = value
                if high - value >= least:
                    if value < self.darker_below:
                        darker |= 1 << cell
                    highs[cell] = value
        return brighter, darker


class _Area:
    """A part of the picture, and when enough of it last became brighter or darker together."""

    def __init__(self, mask: int, enough: float, red: bool, whole: bool) -> None:
        self.mask = mask
        self.red = red
        self.whole = whole
        self.enough = enough
        self.waiting: deque[tuple[int, int, int]] = deque(maxlen=TOGETHER)
        self.changes: deque[int] = deque()
        self.last_was_brighter: bool | None = None

    def take(self, number: int, brighter: int, darker: int) -> int:
        """How many flashes the last second holds if that is too many, else 0."""
        brighter &= self.mask
        darker &= self.mask
        if not (brighter or darker):
            return 0
        waiting = self.waiting
        waiting.append((number, brighter, darker))
        while waiting[0][0] <= number - TOGETHER:
            waiting.popleft()
        up = down = 0
        for _, one_up, one_down in waiting:
            up |= one_up
            down |= one_down
        ups, downs = up.bit_count(), down.bit_count()
        if max(ups, downs) < self.enough or 2 * min(ups, downs) > max(ups, downs):
            return 0
        waiting.clear()
        if self.last_was_brighter == (ups > downs):
            return 0
        self.last_was_brighter = ups > downs
        self.changes.append(number)
        while self.changes[0] <= number - WINDOW:
            self.changes.popleft()
        seen = len(self.changes)
        return (seen + 1) // 2 if seen > MOST_CHANGES else 0


def _areas() -> list[tuple[int, float, bool]]:
    """Parts of the picture as bits, how many cells of them are enough, and of which rule.

    For a quarter of the picture: all of it, and oblong parts, since two halves that take turns
    cancel each other out in the whole. For WCAG's: every third by a third, half overlapping.
    """
    quarter = COLUMNS * ROWS * SHARE_OF_AREA
    found = [((1 << CELLS) - 1, quarter, True)]
    for wide, high in ((COLUMNS * 2 // 3, ROWS // 2), (COLUMNS // 2, ROWS * 2 // 3)):
        found += [(mask, quarter, True) for mask in _parts(wide, high)]
    wide, high = COLUMNS // 3, ROWS // 3
    return found + [(mask, wide * high * SHARE_OF_AREA, False) for mask in _parts(wide, high)]


def _parts(wide: int, high: int) -> Iterator[int]:
    for top in range(0, ROWS - high + 1, high // 3):
        for left in range(0, COLUMNS - wide + 1, wide // 4):
            row = ((1 << wide) - 1) << left
            yield sum(row << (COLUMNS * line) for line in range(top, top + high))


def _linear(transfer: str | None) -> list[float]:
    """Relative luminance of each code value; white of an HDR film is its diffuse white."""
    codes = [code / 255 for code in range(256)]
    if transfer == "smpte2084":
        return [min(1.0, _nits_of_pq(code) / NITS_OF_WHITE) for code in codes]
    if transfer == "arib-std-b67":
        white = _scene_of_hlg(0.75)
        return [min(1.0, _scene_of_hlg(code) / white) for code in codes]
    return [code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4 for code in codes]


def _nits_of_pq(code: float) -> float:
    power = code ** (1 / 78.84375)
    share = max(0.0, power - 0.8359375) / (18.8515625 - 18.6875 * power)
    return float(10000 * share ** (1 / 0.1593017578125))


def _scene_of_hlg(code: float) -> float:
    if code <= 0.5:
        return code * code / 3
    return float((2.718281828459045 ** ((code - 0.55991073) / 0.17883277) + 0.28466892) / 12)
