"""What a download of a winner holds: for a school, for a station, and everything."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from app import texts
from app.awards import rules as award_rules
from app.contest.rules import LICENCE_ADDRESSES, LICENCE_NAMES, Licence
from app.entries.models import Entry
from app.media.models import Asset, Rendition
from app.showcase.queries.films import Watched, attribution, transcript
from app.video.render import STATION_FILES

PICTURES = ("winner_poster", "winner_print")
"""The poster, and the one to print."""


@dataclass(frozen=True)
class KitFile:
    name: str
    size: int
    sha256: str
    key: str
    """Where the store has it; '' for words we write here."""
    words: bytes = b""


@dataclass(frozen=True)
class Kits:
    """The downloads of a winner. All are empty unless it is given away and its film is made."""

    everything: Sequence[KitFile] = ()
    """Films, poster, captions, and what goes with each copy."""
    school: Sequence[KitFile] = ()
    """What a teacher shows in class: one film, captions, poster, guide."""
    station: Sequence[KitFile] = ()
    """What a television station airs; empty until somebody had it made."""


def kits_of(watched: Watched, address: str, guide: str, press: str) -> Kits:
    """`address` is the winner's page, `guide` the page with questions for a class, `press` the one
    for newspapers."""
    asset = watched.asset
    if asset is None or not watched.branded:
        return Kits()
    words = _words(watched, address)
    for_class = _words_file("discussion-guide.html", guide)
    for_press = _words_file("press-sheet.html", press)
    everything = [r for r in asset.renditions if award_rules.is_in_kit(r.role)]
    return Kits(
        _with_sums([*(_as_file(watched, r) for r in everything), *words, for_class, for_press]),
        _with_sums([*(_as_file(watched, r) for r in _for_class(asset)), *words, for_class]),
        _station(watched, asset, [*words, for_press]),
    )


def _for_class(asset: Asset) -> list[Rendition]:
    """The film in the size that school computers play first, or else the next one."""
    found = [
        asset.rendition("school_720"),
        asset.rendition("winner_720"),
        *asset.versions("winner"),
    ]
    film = next((each for each in found if each is not None), None)
    beside = [asset.rendition(role) for role in ("winner_captions", *PICTURES)]
    return [each for each in (film, *beside) if each is not None]


def _station(watched: Watched, asset: Asset, words: Sequence[KitFile]) -> list[KitFile]:
    code = award_rules.station_code(watched.season.year, watched.entry.id)
    films = [
        KitFile(f"{code}{STATION_FILES[r.role]}", r.bytes, r.sha256, r.key)
        for r in asset.renditions
        if r.role in STATION_FILES
    ]
    if not films:
        return []
    pictures = [asset.rendition(role) for role in (*PICTURES, *award_rules.STILLS)]
    stills = [_as_file(watched, each) for each in pictures if each is not None]
    return _with_sums([*films, *stills, *words])


def _as_file(watched: Watched, rendition: Rendition) -> KitFile:
    name = kit_name(watched.entry, rendition.role)
    return KitFile(name, rendition.bytes, rendition.sha256, rendition.key)


def _words_file(name: str, words: str) -> KitFile:
    data = words.encode()
    return KitFile(name, len(data), hashlib.sha256(data).hexdigest(), "", data)


def _words(watched: Watched, address: str) -> list[KitFile]:
    """The licence, and what is said in the film."""
    entry = watched.entry
    licence = Licence(entry.licence)
    with texts.use_language(texts.SOURCE_LANGUAGE):
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
    said = "\n\n".join(" ".join(each.lines) for each in transcript(watched))
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
        "winner_print": "-poster-to-print.pdf",
        "winner_captions": f"-captions-{entry.captions_language}.vtt",
        **award_rules.SMALL_FILES,
        **award_rules.STILLS,
    }
    ending = named.get(role) or f"-{role.rpartition('_')[2]}p.mp4"
    return f"{entry.slug}{ending}"
