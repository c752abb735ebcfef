"""Which awards there are, what they are called, and when they may be announced."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.texts import Text, Typed, text

if TYPE_CHECKING:
    from app.awards.models import Award
    from app.contest.models import Season

PLACES = (1, 2, 3)


class AwardKind(StrEnum):
    PLACEMENT = "placement"
    PEOPLES_CHOICE = "peoples-choice"
    SPECIAL = "special"


PLACE_NAMES: dict[int, Text] = {
    1: text("First place"),
    2: text("Second place"),
    3: text("Third place"),
}


def award_name(award: Award) -> Text:
    """What an award is called in lists and on the end card."""
    if award.kind == AwardKind.PEOPLES_CHOICE:
        return text("People's Choice")
    if award.kind == AwardKind.SPECIAL:
        return text("%(name)s", name=Typed(award.name))
    return text(
        "%(place)s, %(category)s",
        place=PLACE_NAMES[award.place or 1],
        category=Typed(award.category.name if award.category else ""),
    )


def award_names(awards: Sequence[Award]) -> list[Text]:
    """What all awards of one entry are called, the highest first."""
    return [award_name(award) for award in sorted(awards, key=weight)]


def ribbon(awards: Sequence[Award]) -> str:
    """All awards of one entry on one line, the highest first."""
    return " · ".join(map(str, award_names(awards)))


def weight(award: Award) -> tuple[int, int]:
    """Sorts awards: placements by place, then People's Choice, then special ones."""
    order = {AwardKind.PLACEMENT: 0, AwardKind.PEOPLES_CHOICE: 1, AwardKind.SPECIAL: 2}
    return order[AwardKind(award.kind)], award.place or 0


def why_not_award(season: Season, now: datetime) -> Text | None:
    """Why awards can't be set at `now`, or None."""
    if contest.is_announced(season, now):
        return text("The winners are announced. Awards can't be changed any more.")
    if now < season.judging_closes_at:
        return text("Awards are set when judging has closed.")
    return None


def why_not_announceable(
    season: Season, awards: Sequence[Award], now: datetime, *, uncounted: Text | None
) -> Text | None:
    """Why the winners can't be announced at `now`, or None.

    `uncounted` is why the vote's count may still change: an announcement shuts the box, and would
    leave out ballots that may still be confirmed.
    """
    if contest.is_announced(season, now):
        return text("The winners are announced already.")
    if now < season.judging_closes_at:
        return text("Judging has not closed yet.")
    if uncounted:
        return uncounted
    if not any(award.kind == AwardKind.PLACEMENT for award in awards):
        return text("No placement is set yet.")
    return None


def why_not_ceremony(winners: int) -> Text | None:
    """Why there is no show to run yet with so many awards to give, or None."""
    if winners == 0:
        return text("No awards are set yet. You can rehearse with made-up winners.")
    return None


def why_not_printable(season: Season, now: datetime) -> Text | None:
    """Why a school can't print its certificates at `now`, or None: they would tell who won."""
    if not contest.is_announced(season, now):
        return text("Certificates are here when the winners are announced.")
    return None


def suggested_places(
    ranking: Sequence[tuple[int, int]], places: Sequence[int] = PLACES
) -> dict[int, list[int]]:
    """Entry ids for each place from (entry id, rank) pairs; shared ranks are joint awards."""
    return {place: [entry_id for entry_id, rank in ranking if rank == place] for place in places}


def station_code(year: int, entry_id: int) -> str:
    """What a station files an announcement under: twelve letters and digits, HD ending in H."""
    return f"PSAY{year % 100:02}{entry_id % 100_000:05}H"


SMALL_FILES = {
    "school_720": "-school-720p.mp4",
    "square": "-square.mp4",
    "vertical": "-vertical.mp4",
}
"""Versions of a winner's film for schools and phones, and how each is called after its entry."""


STILLS = {f"poster_{number}": f"-still-{number}.jpg" for number in range(1, 6)}
"""Frames from all over a winner's film, for newspapers, and how each is called."""


