"""Captions in, captions out: WebVTT or SubRip read strictly by us, and written anew.

An uploaded caption file is never given to a video program or a browser as it came: those follow
what a file says, and a file may say anything.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.texts import Text, text

MOST_BYTES = 512 * 1024
MOST_CUES = 2000
MOST_CUE_CHARACTERS = 400
TOLERANCE = 0.5

_STAMP = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"^{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t]+\S.*)?$")
_TAG = re.compile(r"<[^<>]*>")
_KEPT_TAG = re.compile(r"</?([ibu])(?:\.[\w.-]+)?>", re.IGNORECASE)
_STYLE_BLOCK = re.compile(r"\{\\[^{}]*\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CaptionsRefused(Exception):
    """The file can't be used; `line` counts from 1 and is None when no one line is to blame."""

    def __init__(self, line: int | None, text: Text) -> None:
        super().__init__(f"line {line}: {text}" if line else str(text))
        self.line = line
        self.text = text


@dataclass(frozen=True)
class Cue:
    """One caption: `start` and `end` in seconds, `text` with `<i> <b> <u>` and escaped `& < >`."""

    start: float
    end: float
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as they are read, without tags."""
        return tuple(html.unescape(_TAG.sub("", line)) for line in self.text.split("\n"))


@dataclass
class Captions:
    cues: list[Cue] = field(default_factory=list)

    def to_vtt(self) -> str:
        """A WebVTT file."""
        blocks = [
            f"{_stamp(cue.start, '.')} --> {_stamp(cue.end, '.')}\n{cue.text}" for cue in self.cues
        ]
        return "\n\n".join(["WEBVTT", *blocks]) + "\n"

    def to_srt(self) -> str:
        """A SubRip file, the form in which ffmpeg takes captions from us."""
        blocks = [
            f"{number}\n{_stamp(cue.start, ',')} --> {_stamp(cue.end, ',')}\n"
            f"{html.unescape(cue.text)}"
            for number, cue in enumerate(self.cues, start=1)
        ]
        return "\n\n".join(blocks) + "\n"

    def shifted(self, seconds: float) -> Captions:
        """The same captions so many seconds later."""
        return Captions(
            [replace(c, start=c.start + seconds, end=c.end + seconds) for c in self.cues]
        )


def parse(data: bytes, *, duration: float | None = None) -> Captions:
    """Captions from the bytes of a .vtt or .srt file.

    Raises `CaptionsRefused`, which names the line, for anything that is not plain captions in
    order, each ending after it starts and, with `duration`, inside the video (and half a second).
    """
    if len(data) > MOST_BYTES:
        raise CaptionsRefused(None, text("The caption file is larger than 512 KB."))
    lines = _decode(data).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_vtt = bool(re.match(r"^WEBVTT(?:[ \t]|$)", lines[0]))
    cues: list[Cue] = []
    for number, block in _blocks(lines):
        if is_vtt and (number == 1 or _is_note(block[0])):
            continue
        cue, line = _cue(number, block)
        _check_time(cue, line, cues[-1] if cues else None, duration)
        if cue.text:
            cues.append(cue)
        if len(cues) > MOST_CUES:
            raise CaptionsRefused(line, text("There are too many captions in this file."))
    if not cues:
        raise CaptionsRefused(
            None, text("There are no captions in this file. It should be a .vtt or .srt file.")
        )
    return Captions(cues)


def _decode(data: bytes) -> str:
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            try:
                words = data.decode("utf-16")
            except UnicodeDecodeError as failed:
                raise _no_text() from failed
        else:
            # Older editors write SubRip in the Windows alphabet; every byte of it means a letter.
            words = data.decode("cp1252", "replace")
    if "\x00" in words:
        raise _no_text()
    return words


def _no_text() -> CaptionsRefused:
    return CaptionsRefused(None, text("This is not a caption file. A .vtt or .srt file works."))


def _blocks(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Runs of lines between empty ones, each with the number of its first line."""
    blocks: list[tuple[int, list[str]]] = []
    fresh = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            fresh = True
            continue
        if fresh:
            blocks.append((number, []))
            fresh = False
        blocks[-1][1].append(line)
    return blocks


def _is_note(line: str) -> bool:
    return bool(re.match(r"^(NOTE|STYLE|REGION)(?:[ \t]|$)", line))


def _cue(number: int, block: list[str]) -> tuple[Cue, int]:
    """The cue of a block, and the number of its line of times."""
    for at, line in enumerate(block[:2]):
        if match := _TIMING.match(line.strip()):
            start, end = _seconds(match.groups()[:4]), _seconds(match.groups()[4:8])
            words = block[at + 1 :]
            for offset, word in enumerate(words):
                if "-->" in word:
                    raise CaptionsRefused(
                        number + at + 1 + offset,
                        text("Two captions run into each other. Put an empty line between them."),
                    )
            return Cue(start, end, _clean("\n".join(words), number + at + 1)), number + at
    if "-->" in block[0] or (len(block) > 1 and "-->" in block[1]):
        line_number = number if "-->" in block[0] else number + 1
        raise CaptionsRefused(
            line_number, text("This time can't be read. It should look like 00:00:05.000.")
        )
    raise CaptionsRefused(
        number, text("A caption should begin with its times, like 00:00:05.000 --> 00:00:08.000.")
    )


def _clean(words: str, line: int) -> str:
    """Plain text: every tag but i, b and u goes, what is left is escaped, tags are balanced."""
    words = _CONTROL.sub("", _STYLE_BLOCK.sub("", words))
    parts: list[str] = []
    opened: list[str] = []
    at = 0
    for tag in _TAG.finditer(words):
        parts.append(_escape(words[at : tag.start()]))
        at = tag.end()
        if kept := _KEPT_TAG.fullmatch(tag.group()):
            parts.append(_balanced(kept.group(1).lower(), tag.group().startswith("</"), opened))
    parts.append(_escape(words[at:]))
    parts.extend(f"</{name}>" for name in reversed(opened))
    cleaned = "\n".join(row.strip() for row in "".join(parts).split("\n") if row.strip())
    if len(cleaned) > MOST_CUE_CHARACTERS:
        raise CaptionsRefused(line, text("This caption is too long to be read in its time."))
    return cleaned if _TAG.sub("", cleaned).strip() else ""


def _balanced(name: str, closes: bool, opened: list[str]) -> str:
    if not closes:
        if name in opened:
            return ""
        opened.append(name)
        return f"<{name}>"
    if name not in opened:
        return ""
    closed = ""
    while opened:
        last = opened.pop()
        closed += f"</{last}>"
        if last == name:
            break
    return closed


def _escape(words: str) -> str:
    return html.escape(html.unescape(words), quote=False)


def _check_time(cue: Cue, line: int, before: Cue | None, duration: float | None) -> None:
    if cue.end <= cue.start:
        raise CaptionsRefused(line, text("This caption ends before it starts."))
    if before is not None and cue.start < before.start:
        raise CaptionsRefused(line, text("This caption starts before the one above it."))
    if duration is not None and cue.end > duration + TOLERANCE:
        raise CaptionsRefused(
            line,
            text(
                "This caption ends at %(end)s, after the video is over (%(length)s).",
                end=_short_stamp(cue.end),
                length=_short_stamp(duration),
            ),
        )


def _seconds(groups: Sequence[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(group or 0) for group in groups)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _stamp(seconds: float, comma: str) -> str:
    whole = max(0, round(seconds * 1000))
    minutes, rest = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{comma}{rest % 1000:03}"


def _short_stamp(seconds: float) -> str:
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"
