"""What the public pages show, each in a constant number of queries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlalchemy.orm import Session

from app.awards import queries as awards
from app.awards import rules as award_rules
from app.awards.queries import Winner
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import LICENCE_ADDRESSES, LICENCE_NAMES, Licence
from app.core.storage import Storage
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.media.models import Asset, Rendition
from app.video.render import STATION_FILES

PAGE = 24
CHUNK = 256 * 1024


@dataclass(frozen=True)
class Shown:
    """An entry with its video, for a card or a page."""

    entry: Entry
    asset: Asset | None

    @property
    def seconds(self) -> float | None:
        return self.asset.seconds if self.asset else None

    @property
    def has_poster(self) -> bool:
        return self.asset is not None and self.asset.rendition("poster") is not None


def shown(session: Session, listed: Sequence[Entry]) -> list[Shown]:
    assets = media.assets_by_id(session, [e.asset_id for e in listed])
    return [Shown(e, assets.get(e.asset_id or 0)) for e in listed]


def some_of_each(listed: Sequence[Entry], most: int = 8) -> list[Entry]:
    """A few entries, taken from every category in turn, so that none stands for all."""
    by_category: dict[int | None, list[Entry]] = {}
    for entry in listed:
        by_category.setdefault(entry.category_id, []).append(entry)
    rows = zip_longest(*by_category.values())
    return [entry for row in rows for entry in row if entry is not None][:most]


@dataclass(frozen=True)
class Watched:
    """Everything the page of one video needs."""

    entry: Entry
    season: Season
    asset: Asset | None
    winner: Winner | None
    giveable: bool

    @property
    def branded(self) -> bool:
        """Whether the winner's film is shown instead of the entry as it was put in."""
        return self.giveable and self.winner is not None and self.winner.is_branded

    def versions(self) -> list[Rendition]:
        if self.asset is None:
            return []
        return self.asset.versions("winner" if self.branded else "web")

    @property
    def films(self) -> set[str]:
        """The roles of the films a visitor may have now."""
        if self.asset is None:
            return set()
        families = ("web", "winner") if self.branded else ("web",)
        roles = {r.role for family in families for r in self.asset.versions(family)}
        return roles | {
            r.role
            for r in self.asset.renditions
            if self.branded and r.role in award_rules.SMALL_FILES
        }


def get_watched(session: Session, slug: str, *, now: datetime) -> Watched:
    """The public video at this address. Raises NotFound when it may not be seen (any more)."""
    entry = entries.get_public_entry(session, slug, now=now)
    season = contest.get_season(session, entry.season_id)
    return Watched(
        entry=entry,
        season=season,
        asset=media.get_asset(session, entry.asset_id) if entry.asset_id else None,
        winner=awards.find_public_winner(session, season, entry, now=now),
        giveable=entry_rules.is_giveable(entry),
    )


def attribution(watched: Watched, address: str) -> str:
    """The line that goes with a copy, as the licence asks (title, author, source, licence)."""
    entry, season = watched.entry, watched.season
    return (
        f"“{entry.title}” by {entry.team_name}, {entry.school.name}. "
        f"{season.name} {season.year}. {LICENCE_NAMES[Licence(entry.licence)]}. {address}"
    )


@dataclass(frozen=True)
class KitFile:
    name: str
    size: int
    sha256: str
    key: str
    """Where the store has it; '' for words we write here."""
    words: bytes = b""


def kit_files(watched: Watched, address: str) -> list[KitFile]:
    """What a winner's download holds: films, poster, captions, licence, checksums."""
    asset, entry = watched.asset, watched.entry
    if asset is None or not watched.branded:
        return []
    files = []
    for rendition in asset.renditions:
        if award_rules.is_in_kit(rendition.role):
            name = kit_name(entry, rendition.role)
            files.append(KitFile(name, rendition.bytes, rendition.sha256, rendition.key))
    licence = Licence(entry.licence)
    ribbon = award_rules.ribbon(watched.winner.awards) if watched.winner else ""
    words = (
        f"{attribution(watched, address)}\n\n"
        f"Award: {ribbon}\n"
        f"Licence: {LICENCE_NAMES[licence]}, {LICENCE_ADDRESSES[licence]}\n\n"
        "You may show, copy, translate and broadcast this film, also commercially, if you keep the "
        "line above with it.\nThe licence covers the film. It does not cover the logos in it, nor "
        "the right of the people in it to be treated with respect.\n"
    )
    if entry.cues:
        words += "\nMade with:\n" + "".join(
            f"- {c.title}, {c.author or 'unknown'}, {c.source}, {c.licence} {c.link}\n"
            for c in entry.cues
        )
    licence_file = words.encode()
    digest = hashlib.sha256(licence_file).hexdigest()
    files.append(KitFile("LICENCE.txt", len(licence_file), digest, "", licence_file))
    return _with_sums(files)


def _with_sums(files: list[KitFile]) -> list[KitFile]:
    sums = "".join(f"{f.sha256}  {f.name}\n" for f in files).encode()
    return [*files, KitFile("SHA256SUMS", len(sums), "", "", sums)]


def kit_name(entry: Entry, role: str) -> str:
    """What a version of the film is called when somebody keeps it."""
    named = {
        "winner_poster": "-poster.jpg",
        "winner_captions": f"-captions-{entry.captions_language}.vtt",
        **award_rules.SMALL_FILES,
    }
    ending = named.get(role) or f"-{role.rpartition('_')[2]}p.mp4"
    return f"{entry.slug}{ending}"


def station_files(watched: Watched) -> list[KitFile]:
    """What a station's download holds; empty until somebody had it made."""
    asset, entry = watched.asset, watched.entry
    if asset is None or not watched.branded:
        return []
    code = award_rules.station_code(watched.season.year, entry.id)
    files = [
        KitFile(
            f"{code}{STATION_FILES[rendition.role]}",
            rendition.bytes,
            rendition.sha256,
            rendition.key,
        )
        for rendition in asset.renditions
        if rendition.role in STATION_FILES
    ]
    return _with_sums(files) if files else []


def stream_file(storage: Storage, key: str) -> Iterator[bytes]:
    """A stored file in small pieces."""
    with storage.open(key) as file:
        while chunk := file.read(CHUNK):
            yield chunk
