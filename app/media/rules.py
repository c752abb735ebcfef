"""The states a video goes through and what a page says about them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from app.texts import Text, text

MIB = 1024 * 1024
SAMPLE_BYTES = 4 * MIB
"""What the test of a network fetches."""
TRIAL_PART_MOST_BYTES = 8 * MIB
TRIAL_MOST_BYTES = 64 * MIB
TRIALS_MOST = 20
"""From one network: a whole school tests from behind one address."""
TRIALS_PER = timedelta(minutes=10)
TRIALS_ANYWHERE_MOST = 600
TRIALS_ANYWHERE_PER = timedelta(hours=1)
TRIAL_ASKS_MOST = 10
"""How often addresses are asked for in one trial."""


PICTURES_OF = {"card": "poster", "player": "winner_poster"}
"""The families of small pictures, and the still that each is made of: what stands on cards, and
what stands in the player before a winner's film begins."""


class AssetState(StrEnum):
    """What has been done so far. Whether a step runs or broke, its job says."""

    UPLOADING = "uploading"
    WAITING = "waiting"
    CHECKING = "checking"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"


Level = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class Finding:
    """One line of what was checked: what is so, whether that is fine, warns or refuses, and what
    to do about it."""

    code: str
    level: Level
    words: Text
    advice: Text | None = None


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    order = ("red", "amber", "green")
    return sorted(findings, key=lambda finding: order.index(finding.level))


TAKEN_OUT: dict[str, Text] = {
    "the place where it was recorded": text(
        "Your phone had written the place where this was filmed into the file; we took it out."
    ),
    "the make or model of the device": text(
        "The file said which phone or camera it was made with; we took that out."
    ),
    "a person's name": text("There was a person's name in the file; we took it out."),
    "a title, comment or description": text(
        "Words had been written into the file, a title or a comment; we took them out."
    ),
    "the date and time of recording": text(
        "The file said when it was filmed, to the second; we took that out."
    ),
    "editing notes of a video or photo program": text(
        "A video or photo program had left notes in the file; we took them out."
    ),
    "chapter marks": text("There were chapter marks in the file; we took them out."),
    "a hidden track of sensor data": text(
        "The camera had hidden what its sensors measured in the file; we took that out."
    ),
    "a track of subtitles": text(
        "There was a track of subtitles in the file; we took it out. Captions are put in here."
    ),
    "an attached picture or file": text(
        "Another picture or file was attached to the video; we took it out."
    ),
}
"""What the engine names shortly when it finds it, as a whole sentence for a teacher."""


def taken_out(found: Text) -> Text:
    return TAKEN_OUT.get(found.message, found)


@dataclass(frozen=True)
class Standing:
    """Where a video stands, for people: a state word, its badge color, and how far it is."""

    state: str
    kind: str
    words: Text
    percent: int | None = None
    settled: bool = False
    """Nothing will change without somebody doing something: a page may stop asking."""


def standing(
    state: str,
    *,
    job_state: str | None,
    progress: float,
    place_in_queue: int | None,
    is_left_alone: bool,
) -> Standing:
    """What to tell about an asset in `state` whose newest job stands at `progress` (0..1)."""
    percent = int(progress * 100)
    if state == AssetState.READY:
        return Standing("ready", "good", text("Ready"), 100, settled=True)
    if state == AssetState.REFUSED:
        return Standing("refused", "bad", text("Can't be used as it is"), settled=True)
    if state == AssetState.UPLOADING:
        return Standing("uploading", "info", text("Uploading"))
    if job_state == "failed":
        return Standing(
            "failed",
            "bad",
            text("Our side broke while preparing it. The video itself is safe."),
            settled=True,
        )
    if is_left_alone:
        return Standing(
            "waiting",
            "warn",
            text(
                "Nothing moves just now: our side that prepares videos is not running. The video "
                "itself is safe, and it goes on by itself. The organizers can see this, too."
            ),
        )
    if job_state == "queued" or state == AssetState.WAITING:
        if place_in_queue:
            return Standing(
                "waiting", "info", text("Waiting: %(n)s before this one", n=place_in_queue)
            )
        return Standing("waiting", "info", text("Waiting for its turn"))
    if state == AssetState.CHECKING:
        return Standing("checking", "info", text("Checking the file"), percent)
    return Standing("processing", "info", text("Preparing it for every screen"), percent)


def part_count(size: int, part_bytes: int) -> int:
    """How many parts a file of `size` bytes is sent in."""
    return max(1, -(-size // part_bytes))


def part_span(number: int, size: int, part_bytes: int) -> tuple[int, int]:
    """Offset and length in bytes of part `number` (from 1)."""
    offset = (number - 1) * part_bytes
    return offset, min(part_bytes, size - offset)


def missing_parts(arrived: Iterable[tuple[int, int]], size: int, part_bytes: int) -> list[int]:
    """Numbers of the parts that still have to be sent; `arrived` gives offset and length of what
    is there, which may have been sent in parts of another size."""
    there = _joined(arrived)
    missing = []
    for number in range(1, part_count(size, part_bytes) + 1):
        offset, length = part_span(number, size, part_bytes)
        before = bisect_right(there, offset, key=lambda stretch: stretch[0]) - 1
        if before < 0 or there[before][1] < offset + length:
            missing.append(number)
    return missing


def bytes_arrived(arrived: Iterable[tuple[int, int]]) -> int:
    """How much of a file is there."""
    return sum(end - start for start, end in _joined(arrived))


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets and lengths as stretches from start to end, those that touch made one, in order."""
    joined: list[tuple[int, int]] = []
    for offset, length in sorted(spans):
        if joined and offset <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], offset + length))
        else:
            joined.append((offset, offset + length))
    return joined


def smaller_part_bytes(wanted: int, now: int, *, least: int, may_change: bool, begun: bool) -> int:
    """The size of parts from now on, if a browser that can't get them through asks for less.

    Parts never grow, and never change in a way that what was sent no longer counts.
    """
    if begun and not may_change:
        return now
    return min(now, max(wanted, least))
