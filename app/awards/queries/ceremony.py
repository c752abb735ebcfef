"""The run of show on results night: what the hall sees, slide by slide."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import permissions, rules
from app.awards.queries.winners import winners
from app.awards.rules import AwardKind
from app.contest.models import Category, Season
from app.core.errors import require
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.media.models import Asset
from app.texts import Text, text


class SlideKind(StrEnum):
    OPENING = "opening"
    CATEGORY = "category"
    CLIP = "clip"
    PLACE = "place"
    WINNER = "winner"
    CLOSING = "closing"


@dataclass(frozen=True)
class Slide:
    """One picture on the wall, and what whoever speaks is told beside it."""

    kind: SlideKind
    heading: Text
    entry: Entry | None = None
    asset: Asset | None = None
    place: int = 0
    """1 to 3 on a placement's slides, 0 on others."""
    notes: Sequence[Text] = field(default_factory=list)


@dataclass(frozen=True)
class _Given:
    """An award as the evening tells of it, real or made up for a rehearsal."""

    kind: AwardKind
    name: Text
    entry: Entry
    place: int = 0


def run_of_show(session: Session, actor: User, season: Season, *, rehearsal: bool) -> list[Slide]:
    """Opening; for each category its finalists' clips, then third, second and first; the other
    awards; closing. A rehearsal has made-up winners, the same ones each time, and real finalists.

    Raises NotAllowed for whoever may not know the results.
    """
    require(permissions.can_give_awards(actor))
    finalists = entries.public_finalists(session, season)
    given = _made_up(season, finalists) if rehearsal else _set(session, season)
    shown = {each.id: each for each in [*finalists, *(award.entry for award in given)]}
    assets = media.assets_by_id(session, [each.asset_id for each in shown.values()])
    slides = [_opening(season)]
    for category in season.categories:
        slides += _category(season, category, finalists, given, assets)
    for award in given:
        if award.kind is not AwardKind.PLACEMENT:
            slides += _reveal(season, award, assets)
    return [*slides, Slide(SlideKind.CLOSING, text("Thank you"))]


def _set(session: Session, season: Season) -> list[_Given]:
    return [
        _Given(AwardKind(award.kind), rules.award_name(award), winner.entry, award.place or 0)
        for winner in winners(session, season)
        # A hall is the public: what the site may not name is not named there either.
        if entry_rules.is_publishable(winner.entry)
        for award in winner.awards
    ]


def _made_up(season: Season, finalists: Sequence[Entry]) -> list[_Given]:
    """Placements drawn by lot from the finalists: nobody learns anything from a rehearsal."""
    lot = random.Random(season.id)  # noqa: S311 (a rehearsal is the same each time, not secret)
    given = []
    for category in season.categories:
        drawn = [e for e in finalists if e.category_id == category.id]
        lot.shuffle(drawn)
        given += [
            _Given(AwardKind.PLACEMENT, _place_name(place, category), entry, place)
            for place, entry in zip(rules.PLACES, drawn, strict=False)
        ]
    if finalists:
        choice = lot.choice(list(finalists))
        given.append(_Given(AwardKind.PEOPLES_CHOICE, text("People's Choice"), choice))
    return given


def _place_name(place: int, category: Category) -> Text:
    return text("%(place)s, %(category)s", place=rules.PLACE_NAMES[place], category=category.name)


def _opening(season: Season) -> Slide:
    name = text("%(contest)s %(year)s", contest=season.name, year=season.year)
    partners = ", ".join(partner.name for partner in season.partners)
    notes = [text("Carried by: %(partners)s", partners=partners)] if partners else []
    return Slide(SlideKind.OPENING, name, notes=notes)


def _category(
    season: Season,
    category: Category,
    finalists: Sequence[Entry],
    given: Sequence[_Given],
    assets: Mapping[int, Asset],
) -> list[Slide]:
    clips = [
        Slide(
            SlideKind.CLIP,
            text("%(title)s", title=entry.title),
            entry,
            assets.get(entry.asset_id or 0),
            notes=[_from(entry)],
        )
        for entry in finalists
        if entry.category_id == category.id
    ]
    placed = [
        award
        for award in given
        if award.kind is AwardKind.PLACEMENT and award.entry.category_id == category.id
    ]
    if not clips and not placed:
        return []
    title = Slide(
        SlideKind.CATEGORY,
        text("%(name)s", name=category.name),
        notes=[text("%(words)s", words=category.description)] if category.description else [],
    )
    # The best comes last; of those who share a place none before the other but by name.
    placed.sort(key=lambda award: (-award.place, award.entry.title))
    return [title, *clips, *(s for award in placed for s in _reveal(season, award, assets))]


def _reveal(season: Season, award: _Given, assets: Mapping[int, Asset]) -> list[Slide]:
    prize = next((p.words for p in season.prizes if p.place == award.place), "")
    notes = [_from(award.entry)]
    if prize:
        notes.append(text("For the school: %(prize)s", prize=prize))
    said = [text("Next: %(title)s", title=award.entry.title), *notes]
    asset = assets.get(award.entry.asset_id or 0)
    return [
        Slide(SlideKind.PLACE, award.name, place=award.place, notes=said),
        Slide(SlideKind.WINNER, award.name, award.entry, asset, award.place, notes),
    ]


def _from(entry: Entry) -> Text:
    return text("%(team)s, %(school)s", team=entry.team_name, school=entry.school.name)
