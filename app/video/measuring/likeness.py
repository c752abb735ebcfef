"""Knowing a film again by its picture, however it was encoded.

Twice a second the picture is boiled down to 8 by 6 blocks of brightness, averaged over a second
and a half. Of each block is kept whether it is brighter or darker than its neighbor to the right
and than the one below (the shape), and than itself half a second earlier (the motion). Encoding
anew, scaling, grading and lower rates leave these signs as they are; a trimmed start moves them.
A minute takes 8 kB.

A sign counts where one film has it clearly, and agrees where the other has it at least faintly, so
that what lies near a threshold speaks neither for nor against. Shape and motion weigh the same:
two films from one fixed camera share their shape, but not what happens in front of it.

Measured on the real and made films at hand: re-encoded at low rates, scaled, trimmed by a second,
graded or with a logo drawn in, a film is 0.93 or more like itself; another take of the same fixed
camera at most 0.71, and any two of 77 different films at most 0.68.

ffmpeg's own `signature` filter keeps some 140 kB a minute and compares only inside ffmpeg.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.video.measuring.frames import COLUMNS, FRAME_RATE, ROWS

ALIKE = 0.85
"""From here on two films show the same picture: the middle of the gap that was measured."""

BLOCK = 3
WIDE, HIGH = COLUMNS // BLOCK, ROWS // BLOCK
BLOCKS = WIDE * HIGH
BIN = round(FRAME_RATE / 2)
BINS_A_SAMPLE = 3
EVERY = 3
MOST_SAMPLES = 3600
SHAPE_BITS = (WIDE - 1) * HIGH + WIDE * (HIGH - 1)
# Differences of brightness, of 255, that are clear. Half as much is faint.
CLEAR_SHAPE = 8.0
CLEAR_MOTION = 4.0
# Shifts tried, in samples of half a second: somebody trimmed up to so much.
MOST_SHIFT = 20
LEAST_SHARED = 0.6
LEAST_SAMPLES = 8
# Clear signs in a sample of both films together. Films that hardly show anything are alike, which
# means nothing, and what hardly moves has no motion to compare.
LEAST_SIGNS = 12
LEAST_MOTION = 4


@dataclass(frozen=True)
class Signs:
    """One bit for each sign of each sample; what is clear is faint as well."""

    up: int
    down: int
    faint_up: int
    faint_down: int

    def part(self, start: int, length: int) -> Signs:
        """So many bits from there."""
        mask = (1 << length) - 1
        return Signs(
            (self.up >> start) & mask,
            (self.down >> start) & mask,
            (self.faint_up >> start) & mask,
            (self.faint_down >> start) & mask,
        )

    def clear(self) -> int:
        return self.up.bit_count() + self.down.bit_count()


def _agreement(one: Signs, other: Signs) -> tuple[int, int]:
    """How many of the clear signs of either agree with the other, and how many there are."""
    agreeing = (
        (one.up & other.faint_up).bit_count()
        + (one.down & other.faint_down).bit_count()
        + (other.up & one.faint_up).bit_count()
        + (other.down & one.faint_down).bit_count()
    )
    return agreeing, one.clear() + other.clear()


@dataclass(frozen=True)
class Print:
    """What is kept of a film to know it again."""

    samples: int
    shape: Signs
    motion: Signs

    def to_bytes(self) -> bytes:
        kept = b""
        for signs, bits in ((self.shape, SHAPE_BITS), (self.motion, BLOCKS)):
            size = -(-self.samples * bits // 8)
            for plane in (signs.up, signs.down, signs.faint_up, signs.faint_down):
                kept += plane.to_bytes(size, "little")
        return self.samples.to_bytes(2, "little") + kept

    @classmethod
    def from_bytes(cls, kept: bytes) -> Print:
        samples = int.from_bytes(kept[:2], "little")
        at = 2
        parts = []
        for bits in (SHAPE_BITS, BLOCKS):
            size = -(-samples * bits // 8)
            planes = [
                int.from_bytes(kept[at + n * size : at + (n + 1) * size], "little")
                for n in range(4)
            ]
            at += 4 * size
            parts.append(Signs(*planes))
        return cls(samples, *parts)


class Printing:
    """Fed one frame after the other; `done()` then gives the print."""

    def __init__(self) -> None:
        self._count = 0
        self._sums = [0] * BLOCKS
        self._taken = 0
        self._bins: list[list[float]] = []

    def feed(self, frame: bytes) -> None:
        if self._count % EVERY == 0:
            for block, (reds, greens, blues) in enumerate(_CELLS_OF_BLOCK):
                self._sums[block] += (
                    2 * sum([frame[i] for i in reds])
                    + 5 * sum([frame[i] for i in greens])
                    + sum([frame[i] for i in blues])
                )
            self._taken += 1
        self._count += 1
        if self._count % BIN == 0:
            self._close()

    def _close(self) -> None:
        if self._taken and len(self._bins) < MOST_SAMPLES:
            whole = self._taken * BLOCK * BLOCK * 8
            self._bins.append([total / whole for total in self._sums])
        self._sums, self._taken = [0] * BLOCKS, 0

    def done(self) -> Print:
        self._close()
        bins = self._bins
        means = [
            [sum(values) / BINS_A_SAMPLE for values in zip(*bins[at : at + BINS_A_SAMPLE],
                                                           strict=True)]
            for at in range(len(bins) - BINS_A_SAMPLE + 1)
        ]  # fmt: skip
        befores = [means[0], *means] if means else []
        motions = [
            [now - then for now, then in zip(*pair, strict=True)]
            for pair in zip(means, befores, strict=False)
        ]
        return Print(
            len(means),
            _signs([_shape(mean) for mean in means], CLEAR_SHAPE),
            _signs(motions, CLEAR_MOTION),
        )


def _cells(channel: int, top: int, left: int) -> tuple[int, ...]:
    return tuple(
        ((top * BLOCK + y) * COLUMNS + left * BLOCK + x) * 3 + channel
        for y in range(BLOCK)
        for x in range(BLOCK)
    )


_CELLS_OF_BLOCK = [
    tuple(_cells(channel, top, left) for channel in range(3))
    for top in range(HIGH)
    for left in range(WIDE)
]


def _shape(blocks: list[float]) -> list[float]:
    across = [
        blocks[y * WIDE + x] - blocks[y * WIDE + x + 1]
        for y in range(HIGH)
        for x in range(WIDE - 1)
    ]
    return across + [blocks[at] - blocks[at + WIDE] for at in range(BLOCKS - WIDE)]


def _signs(samples: list[list[float]], clear: float) -> Signs:
    """All signs of all samples, the first sample in the lowest bits."""
    steps = [step for sample in samples for step in sample]
    return Signs(
        _bits([step > clear for step in steps]),
        _bits([step < -clear for step in steps]),
        _bits([step > clear / 2 for step in steps]),
        _bits([step < -clear / 2 for step in steps]),
    )


def _bits(flags: list[bool]) -> int:
    return int("".join("1" if flag else "0" for flag in reversed(flags)) or "0", 2)


def likeness(one: Print, other: Print) -> float:
    """How alike two films are, 0 to 1, where they lie best upon each other.

    Where their shapes alone rule out `ALIKE`, which is nearly always, it is 0 and costs little.
    """
    least = max(LEAST_SAMPLES, round(min(one.samples, other.samples) * LEAST_SHARED))
    return max(_at(one, other, shift, least) for shift in range(-MOST_SHIFT, MOST_SHIFT + 1))


def _at(one: Print, other: Print, shift: int, least: int) -> float:
    """The likeness when `one` began `shift` samples before `other`."""
    if shift < 0:
        return _at(other, one, -shift, least)
    shared = min(one.samples - shift, other.samples)
    if shared < least:
        return 0.0
    agreeing, shape = _agreement(
        one.shape.part(shift * SHAPE_BITS, shared * SHAPE_BITS),
        other.shape.part(0, shared * SHAPE_BITS),
    )
    if shape and (agreeing / shape + 1) / 2 < ALIKE:
        return 0.0
    moving, motion = _agreement(
        one.motion.part(shift * BLOCKS, shared * BLOCKS), other.motion.part(0, shared * BLOCKS)
    )
    if shape + motion < LEAST_SIGNS * shared:
        return 0.0
    if not shape or motion < LEAST_MOTION * shared:
        return (agreeing + moving) / (shape + motion)
    return (agreeing / shape + moving / motion) / 2
