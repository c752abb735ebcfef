"""Setting awards, branding winners, announcing."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.awards import notifications, permissions, queries, rules
from app.awards.models import Award
from app.awards.rules import AwardKind
from app.contest import queries as contest
from app.contest.models import Category, Season
from app.contest.rules import LICENCE_NAMES, Licence
from app.core import audit, jobs, mail
from app.core.errors import NotFound, Refused, require
from app.core.jobs import RunningJob
from app.core.storage import Gone, Storage
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.media import services as media_services
from app.texts import text
from app.video import captions, render, source
from app.video.branding import CARDS, Brand
from app.video.render import Made
from app.video.step import portion
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
    return _give(
        session,
        actor,
        season,
        entry,
        Award(kind=AwardKind.PLACEMENT, place=place, category=category),
        now,
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
    _brand(session, entry)
    return award


def _brand(session: Session, entry: Entry) -> None:
    """Have the film of a winner made (anew): what its end card says has changed."""
    if entry_rules.is_giveable(entry):
        job = jobs.enqueue(session, "awards.brand", subject=f"brand:{entry.id}")
        job.args = _args(session, entry)


def _args(session: Session, entry: Entry) -> dict[str, Any]:
    return {"entry_id": entry.id, "made_of": queries.film_digest(session, entry)}


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
        _brand(session, entry)


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
    season.announced_at = now
    audit.record(session, actor, "season.announced", season.id, awards=len(awards))
    winners = queries.winners(session, season)
    made = queries.brandings(session, winners)
    for winner in winners:
        if winner.entry.status != entry_rules.EntryStatus.ACCEPTED:
            continue  # It left the contest after the award was set, and has no page to point to.
        if not queries.is_film_current(session, winner, made.get(winner.entry.id)):
            _brand(session, winner.entry)
        teacher = people.get_user(session, winner.entry.teacher_id)
        mail.send(session, notifications.won(winner.entry, teacher, rules.ribbon(winner.awards)))


def brand_again(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Start a failed branding anew, or have a finished one remade."""
    require(permissions.can_give_awards(actor))
    if not entry_rules.is_giveable(entry):
        raise Refused(text("Not everybody in it has agreed that it may be given away."))
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    if asset is not None and asset.original_gone_at is not None:
        raise Refused(
            text(
                "A winner's film is made from the original, and the original was deleted as the "
                "schedule says. The film stays as it is."
            )
        )
    failed = queries.find_failed_branding(session, entry)
    if failed is not None:
        failed.args = _args(session, entry)
        jobs.run_again(session, failed, now=now)
    else:
        _brand(session, entry)


def brand_winner(job: RunningJob, entry_id: int) -> None:
    """Make the winner's film straight from the original: opening, corner bug, end card, ladder."""
    storage = job.platform.storage
    with job.platform.sessions() as session:
        entry = session.get(Entry, entry_id)
        if entry is None or entry.asset_id is None or not entry_rules.is_giveable(entry):
            return
        awards = queries.awards_of_entry(session, entry_id)
        if not awards:
            return
        season = contest.get_season(session, entry.season_id)
        asset = media.get_asset(session, entry.asset_id)
        words = captions.parse(entry.captions.encode(), duration=asset.seconds)
        logo_keys = [season.logo_key, *(p.logo_key for p in season.partners)]
        brand = Brand(
            contest=season.name,
            year=season.year,
            award=rules.ribbon(awards),
            title=entry.title,
            team=entry.team_name,
            school=entry.school.name,
            licence=LICENCE_NAMES[Licence(entry.licence)],
            address=f"{job.platform.public_url}/watch/{entry.slug}",
            accent=season.accent,
        )
    with (
        media_services.checked_original(storage, asset) as original,
        TemporaryDirectory(dir=job.platform.work_dir, prefix="brand-") as folder,
        ExitStack() as logos,
    ):
        out = Path(folder)
        own, *partners = [_local_logo(logos, storage, key) for key in logo_keys]
        brand = replace(brand, logo=own, partner_logos=tuple(logo for logo in partners if logo))
        found = source.probe(original)
        made = render.make_branded(
            original, found, brand, out, captions=words, progress=portion(job.renew, 0.0, 1.0)
        )
        made.append(_shifted_captions(words, out))
        media_services.record_renditions(job, asset.id, asset.name, made)


def _local_logo(stack: ExitStack, storage: Storage, key: str) -> Path | None:
    if not key:
        return None
    try:
        return stack.enter_context(storage.local(key))
    except Gone:
        return None


def _shifted_captions(words: captions.Captions, out: Path) -> Made:
    """The captions as a file of their own, moved on by the opening card's length."""
    path = out / "winner_captions.vtt"
    data = words.shifted(CARDS.shift).to_vtt().encode()
    path.write_bytes(data)
    return Made(
        role="winner_captions",
        path=path,
        content_type="text/vtt",
        width=None,
        height=None,
        duration=None,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        loudness=None,
    )
