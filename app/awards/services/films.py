"""The films and kits of winners, made in the background straight from the originals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import permissions, queries, rules
from app.awards.queries import FILM_JOB, STATION_JOB
from app.contest import queries as contest
from app.contest.rules import LICENCE_NAMES, Licence
from app.core import audit, jobs
from app.core.errors import Refused, require
from app.core.jobs import JobState, RunningJob
from app.core.storage import borrow
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.media import services as media_services
from app.media.models import Asset
from app.texts import text
from app.video import captions, render, source
from app.video.branding import CARDS, Brand
from app.video.captions import Captions
from app.video.render import VTT, Made
from app.video.run import EngineFailed
from app.video.source import Source
from app.video.step import portion


def ask_for_film(session: Session, entry: Entry) -> None:
    """Have the film of a winner made (anew): what its end card says has changed."""
    if entry_rules.is_giveable(entry):
        job = jobs.enqueue(session, FILM_JOB, subject=queries.film_subject(entry.id))
        job.args = _args(session, entry)


def _args(session: Session, entry: Entry) -> dict[str, Any]:
    return {"entry_id": entry.id, "made_of": queries.film_digest(session, entry)}


def brand_again(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Start a failed branding anew, or have a finished one remade."""
    require(permissions.can_give_awards(actor))
    _refuse_what_cannot_be_made(session, entry)
    failed = queries.find_failed_branding(session, entry)
    if failed is not None:
        failed.args = _args(session, entry)
        jobs.run_again(session, failed, now=now)
    else:
        ask_for_film(session, entry)


def ask_for_station_kit(
    session: Session, *, actor: User, entry: Entry, prores: bool = False
) -> None:
    """Have a winner's files for television made, with the largest of them where `prores` is true.
    They are large, so it takes somebody to ask. Raises Refused."""
    require(permissions.can_give_awards(actor))
    _refuse_what_cannot_be_made(session, entry)
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    try:
        render.slot_for((asset.seconds if asset else None) or 0)
    except EngineFailed as failed:
        raise Refused(failed.text) from failed
    if not queries.awards_of_entry(session, entry.id):
        raise Refused(text("It has no award."))
    subject = queries.station_subject(entry.id)
    if any(job.state == JobState.RUNNING for job in jobs.jobs_about(session, subject)):
        raise Refused(text("It is being made at this moment. Wait until it is done."))
    job = jobs.enqueue(session, STATION_JOB, subject=subject, entry_id=entry.id)
    # One that waits already makes what was asked for last.
    job.args = {"entry_id": entry.id, "prores": prores}
    audit.record(session, actor, "award.station-kit-asked-for", entry.id, prores=prores)


def _refuse_what_cannot_be_made(session: Session, entry: Entry) -> None:
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


FILM_ROOM = 800 * 1024**2
STATION_ROOM, PRORES_ROOM = 1600 * 1024**2, 2000 * 1024**2
"""Bytes that must be free before the work begins, somewhat more than is made of a minute."""


class OutOfDate(Exception):
    """What a kit says has changed while it was made."""


@dataclass(frozen=True)
class _Original:
    """All that a winner's film is made of."""

    asset: Asset
    path: Path
    source: Source
    brand: Brand
    words: Captions
    folder: Path
    poster: Path | None
    digest: str
    """Stands for all that the film says, as it was when the work began."""


@contextmanager
def _original(job: RunningJob, entry_id: int, room: int) -> Iterator[_Original | None]:
    """None for an entry that is no winner any more, or may not be given away. Raises DiskFull where
    fewer than `room` bytes are free."""
    storage = job.platform.storage
    with job.platform.sessions() as session:
        entry = session.get(Entry, entry_id)
        awards = queries.awards_of_entry(session, entry_id)
        if (
            entry is None
            or entry.asset_id is None
            or not awards
            or not entry_rules.is_giveable(entry)
        ):
            yield None
            return
        digest = queries.film_digest(session, entry)
        season = contest.get_season(session, entry.season_id)
        asset = media.get_asset(session, entry.asset_id)
        words = captions.parse(entry.captions.encode(), duration=asset.seconds)
        logo_keys = [season.logo_key, *(p.logo_key for p in season.partners)]
        chosen = asset.rendition("poster")
        brand = Brand(
            contest=season.name,
            year=season.year,
            award=rules.ribbon(awards),
            title=entry.title,
            team=entry.team_name,
            school=entry.school.name,
            licence=LICENCE_NAMES[Licence(entry.licence)],
            address=f"{job.platform.public_url}/watch/{entry.slug}",
            code=rules.station_code(season.year, entry.id),
            contact=season.contact_email,
            accent=season.accent,
            tag=season.brand_tag,
            lower_third=season.lower_third,
        )
    with (
        media_services.workroom(job, "brand-", room=room) as folder,
        media_services.checked_original(storage, asset) as original,
        ExitStack() as files,
    ):
        own, *partners = [borrow(files, storage, key) for key in logo_keys]
        brand = replace(brand, logo=own, partner_logos=tuple(logo for logo in partners if logo))
        poster = borrow(files, storage, chosen.key) if chosen else None
        found = source.probe(original)
        yield _Original(asset, original, found, brand, words, folder, poster, digest)


def brand_winner(job: RunningJob, entry_id: int) -> None:
    """Make the winner's film straight from the original: opening, corner bug, end card, ladder; and
    the versions for schools and phones. What stations got before says something else now, and
    goes."""
    with _original(job, entry_id, FILM_ROOM) as of:
        if of is None:
            return
        made = render.make_branded(
            of.path,
            of.source,
            of.brand,
            of.folder,
            captions=of.words,
            still=of.poster,
            progress=portion(job.renew, 0.0, 0.6),
        )
        made.append(_shifted_captions(of.words, of.folder))
        made += render.make_school(
            of.path,
            of.source,
            of.brand,
            of.folder,
            captions=of.words,
            progress=portion(job.renew, 0.6, 1.0),
        )
        media_services.record_renditions(job, of.asset.id, of.asset.name, made)
        media_services.drop_renditions(job, of.asset.id, render.STATION_FILES)


def make_station_kit(job: RunningJob, entry_id: int, *, prores: bool) -> None:
    """Make a winner's files for television. Raises OutOfDate when what they say has changed
    meanwhile: they are thrown away, and the next attempt says what is right by then."""
    with _original(job, entry_id, STATION_ROOM + PRORES_ROOM * prores) as of:
        if of is None:
            return
        made = render.make_station(
            of.path,
            of.source,
            of.brand,
            of.folder,
            captions=of.words,
            prores=prores,
            progress=portion(job.renew, 0.0, 1.0),
        )
        with job.platform.sessions() as session:
            entry = session.get(Entry, entry_id)
            if entry is None or queries.film_digest(session, entry) != of.digest:
                raise OutOfDate
        media_services.record_renditions(job, of.asset.id, of.asset.name, made)
        left = set(render.STATION_FILES) - {one.role for one in made}
        media_services.drop_renditions(job, of.asset.id, left)


def _shifted_captions(words: Captions, folder: Path) -> Made:
    """The captions as a file of their own, moved on by the opening card's length."""
    shifted = words.shifted(CARDS.shift).to_vtt()
    return render.made_words("winner_captions", folder / "winner_captions.vtt", VTT, shifted)
