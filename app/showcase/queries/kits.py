"""What a download of a winner holds: for a school, for a station, and everything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.awards import rules as award_rules
from app.contest.rules import LICENCE_ADDRESSES, LICENCE_NAMES, Licence
from app.core.storage import Storage
from app.entries.models import Entry
from app.media.models import Rendition
from app.showcase.queries.films import Watched, attribution, transcript
from app.video.render import STATION_FILES

CHUNK = 256 * 1024


@dataclass(frozen=True)
class KitFile:
    name: str
    size: int
    sha256: str
    key: str
    """Where the store has it; '' for words we write here."""
    words: bytes = b""


SCHOOL_ROLES = ("school_720", "winner_720", "winner_captions", "winner_poster")
"""What a class needs, the film in the size school computers play first: the next one is in its
place where there is none."""


def kit_files(watched: Watched, address: str, guide: str) -> list[KitFile]:
    """Everything about a winner: films, poster, captions, and what goes with each copy. `address`
    is its page, `guide` the page with questions for a class. Empty unless it is given away."""
    asset = watched.asset
    if asset is None or not watched.branded:
        return []
    films = [_as_file(watched, r) for r in asset.renditions if award_rules.is_in_kit(r.role)]
    return _with_sums([*films, *_words(watched, address), _guide(guide)])


def school_files(watched: Watched, address: str, guide: str) -> list[KitFile]:
    """What a teacher shows in class: one film, captions, poster, guide."""
    asset = watched.asset
    if asset is None or not watched.branded:
        return []
    found = {role: asset.rendition(role) for role in SCHOOL_ROLES}
    if found["school_720"] is not None or found["winner_720"] is None:
        found["winner_720"] = None
    if found["school_720"] is None and found["winner_720"] is None:
        found["winner_720"] = next(iter(asset.versions("winner")), None)
    films = [_as_file(watched, each) for each in found.values() if each is not None]
    return _with_sums([*films, *_words(watched, address), _guide(guide)])


def station_files(watched: Watched, address: str) -> list[KitFile]:
    """What a station's download holds; empty until somebody had it made."""
    asset, entry = watched.asset, watched.entry
    if asset is None or not watched.branded:
        return []
    code = award_rules.station_code(watched.season.year, entry.id)
    films = [
        KitFile(f"{code}{STATION_FILES[r.role]}", r.bytes, r.sha256, r.key)
        for r in asset.renditions
        if r.role in STATION_FILES
    ]
    if not films:
        return []
    still = asset.rendition("winner_poster")
    stills = [_as_file(watched, still)] if still is not None else []
    return _with_sums([*films, *stills, *_words(watched, address)])


def _as_file(watched: Watched, rendition: Rendition) -> KitFile:
    name = kit_name(watched.entry, rendition.role)
    return KitFile(name, rendition.bytes, rendition.sha256, rendition.key)


def _words_file(name: str, words: str) -> KitFile:
    data = words.encode()
    return KitFile(name, len(data), hashlib.sha256(data).hexdigest(), "", data)


def _guide(page: str) -> KitFile:
    return _words_file("discussion-guide.html", page)


def _words(watched: Watched, address: str) -> list[KitFile]:
    """The licence, and what is said in the film."""
    entry = watched.entry
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
    said = "\n\n".join(" ".join(each.lines) for each in transcript(entry))
    return [
        _words_file("LICENCE.txt", words),
        _words_file(f"{entry.slug}-transcript-{entry.captions_language}.txt", f"{said}\n"),
    ]


def kit_digest(files: Sequence[KitFile]) -> str:
    """Stands for the very bytes of these files."""
    told = "".join(f"{file.name}|{file.size}|{file.sha256}\n" for file in files)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


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


def stream_file(storage: Storage, key: str) -> Iterator[bytes]:
    """A stored file in small pieces."""
    with storage.open(key) as file:
        while chunk := file.read(CHUNK):
            yield chunk
