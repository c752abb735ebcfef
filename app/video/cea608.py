"""Closed captions as television carries them: CEA-608 byte pairs, an SCC file, and a carrier.

Captions are pop-on captions on CC1: each is loaded out of sight and shown at once. One pair of
bytes goes with each frame at 29.97 a second (CTA-608-E; 47 CFR 15.119). The carrier is a tiny video
with those bytes between its pictures (ATSC A/53 part 4); laid under the programme, ffmpeg hands
them on to whatever is encoded.
"""

from __future__ import annotations

import html
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.video.captions import Captions, Cue
from app.video.recipes import FPS

COLUMNS, ROWS = 32, 4
LAST_ROW, RAISED_ROW = 15, 12
NOTHING = (0x80, 0x80)
FIRST_LETTER = 0x20
"""Bytes below it begin a command."""
# Letters a decoder has in place of ASCII's, and in two further sets.
_BASIC = {
    **{chr(code): code for code in range(0x20, 0x7F) if chr(code) not in "*\\^_`{|}~"},
    **dict(
        zip("áéíóúç÷Ññ█", (0x2A, 0x5C, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F), strict=True)
    ),
}
_SPECIAL = {
    letter: (0x11, 0x30 + place)
    for place, letter in enumerate("®°½¿™¢£♪à\0èâêîôû")
    if letter != "\0"
}
_EXTENDED = {
    **{
        letter: (0x12, 0x20 + place)
        for place, letter in enumerate("ÁÉÓÚÜü\0¡*\0—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»")
    },
    **{
        letter: (0x13, 0x20 + place)
        for place, letter in enumerate("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘")
    },
}
_INSTEAD = {
    **dict.fromkeys("ʻʼ‘’`´‚", "'"),
    **dict.fromkeys("‐‑", "-"),
    "–": "—",
    "…": "...",
    "\u00a0": " ",
    "„": "“",
    "€": "EUR",
    "№": "No.",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
}
# First byte and second byte of a row's address at its left edge (CTA-608-E, table 53).
_ROW = {
    9: (0x17, 0x50), 10: (0x17, 0x70), 11: (0x10, 0x50), 12: (0x13, 0x50), 13: (0x13, 0x70),
    14: (0x14, 0x50), 15: (0x14, 0x70),
}  # fmt: skip
_LOAD, _ERASE_SHOWN, _ERASE_LOADED, _SHOW = (0x14, 0x20), (0x14, 0x2C), (0x14, 0x2E), (0x14, 0x2F)
# Captions that lose more than this share of their letters would be no captions any more.
MOST_LOST = 0.02

Pair = tuple[int, int]


@dataclass(frozen=True)
class Timeline:
    """The pair of each frame that has one, without parity, by number from 0."""

    pairs: dict[int, Pair]
    frames: int

    def at(self, frame: int) -> Pair:
        """The two bytes that go with a frame, parity included."""
        pair = self.pairs.get(frame)
        return NOTHING if pair is None else (_odd(pair[0]), _odd(pair[1]))

    def to_scc(self, start: int = 0) -> str:
        """The same as a Scenarist file; frame 0 has the number `start` on the tape."""
        lines = ["Scenarist_SCC V1.0", ""]
        for first, last in _stretches(sorted(self.pairs)):
            words = [f"{a:02x}{b:02x}" for a, b in map(self.at, range(first, last + 1))]
            lines += [f"{drop_frame(start + first)}\t{' '.join(words)}", ""]
        return "\n".join(lines)


