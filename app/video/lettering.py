"""Words on cards in any script: found fonts, measured lines, wrapped and shrunk, never cut."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from app.texts import text
from app.video.run import EngineFailed

FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
)
SHOW = ("NotoSansDisplay-Bold", "NotoSans-Bold", "OpenSans-Bold", "DejaVuSans-Bold")
BOLD = ("NotoSans-Bold", "OpenSans-Bold", "DejaVuSans-Bold")
PLAIN = ("NotoSans-Regular", "OpenSans-Regular", "DejaVuSans")
NO_LINE_START = "、。，．！？：；）」』】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?;:)]}%”’"
BREAK_AFTER = " /-"
LEADING = 1.16
# A collection holds the same Han characters in the shapes of each country.
JAPANESE, KOREAN, CHINESE = 0, 1, 2
NO_GLYPH = "\U0010fffe"


@dataclass(frozen=True)
class Face:
    """A font file; `index` chooses within a collection."""

    path: Path
    index: int = 0


@dataclass(frozen=True)
class Lines:
    """Wrapped words: pixels of letter size, of each line's step, and of the whole."""

    lines: tuple[str, ...]
    style: tuple[str, ...]
    size: int
    step: int
    width: int

    @property
    def height(self) -> int:
        return self.step * len(self.lines)


@cache
def _files() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        if folder.is_dir():
            for path in sorted(folder.rglob("*")):
                if path.suffix.lower() in {".ttf", ".otf", ".ttc"}:
                    files.setdefault(path.stem, path)
    return files


@cache
def _faces(style: tuple[str, ...], han: int) -> tuple[Face, ...]:
    """Fonts in the order they are asked for a letter. Raises `EngineFailed` without any."""
    files = _files()
    heavy = style != PLAIN
    weight = "Bold" if heavy else "Regular"
    faces = [Face(files[name]) for name in style if name in files]
    collection = files.get(f"NotoSansCJK-{weight}") or files.get("NotoSansCJK-Regular")
    if collection is not None:
        faces.append(Face(collection, han))
    others = [
        path
        for name, path in sorted(files.items())
        if name.startswith("NotoSans") and name.endswith(f"-{weight}") and "CJK" not in name
    ]
    plain_only = [
        path
        for name, path in sorted(files.items())
        if name.startswith("NotoSans") and name.endswith("-Regular") and "CJK" not in name
    ]
    faces += [Face(path) for path in [*others, *plain_only]]
    fallback = files.get("DejaVuSans-Bold" if heavy else "DejaVuSans") or files.get("DejaVuSans")
    if fallback is not None:
        faces.append(Face(fallback))
    if not faces:
        raise EngineFailed(text("There are no fonts on the computer that works on videos."))
    return tuple(dict.fromkeys(faces))


@cache
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(face.path), size, index=face.index)


@cache
def _has(face: Face, letter: str) -> bool:
    """Whether a font draws this letter, and not the empty box it draws for what it lacks."""
    font = _font(face, 32)
    box = font.getmask(NO_GLYPH)
    mask = font.getmask(letter)
    return (mask.size, bytes(mask)) != (box.size, bytes(box))


def _han(words: str) -> int:
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in words}
    if "HANGUL" in names:
        return KOREAN
    return JAPANESE if names & {"HIRAGANA", "KATAKANA"} else CHINESE


def _belongs(letter: str) -> bool:
    """Marks and joiners are drawn with the letter before them, whatever its font."""
    return bool(unicodedata.combining(letter)) or unicodedata.category(letter) in {"Mn", "Mc", "Cf"}


@cache
def runs(words: str, style: tuple[str, ...]) -> tuple[tuple[str, Face], ...]:
    """The words in pieces of one font each, in the order of drawing, left to right."""
    faces = _faces(style, _han(words))
    pieces: list[tuple[str, Face]] = []
    for letter in words:
        last = pieces[-1] if pieces else None
        if last is not None and (_belongs(letter) or letter == " " or _has(last[1], letter)):
            prefers_first = letter != " " and not _belongs(letter) and last[1] != faces[0]
            if not (prefers_first and _has(faces[0], letter)):
                pieces[-1] = (last[0] + letter, last[1])
                continue
        face = next((face for face in faces if _has(face, letter)), None)
        if face is None:
            continue
        pieces.append((letter, face))
    return tuple(reversed(pieces)) if _is_right_to_left(words) else tuple(pieces)


