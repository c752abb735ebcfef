"""What the public pages show, each in a constant number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from sqlalchemy.orm import Session

from app.awards import queries as awards
from app.awards import rules as award_rules
from app.awards.queries import Winner
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.contest.models import Season
from app.contest.rules import LICENCE_NAMES, Licence
from app.core.errors import NotFound
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.entries.rules import Rung
from app.media import queries as media
from app.media.models import Asset, Rendition
from app.schools.models import School
from app.showcase import rules
from app.video.branding import CARDS
from app.video.captions import CaptionsRefused, Cue, parse

PAGE = 24
RELATED = 3


@dataclass(frozen=True)
class Shown:
    """An entry with its video, for a card or a page."""

    entry: Entry
    asset: Asset | None

    @property
    def seconds(self) -> float | None:
        return self.asset.seconds if self.asset else None


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
        return self.is_given and self.winner is not None and self.winner.is_branded

    @property
    def is_given(self) -> bool:
        """Whether anybody may take it and show it elsewhere, branded yet or not."""
        return self.giveable and self.winner is not None

    @property
    def poster_role(self) -> str:
        return "winner_poster" if self.branded else "poster"

    @property
    def poster(self) -> Rendition | None:
        """The picture that stands for the film."""
        return self.rendition(self.poster_role)

    def versions(self) -> list[Rendition]:
        if self.asset is None:
            return []
        return self.asset.versions("winner" if self.branded else "web")

    @property
    def seconds(self) -> float | None:
        """How long the film is that the page plays: a winner's has its opening and end card."""
        versions = self.versions()
        if versions and versions[0].seconds:
            return versions[0].seconds
        return self.asset.seconds if self.asset else None

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

    def rendition(self, role: str) -> Rendition | None:
        """A film or a picture of it, as far as a visitor may have it now: what a winner is given
        away as leaves with what gave it away."""
        families = ("card_", "winner_", "player_") if self.branded else ("card_",)
        allowed = role == "poster" or role in self.films or role.startswith(families)
        return self.asset.rendition(role) if self.asset is not None and allowed else None


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


def transcript(watched: Watched) -> list[Cue]:
    """What is said and heard, at the moments of the film that the page plays."""
    try:
        captions = parse(watched.entry.captions.encode())
        return (captions.shifted(CARDS.shift) if watched.branded else captions).cues
    except CaptionsRefused:
        return []


def related(session: Session, watched: Watched, *, now: datetime) -> list[Winner]:
    """A few other winners of the year, of the same category first, then of the same school."""
    if watched.winner is None:
        return []
    entry = watched.entry
    others = [
        each
        for each in awards.public_winners(session, watched.season, now=now)
        if each.entry.id != entry.id
    ]
    others.sort(
        key=lambda each: (
            each.entry.category_id != entry.category_id,
            each.entry.school_id != entry.school_id,
        )
    )
    return others[:RELATED]


@dataclass(frozen=True)
class Wish:
    """What somebody looks for in the gallery; None and '' stand for everything."""

    category: int | None = None
    division: int | None = None
    school: int | None = None
    language: str = ""
    words: str = ""


@dataclass(frozen=True)
class Gallery:
    """A season's public entries, those that were looked for, and what else one may look for."""

    found: list[Entry]
    schools: list[School]
    languages: list[str]
    in_category: Mapping[int, int]
    """How many films there are of each category, by its id, whatever was looked for."""
    in_division: Mapping[int, int]


def gallery(session: Session, season: Season, wish: Wish, *, now: datetime) -> Gallery:
    """The season's gallery. Search folds letters (`rules.fold`), so it is done here and not by the
    database; a season has some hundred entries."""
    everything = entries.public_entries(session, season, now=now)
    schools = {entry.school.id: entry.school for entry in everything}
    return Gallery(
        [entry for entry in everything if _fits(entry, wish)],
        sorted(schools.values(), key=lambda school: rules.fold(school.name)),
        sorted({entry.captions_language for entry in everything}),
        Counter(entry.category_id for entry in everything if entry.category_id is not None),
        Counter(entry.division_id for entry in everything if entry.division_id is not None),
    )


def _fits(entry: Entry, wish: Wish) -> bool:
    return (
        wish.category in (None, entry.category_id)
        and wish.division in (None, entry.division_id)
        and wish.school in (None, entry.school_id)
        and wish.language in ("", entry.captions_language)
        and rules.is_found(
            wish.words, entry.title, entry.synopsis, entry.team_name, entry.school.name
        )
    )


def years_on_show(session: Session, *, now: datetime) -> list[Season]:
    """Seasons whose gallery is open, newest first."""
    return [s for s in contest.seasons(session) if season_rules.is_gallery_open(s, now)]


@dataclass(frozen=True)
class SchoolYears:
    """What a school put in over the years, as far as anybody may see it: newest first."""

    school: School
    years: list[tuple[Season, list[Shown]]]
    awards: Mapping[int, Winner]
    """The winners among them, by entry id."""


def get_school_years(
    session: Session, school_id: int, *, only: int | None = None, now: datetime
) -> SchoolYears:
    """All years, or the one of an archive. Raises NotFound for a school that has nothing to see."""
    by_season = {s.id: s for s in contest.seasons(session) if only in (None, s.year)}
    listed = [
        entry
        for entry in entries.public_entries_of_school(session, school_id, now=now)
        if entry.season_id in by_season
    ]
    if not listed:
        raise NotFound
    cards = shown(session, listed)
    years: dict[int, list[Shown]] = {}
    for card in cards:
        years.setdefault(card.entry.season_id, []).append(card)
    won = awards.public_winners_among(session, listed, by_season, now=now)
    order = sorted(years, key=lambda key: -by_season[key].year)
    return SchoolYears(listed[0].school, [(by_season[key], years[key]) for key in order], won)


def given_away(session: Session, announced: Sequence[Season], *, now: datetime) -> list[Watched]:
    """Winners of these seasons that anybody may take and show, the first season's first."""
    by_id = {season.id: season for season in announced}
    return [
        Watched(
            entry=winner.entry,
            season=by_id[winner.entry.season_id],
            asset=winner.asset,
            winner=winner,
            giveable=True,
        )
        for winner in awards.public_winners_of(session, announced, now=now)
        if entry_rules.is_giveable(winner.entry)
    ]


@dataclass(frozen=True)
class Retired:
    """That a film left the feeds, for readers that kept it."""

    season: Season
    mark: str
    at: datetime


def retired(session: Session, announced: Sequence[Season], *, now: datetime) -> list[Retired]:
    """What was taken down of these seasons, the newest first: films whose address is gone, and
    winners that could be given away once and can't any more."""
    by_id = {s.id: s for s in announced}
    left = [
        Retired(by_id[each.season_id], each.mark, each.retired_at)
        for each in entries.retired_addresses(session, set(by_id))
        if each.mark
    ]
    for winner in awards.winners_of(session, list(by_id.values())):
        entry, season = winner.entry, by_id[winner.entry.season_id]
        if entry.slug is None or winner.asset is None or entry_rules.is_giveable(entry):
            continue
        if entry_rules.was_public(entry, season, Rung.WINNER):
            left.append(Retired(season, winner.asset.name, _taken_back_at(entry) or now))
    return sorted(left, key=lambda each: each.at, reverse=True)


def _taken_back_at(entry: Entry) -> datetime | None:
    moments = [r.revoked_at for person in entry.people for r in person.releases if r.revoked_at]
    return max([*moments, *([entry.held_at] if entry.held_at else [])], default=None)