def timeline(
    captions: Captions,
    frames: int,
    *,
    first: int = 0,
    raised: tuple[float, float] | None = None,
) -> Timeline | None:
    """When which bytes are sent, for a programme whose own first frame is number `first` of
    `frames`. None for captions in letters that CEA-608 does not have. What is shown between the two
    seconds `raised` stands higher, above something at the foot of the picture.

    A caption shows on its frame if there is time to load it since the one before was shown, and
    else as soon as there is.
    """
    if not captions.cues or _lost(captions) > MOST_LOST:
        return None
    pairs: dict[int, Pair] = {}
    loadable = 0
    cues = [part for cue in captions.cues for part in _parts(cue)]
    for cue, following in pairwise([*cues, None]):
        if cue is None:
            break
        high = raised is not None and cue.start < raised[1] and cue.end > raised[0]
        units = _units_of(_loading(_rows(cue), RAISED_ROW if high else LAST_ROW))
        shows = max(_frame(cue.start, first), loadable)
        while (slots := _slots(units, pairs, loadable, shows)) is None:
            shows += 1
        if shows + 1 >= frames:
            break
        for unit, slot in zip(units, slots, strict=True):
            pairs |= {slot + nth: pair for nth, pair in enumerate(unit)}
        pairs[shows] = pairs[shows + 1] = _SHOW
        loadable = shows + 2
        ends = max(min(_frame(cue.end, first), frames - 2), loadable)
        if (following is None or _frame(following.start, first) > ends + 2) and ends + 1 < frames:
            pairs[ends] = pairs[ends + 1] = _ERASE_SHOWN
    return Timeline(pairs, frames)


def _units_of(load: Sequence[Pair]) -> list[tuple[Pair, ...]]:
    """What has to stay together: a command is sent twice, in frames next to each other."""
    units: list[tuple[Pair, ...]] = []
    at = 0
    while at < len(load):
        doubled = load[at][0] < FIRST_LETTER and load[at : at + 2] == [load[at]] * 2
        units.append(tuple(load[at : at + (2 if doubled else 1)]))
        at += len(units[-1])
    return units


def _slots(
    units: Sequence[tuple[Pair, ...]], taken: Mapping[int, Pair], earliest: int, shows: int
) -> list[int] | None:
    """The frame each unit begins at, as late as can be before `shows`; None without room."""
    if shows in taken or shows + 1 in taken:
        return None
    slots: list[int] = []
    free = shows
    for unit in reversed(units):
        slot = free - len(unit)
        while any(slot + nth in taken for nth in range(len(unit))):
            slot -= 1
        if slot < earliest:
            return None
        slots.append(slot)
        free = slot
    return slots[::-1]


def _frame(seconds: float, first: int) -> int:
    return first + round(seconds * float(FPS))


def _rows(cue: Cue) -> list[str]:
    """The caption's lines, or its words wrapped anew where a line is longer than a row."""
    lines = [_known(line) for line in cue.lines if line.strip()]
    if len(lines) > ROWS or any(len(line) > COLUMNS for line in lines):
        lines = textwrap.wrap(" ".join(lines), COLUMNS)
    return lines or [""]


def _parts(cue: Cue) -> list[Cue]:
    """The caption, or several one after the other in its time where it has too many rows."""
    rows = _rows(cue)
    pieces = [rows[at : at + ROWS] for at in range(0, len(rows), ROWS)]
    each = (cue.end - cue.start) / len(pieces)
    return [
        Cue(
            cue.start + number * each,
            cue.start + (number + 1) * each,
            html.escape("\n".join(piece), quote=False),
        )
        for number, piece in enumerate(pieces)
    ]


def _known(line: str) -> str:
    """The line in letters that a decoder has, nearest ones included."""
    return "".join(filter(None, map(_nearest, unicodedata.normalize("NFC", line))))


def _nearest(letter: str) -> str:
    if _has(letter):
        return letter
    if letter in _INSTEAD:
        return _INSTEAD[letter]
    plain = unicodedata.normalize("NFKD", letter)
    kept = "".join(part for part in plain if not unicodedata.combining(part))
    return kept if kept and all(map(_has, kept)) else ""


def _has(letter: str) -> bool:
    return letter in _BASIC or letter in _SPECIAL or letter in _EXTENDED


