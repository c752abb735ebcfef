"""The states a video goes through and what a page says about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.texts import Text, text


class AssetState(StrEnum):
    """What has been done so far. Whether a step runs or broke, its job says."""

    UPLOADING = "uploading"
    WAITING = "waiting"
    CHECKING = "checking"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"


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
    state: str, *, job_state: str | None, progress: float, place_in_queue: int | None
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


def missing_parts(arrived: dict[int, int], size: int, part_bytes: int) -> list[int]:
    """Numbers of the parts that still have to be sent; `arrived` gives each part's length."""
    return [
        number
        for number in range(1, part_count(size, part_bytes) + 1)
        if arrived.get(number) != part_span(number, size, part_bytes)[1]
    ]
