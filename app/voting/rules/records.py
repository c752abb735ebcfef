"""The lines of the vote's public log: what each says, and how it is written (`docs/vote-log.md`).

A line is JSON with sorted keys and no blanks, in UTF-8. Its exact bytes are what is hashed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

FORMAT = 1
NONCE_BYTES = 16
HEAD_PREFIX = "hoike vote log head v1"

Record = Mapping[str, Any]


class EventKind(StrEnum):
    """What can become of a ballot, in the order it is logged in within one hour."""

    CAST = "cast"
    SUPERSEDED = "superseded"
    VOIDED = "voided"
    HELD = "held"
    RELEASED = "released"
    INVALIDATED = "invalidated"


def standing_after(kinds: Sequence[EventKind]) -> EventKind:
    """What a ballot is after these events: one that was replaced or disowned stays that, although
    a hold of the same hour may stand behind it."""
    for kind in (EventKind.SUPERSEDED, EventKind.VOIDED):
        if kind in kinds:
            return kind
    return kinds[-1]


RECORD_TYPES = {
    EventKind.SUPERSEDED: "supersede",
    EventKind.VOIDED: "void",
    EventKind.HELD: "hold",
    EventKind.RELEASED: "release",
    EventKind.INVALIDATED: "invalidate",
}


def line(record: Record) -> str:
    """A record as it stands in the log."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hour_of(moment: datetime) -> datetime:
    """The beginning of the hour that a moment lies in: all that is ever told of it."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hour_words(hour: datetime) -> str:
    """An hour in the log: 2027-03-01T18, in UTC."""
    return hour.strftime("%Y-%m-%dT%H")


def moment_words(moment: datetime) -> str:
    """A planned moment in the log: 2027-03-01T18:30:00Z, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def candidate_mark(slug: str, turn: int = 0) -> str:
    """What the log calls a video: the beginning of a hash of its public address, so that anybody
    can tell which one is meant while it is on show, and nobody once it is not. An address that
    another video had before in the season takes another `turn`."""
    words = f"candidate|{slug}" if turn == 0 else f"candidate|{slug}|{turn}"
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def commitment(nonce: bytes, marks: Iterable[str]) -> str:
    """What binds a ballot to its picks without telling them: SHA-256 over a random nonce and the
    sorted marks, joined by commas."""
    return hashlib.sha256(nonce + ",".join(sorted(marks)).encode()).hexdigest()


def head_message(size: int, root: str, moment: datetime) -> bytes:
    """What the signature of a tree head is over."""
    return f"{HEAD_PREFIX}\n{size}\n{root}\n{moment_words(moment)}\n".encode()


def head_line(*, size: int, root: str, moment: datetime, signature: str) -> str:
    """A signed tree head between the records of a downloaded log; it is no leaf itself."""
    head = {"size": size, "root": root, "time": moment_words(moment)}
    return line({"head": head, "signature": signature})


def season_record(*, year: int, public_key: str) -> Record:
    return {"type": "season", "format": FORMAT, "year": year, "key": public_key}


def slips_record(*, batch: str, lane: str, school: int | None, slips: int, root: str) -> Record:
    return {
        "type": "slips",
        "batch": batch,
        "lane": lane,
        "school": school,
        "slips": slips,
        "root": root,
    }


def candidate_record(*, mark: str, school: int) -> Record:
    return {"type": "candidate", "candidate": mark, "school": school}


def open_record(
    *,
    opens: datetime,
    closes: datetime,
    picks_most: int,
    weights: Mapping[str, int],
    school_cap: int,
) -> Record:
    return {
        "type": "open",
        "opens": moment_words(opens),
        "closes": moment_words(closes),
        "picks_most": picks_most,
        "weights": dict(weights),
        "school_cap": school_cap,
    }


def ballot_record(
    *, number: str, lane: str, hour: datetime, commitment: str, slip: Record | None = None
) -> Record:
    record = {
        "type": "ballot",
        "ballot": number,
        "lane": lane,
        "hour": hour_words(hour),
        "commitment": commitment,
    }
    return record if slip is None else record | {"slip": dict(slip)}


def slip_proof(*, batch: str, index: int, leaf: str, path: Sequence[bytes]) -> Record:
    return {"batch": batch, "index": index, "leaf": leaf, "path": [each.hex() for each in path]}


def change_record(kind: EventKind, *, number: str, by: str = "", reason: str = "") -> Record:
    """A change of a ballot's standing."""
    record = {"type": RECORD_TYPES[kind], "ballot": number}
    if by:
        record["by"] = by
    if reason:
        record["reason"] = reason
    return record


def close_record(*, moment: datetime) -> Record:
    return {"type": "close", "time": moment_words(moment)}


def reveal_record(*, number: str, nonce: bytes, marks: Iterable[str]) -> Record:
    return {"type": "reveal", "ballot": number, "nonce": nonce.hex(), "picks": sorted(marks)}


def tally_record(*, ballots: Mapping[str, int], points: Mapping[str, int]) -> Record:
    """Ballots that count by lane, and points by candidate's mark."""
    return {"type": "tally", "ballots": dict(ballots), "points": dict(points)}