def _lost(captions: Captions) -> float:
    letters = [
        letter for cue in captions.cues for line in cue.lines for letter in line if letter.strip()
    ]
    lost = [each for each in letters if not _nearest(each) and not unicodedata.combining(each)]
    return len(lost) / max(1, len(letters))


def _loading(rows: Sequence[str], last: int) -> list[Pair]:
    """The pairs that load a caption: commands twice, as the standard asks, letters once."""
    pairs = [_LOAD, _LOAD, _ERASE_LOADED, _ERASE_LOADED]
    for number, row in enumerate(rows):
        high, low = _ROW[last - len(rows) + 1 + number]
        indent, rest = divmod((COLUMNS - len(row)) // 2, 4)
        pairs += [(high, low + indent * 2)] * 2
        if rest:
            pairs += [(0x17, 0x20 + rest)] * 2
        pairs += _letters(row)
    return pairs


def _letters(row: str) -> list[Pair]:
    pairs: list[Pair] = []
    waiting: int | None = None

    def flush() -> None:
        nonlocal waiting
        if waiting is not None:
            pairs.append((waiting, 0x00))
            waiting = None

    for letter in row:
        # A letter of the extended set replaces the one before it: its plain form.
        code = _BASIC[letter] if letter in _BASIC else _BASIC.get(_plain(letter), 0x20)
        if letter not in _SPECIAL:
            if waiting is None:
                waiting = code
            else:
                pairs.append((waiting, code))
                waiting = None
        if letter in _SPECIAL or letter in _EXTENDED:
            flush()
            pairs += [_SPECIAL.get(letter) or _EXTENDED[letter]] * 2
    flush()
    return pairs


def _plain(letter: str) -> str:
    first = unicodedata.normalize("NFKD", letter)[0]
    return {"“": '"', "”": '"', "—": "-", "•": "."}.get(letter, first)


def _odd(byte: int) -> int:
    """The byte with the highest bit set so that the number of ones is odd."""
    return byte | 0x80 if bin(byte).count("1") % 2 == 0 else byte


def _stretches(frames: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for frame in frames:
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found


def drop_frame(frame: int) -> str:
    """The time code of a frame at 29.97, drop-frame (SMPTE ST 12-1): two numbers are left out each
    minute, but not each tenth."""
    tens, rest = divmod(frame, 17982)
    frame += 18 * tens + (2 * ((rest - 2) // 1798) if rest >= 2 else 0)
    seconds, frames = divmod(frame, 30)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02};{frames:02}"


def write_carrier(pictures: Path, captions: Timeline, target: Path) -> None:
    """Put the bytes of `captions` into `pictures`, a raw H.264 stream of one slice a frame."""
    frame = 0
    with target.open("wb") as file:
        for unit in _nal_units(pictures.read_bytes()):
            if unit[0] & 0x1F in (1, 5):
                file.write(b"\x00\x00\x00\x01" + _message(*captions.at(frame)))
                frame += 1
            file.write(b"\x00\x00\x00\x01" + unit)
    if frame != captions.frames:
        raise ValueError(f"{frame} pictures instead of {captions.frames}")


def _nal_units(stream: bytes) -> Iterable[bytes]:
    """The NAL units between start codes."""
    for piece in stream.split(b"\x00\x00\x01")[1:]:
        yield piece.rstrip(b"\x00")


def _message(first: int, second: int) -> bytes:
    """A supplemental message with one pair for field 1 (ATSC A/53 part 4, 6.2.3)."""
    pairs = bytes((0xFC, first, second, 0xFD, 0x80, 0x80)) + bytes((0xFA, 0x00, 0x00)) * 18
    payload = b"\xb5\x00\x31GA94\x03" + bytes((0xC0 | 20, 0xFF)) + pairs + b"\xff"
    body = bytes((4, len(payload))) + payload + b"\x80"
    return b"\x06" + _escaped(body)


def _escaped(body: bytes) -> bytes:
    """Three zeros in a row, or what looks like a start code, may not stand in a unit."""
    out = bytearray()
    zeros = 0
    for byte in body:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)