def _is_right_to_left(words: str) -> bool:
    for letter in words:
        direction = unicodedata.bidirectional(letter)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


# Fitting asks for the same widths over and over; a card needs some thousands of them.
@lru_cache(maxsize=50_000)
def width(words: str, style: tuple[str, ...], size: int) -> float:
    """Pixels a line takes."""
    return sum(_font(face, size).getlength(piece) for piece, face in runs(words, style))


def fit(
    words: str,
    style: tuple[str, ...],
    *,
    size: int,
    box: tuple[int, int],
    lines: int = 2,
    smallest: int = 18,
) -> Lines:
    """The words as large as they can be, up to `size`, in a box of pixels.

    Letters shrink first, to keep within `lines`; at the smallest size more lines are taken, and if
    even those don't fit the letters go on shrinking: nothing is ever left out.
    """
    words = unicodedata.normalize("NFC", " ".join(words.split()))
    for most, breaks_words in ((lines, False), (999, False), (999, True)):
        for tried in range(size, smallest - 1, -2):
            widest = max(width(part.strip(), style, tried) for part in [*_parts(words), ""])
            if widest > box[0] and not breaks_words:
                continue
            wrapped = _wrap(words, style, tried, box[0])
            if len(wrapped) <= most and round(tried * LEADING) * len(wrapped) <= box[1]:
                return _balanced(words, style, tried, box[0], len(wrapped))
    if smallest > 8:
        return fit(words, style, size=smallest, box=box, lines=lines, smallest=smallest // 2)
    return _balanced(words, style, smallest, box[0], 999)


def _balanced(words: str, style: tuple[str, ...], size: int, room: int, most: int) -> Lines:
    """The same number of lines, but about equally long: no lonely last word."""
    longest_part = max(width(part.strip(), style, size) for part in [*_parts(words), ""])
    low, high = min(room, math.ceil(longest_part)), room
    while low < high:
        middle = (low + high) // 2
        if len(_wrap(words, style, size, middle)) <= most:
            high = middle
        else:
            low = middle + 1
    wrapped = _wrap(words, style, size, high)
    widest = max(width(line, style, size) for line in wrapped)
    return Lines(tuple(wrapped), style, size, round(size * LEADING), math.ceil(widest))


def _wrap(words: str, style: tuple[str, ...], size: int, room: int) -> list[str]:
    lines = [""]
    for part in _parts(words):
        candidate = lines[-1] + part
        if width(candidate.rstrip(), style, size) <= room:
            lines[-1] = candidate
            continue
        if lines[-1].strip():
            lines.append("")
        for piece in _forced(part.lstrip(), style, size, room):
            if lines[-1]:
                lines.append("")
            lines[-1] = piece
    return [line.strip() for line in lines if line.strip()] or [""]


def _parts(words: str) -> Iterable[str]:
    """Pieces between which a line may break: words, and single East Asian characters."""
    part = ""
    for letter, following in pairwise([*words, ""]):
        part += letter
        wide = _is_wide(letter) or (following and _is_wide(following))
        if letter in BREAK_AFTER or (wide and following and following not in NO_LINE_START):
            yield part
            part = ""
    if part:
        yield part


def _is_wide(letter: str) -> bool:
    # Korean is written with spaces and breaks at them.
    return unicodedata.east_asian_width(letter) in {"W", "F"} and not unicodedata.name(
        letter, ""
    ).startswith("HANGUL")


def _forced(word: str, style: tuple[str, ...], size: int, room: int) -> list[str]:
    """A word broken anywhere, when it alone is longer than a line."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, style, size) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def draw(
    card: Image.Image,
    lines: Lines,
    at: tuple[float, float],
    colour: str | tuple[int, int, int, int],
    *,
    align: str = "left",
) -> None:
    """Draws the lines; `at` is their top left, top middle or top right by `align`."""
    pen = ImageDraw.Draw(card)
    x, y = at
    for number, line in enumerate(lines.lines):
        wide = width(line, lines.style, lines.size)
        left = x - {"left": 0.0, "center": wide / 2, "right": wide}[align]
        baseline = y + number * lines.step + lines.size * 0.98
        for piece, face in runs(line, lines.style):
            font = _font(face, lines.size)
            pen.text((left, baseline), piece, font=font, fill=colour, anchor="ls")
            left += font.getlength(piece)