def is_in_kit(role: str) -> bool:
    """Whether a version of the film, or a picture of it, belongs to a winner's download."""
    return role.startswith("winner_") or role in SMALL_FILES or role in STILLS


class CertificateKind(StrEnum):
    """In the order of their letters on certificates: never take one away or change places."""

    PARTICIPANT = "participant"
    PLACEMENT = "placement"
    LEGISLATURE = "legislature"
    APPRECIATION = "appreciation"


CERTIFICATE_NAMES: dict[CertificateKind, Text] = {
    CertificateKind.PARTICIPANT: text("Certificate of Participation"),
    CertificateKind.PLACEMENT: text("Certificate of Award"),
    CertificateKind.LEGISLATURE: text("Certificate for Outstanding Community Service"),
    CertificateKind.APPRECIATION: text("Certificate of Appreciation"),
}

_KEY_BYTES, _MARK_BYTES = 4, 8


def certificate_subject(kind: CertificateKind, key: int) -> str:
    """What the keyed mark in a certificate's code is made over."""
    return f"{kind}|{key}"


def certificate_code(kind: CertificateKind, key: int, mark: str) -> str:
    """What stands on a certificate to look it up by, like ABCD-EFGH-…

    `key` is the number of an entry (participation), of an award, or of a season (appreciation);
    `mark` is a keyed hash in hex, so that nobody can make one up. No name goes into it.
    """
    place = list(CertificateKind).index(kind)
    data = bytes([place]) + key.to_bytes(_KEY_BYTES) + bytes.fromhex(mark)[:_MARK_BYTES]
    letters = base64.b32encode(data).decode().rstrip("=")
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def read_certificate_code(typed: str) -> tuple[CertificateKind, int, str] | None:
    """Kind, number and mark (hex) of a code as somebody typed it; None for what is no code."""
    letters = "".join(typed.upper().split()).replace("-", "")
    letters = letters.translate(str.maketrans("018", "OIB"))
    length = 1 + _KEY_BYTES + _MARK_BYTES
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(data) != length or data[0] >= len(CertificateKind):
        return None
    kind = list(CertificateKind)[data[0]]
    return kind, int.from_bytes(data[1:-_MARK_BYTES]), data[-_MARK_BYTES:].hex()


class UseKind(StrEnum):
    PLAY = "play"
    FILM = "film"
    KIT = "kit"
    SCHOOL_KIT = "school-kit"
    BROADCAST_KIT = "broadcast-kit"


USE_NAMES: dict[UseKind, Text] = {
    UseKind.PLAY: text("Played"),
    UseKind.FILM: text("Film downloaded"),
    UseKind.KIT: text("Whole kit"),
    UseKind.SCHOOL_KIT: text("Kit for a class"),
    UseKind.BROADCAST_KIT: text("Broadcast kit"),
}

SMALLEST_CELL = 10
"""Smaller numbers are not told: they might be about a few people somebody knows."""

PLAYS_MOST, PLAYS_PER = 30, timedelta(minutes=10)
"""Counted from one network; a class behind one address is about that many."""
SHOWINGS_MOST, SHOWINGS_PER = 10, timedelta(hours=1)


def told_count(count: int) -> str:
    """A number as a statistic tells it."""
    return f"< {SMALLEST_CELL}" if 0 < count < SMALLEST_CELL else str(count)


class ShowingKind(StrEnum):
    STATION = "station"
    SCHOOL = "school"
    OTHER = "other"


SHOWING_NAMES: dict[ShowingKind, Text] = {
    ShowingKind.STATION: text("A TV or radio station"),
    ShowingKind.SCHOOL: text("A school"),
    ShowingKind.OTHER: text("Somebody else"),
}


def why_not_shown(shown_on: date, announced_at: datetime | None, now: datetime) -> Text | None:
    """Why a winner can't have been shown on that day, or None."""
    if shown_on > (now + timedelta(days=1)).date():
        return text("That day is still to come.")
    if announced_at is not None and shown_on < (announced_at - timedelta(days=1)).date():
        return text("That was before the winners were announced.")
    return None
