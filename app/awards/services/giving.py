"""Setting awards, and announcing them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.awards import notifications, permissions, queries, rules
from app.awards.models import Award
from app.awards.rules import AwardKind
from app.awards.services.films import ask_for_film
from app.contest.models import Category, Season
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.judging import queries as judging
from app.judging import rules as judging_rules
from app.texts import text
from app.voting import queries as voting


def give_placement(
    session: Session,
    *,
    actor: User,
    season: Season,
    category: Category,
    entry: Entry,
    place: int,
    now: datetime,
) -> Award:
    """Give an entry a place in its category. Places may be shared."""
    if place not in rules.PLACES or entry.category_id != category.id:
        raise Refused(text("That entry does not compete for this place."))
    seal = judging.find_seal(session, season)
    if seal is not None and judging_rules.is_in_force(seal):
        _check_sealed(judging_rules.sealed_places(seal.document), entry, place)
    return _give(
        session,
        actor,
        season,
        entry,
        Award(kind=AwardKind.PLACEMENT, place=place, category=category),
        now,
    )


def _check_sealed(sealed: Mapping[str, int | None], entry: Entry, place: int | None) -> None:
    if sealed.get(entry.code) != place:
        raise Refused(
            text(
                "The sealed result gives %(code)s another place. It takes two organizers to open "
                "the seal.",
                code=entry.code,
            )
        )


def give_peoples_choice(
    session: Session, *, actor: User, season: Season, entry: Entry, now: datetime
) -> Award:
    """Give the People's Choice, once no ballot can change the count any more."""
    if reason := voting.why_not_final(session, season, now=now):
        raise Refused(reason)
    return _give(session, actor, season, entry, Award(kind=AwardKind.PEOPLES_CHOICE), now)


def give_special(
    session: Session, *, actor: User, season: Season, entry: Entry, name: str, now: datetime
) -> Award:
    if not name.strip():
        raise Refused(text("Please give the award a name."))
    award = Award(kind=AwardKind.SPECIAL, name=name.strip())
    return _give(session, actor, season, entry, award, now)


def _give(
    session: Session, actor: User, season: Season, entry: Entry, award: Award, now: datetime
) -> Award:
    require(permissions.can_give_awards(actor))
    if reason := rules.why_not_award(season, now):
        raise Refused(reason)
    if entry.season_id != season.id or entry.status != entry_rules.EntryStatus.ACCEPTED:
        raise Refused(text("Only an accepted entry of this season can get an award."))
    for known in queries.awards_of_entry(session, entry.id):
        if known.kind == award.kind and known.name == (award.name or ""):
            session.delete(known)
            session.flush()
    award.season_id = season.id
    award.entry = entry
    award.given_at = now
    award.name = award.name or ""
    session.add(award)
    session.flush()
    audit.record(session, actor, "award.given", entry.id, kind=award.kind, place=award.place)
    ask_for_film(session, entry)
    return award


def take_back(
    session: Session, *, actor: User, season: Season, award: Award, now: datetime
) -> None:
    require(permissions.can_give_awards(actor))
    if reason := rules.why_not_award(season, now):
        raise Refused(reason)
    entry = award.entry
    if entry is None:
        raise NotFound
    session.delete(award)
    session.flush()
    audit.record(session, actor, "award.taken-back", entry.id, kind=award.kind)
    if queries.awards_of_entry(session, entry.id):
        ask_for_film(session, entry)


def give_suggested(session: Session, *, actor: User, season: Season, now: datetime) -> int:
    """Set all placements and the People's Choice as scores and ballots say; returns how many.

    Placements that stand already are replaced, special awards stay. The People's Choice is left
    out while ballots may still be confirmed.
    """
    require(permissions.can_give_awards(actor))
    if reason := rules.why_not_award(season, now):
        raise Refused(reason)
    for award in queries.awards_of_season(session, season):
        if award.kind != AwardKind.SPECIAL:
            session.delete(award)
    session.flush()
    given = 0
    for category, places in queries.suggestions(session, actor, season).items():
        for place, winners in places.items():
            for entry in winners:
                give_placement(
                    session,
                    actor=actor,
                    season=season,
                    category=category,
                    entry=entry,
                    place=place,
                    now=now,
                )
                given += 1
    if voting.is_final(session, season, now=now):
        for entry in queries.peoples_choice(session, actor, season, now=now):
            give_peoples_choice(session, actor=actor, season=season, entry=entry, now=now)
            given += 1
    return given


def announce_awards(session: Session, *, actor: User, season: Season, now: datetime) -> None:
    """Make the winners public this very moment; their teachers are told.

    Films of entries that were mended since are made anew.
    """
    require(permissions.can_give_awards(actor))
    awards = queries.awards_of_season(session, season)
    uncounted = voting.why_not_final(session, season, now=now)
    if reason := rules.why_not_announceable(season, awards, now, uncounted=uncounted):
        raise Refused(reason)
    seal = judging.find_seal(session, season)
    if seal is not None and judging_rules.is_in_force(seal):
        sealed = judging_rules.sealed_places(seal.document)
        for award in awards:
            if award.kind == AwardKind.PLACEMENT and award.entry is not None:
                _check_sealed(sealed, award.entry, award.place)
    season.announced_at = now
    audit.record(session, actor, "season.announced", season.id, awards=len(awards))
    winners = queries.winners(session, season)
    made = queries.brandings(session, winners)
    for winner in winners:
        if winner.entry.status != entry_rules.EntryStatus.ACCEPTED:
            continue  # It left the contest after the award was set, and has no page to point to.
        if not queries.is_film_current(session, winner, made.get(winner.entry.id)):
            ask_for_film(session, winner.entry)
        teacher = people.get_user(session, winner.entry.teacher_id)
        mail.send(session, notifications.won(winner.entry, teacher, rules.ribbon(winner.awards)))
