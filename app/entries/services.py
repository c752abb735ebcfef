"""Writing entries: beginning, filling in, releasing, submitting, deciding."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.services import slug_of
from app.core import audit, mail
from app.core.errors import NotAllowed, Refused, require
from app.core.storage import Storage
from app.entries import notifications, permissions, queries, rules
from app.entries.models import AppearingPerson, Cue, Decision, Entry, Release, TeamCode
from app.entries.rules import EntryStatus, Rung
from app.media import queries as media
from app.media import services as media_services
from app.media.models import Asset
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.texts import text
from app.video import captions

ABANDONED_AFTER = timedelta(days=7)
DETAILS = frozenset(
    {
        "title",
        "synopsis",
        "team_name",
        "team_size",
        "category_id",
        "division_id",
        "ai_use",
        "ai_words",
        "original_work",
        "people_complete",
        "cues_complete",
        "licence",
    }
)


def create_entry(session: Session, *, actor: User, season: Season, now: datetime) -> Entry:
    """A fresh draft, with a team code that works at once."""
    membership = schools.get_membership(session, actor)
    if reason := school_rules.why_not_taking_part(membership.school):
        raise Refused(reason)
    drafts = queries.count_in_category(session, actor.id, season, None, None)
    if reason := rules.why_not_creatable(drafts, season, now):
        raise Refused(reason)
    entry = Entry(
        season_id=season.id,
        school_id=membership.school_id,
        teacher_id=actor.id,
        code=_free_code(session, season),
        licence=season.licence,
        created_at=now,
        updated_at=now,
    )
    entry.school = membership.school
    session.add(entry)
    session.flush()
    new_team_code(session, actor=actor, entry=entry, now=now)
    audit.record(session, actor, "entry.created", entry.id)
    return entry


def _free_code(session: Session, season: Season) -> str:
    taken = set(session.scalars(select(Entry.code).where(Entry.season_id == season.id)))
    while (code := rules.new_entry_code()) in taken:
        pass
    return code


def _editable(session: Session, actor: User, entry: Entry, now: datetime) -> None:
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    _open_for_changes(session, entry, now)


def _open_for_changes(session: Session, entry: Entry, now: datetime) -> None:
    season = contest.get_season(session, entry.season_id)
    if reason := rules.why_not_editable(entry, season, now):
        raise Refused(reason)


def save_details(
    session: Session, *, actor: User, entry: Entry, values: Mapping[str, Any], now: datetime
) -> None:
    """Save what was typed, complete or not. Fields outside the list are ignored."""
    _editable(session, actor, entry, now)
    season = contest.get_season(session, entry.season_id)
    for field in DETAILS & values.keys():
        setattr(entry, field, values[field])
    if entry.category_id not in {None, *(c.id for c in season.categories)}:
        raise Refused(text("That category belongs to another season."))
    if entry.division_id not in {None, *(d.id for d in season.divisions)}:
        raise Refused(text("That division belongs to another season."))
    if "category_id" in values and entry.category_id is not None:
        others = queries.count_in_category(
            session, entry.teacher_id, season, entry.category_id, entry.id
        )
        if reason := rules.why_not_creatable(others, season, season.submissions_open_at):
            raise Refused(reason)
    entry.updated_at = now
    session.flush()
    session.expire(entry, ["category", "division"])


def add_person(
    session: Session, *, actor: User, entry: Entry, alias: str, now: datetime
) -> AppearingPerson:
    """Somebody who can be seen or heard. Nothing is released yet."""
    _editable(session, actor, entry, now)
    if len(entry.people) >= 60:
        raise Refused(text("Sixty people is as many as this list takes."))
    person = AppearingPerson(alias=alias.strip())
    entry.people.append(person)
    session.flush()
    audit.record(session, actor, "entry.person-added", entry.id, person=person.id)
    return person


def remove_person(
    session: Session, *, actor: User, entry: Entry, person: AppearingPerson, now: datetime
) -> None:
    _editable(session, actor, entry, now)
    audit.record(session, actor, "entry.person-removed", entry.id, person=person.id)
    entry.people.remove(person)


def attest_release(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    person: AppearingPerson,
    rungs: Collection[Rung],
    form_name: str,
    signed_on: date,
    now: datetime,
) -> None:
    """Record which rungs the signed form kept at the school gives, and that the others are not
    given. Possible at any time: a family may change its mind after the deadline too."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    known = {release.rung: release for release in person.releases}
    for rung in Rung:
        release = known.get(rung)
        if rung in rungs and (release is None or release.revoked_at is not None):
            if release is None:
                release = Release(rung=rung)
                person.releases.append(release)
            release.form_name = form_name
            release.signed_on = signed_on
            release.attested_by = actor.id
            release.attested_at = now
            release.revoked_at = None
            audit.record(session, actor, "release.attested", person.id, rung=rung)
        elif rung not in rungs and release is not None and release.revoked_at is None:
            release.revoked_at = now
            audit.record(session, actor, "release.revoked", person.id, rung=rung)
    session.flush()


def add_cue(
    session: Session, *, actor: User, entry: Entry, values: Mapping[str, str], now: datetime
) -> Cue:
    _editable(session, actor, entry, now)
    if len(entry.cues) >= 100:
        raise Refused(text("A hundred pieces is as many as the cue sheet takes."))
    cue = Cue(**values)
    entry.cues.append(cue)
    session.flush()
    return cue


def remove_cue(session: Session, *, actor: User, entry: Entry, cue: Cue, now: datetime) -> None:
    _editable(session, actor, entry, now)
    entry.cues.remove(cue)


def new_team_code(session: Session, *, actor: User, entry: Entry, now: datetime) -> TeamCode:
    """A new code for the team; the one before stops working."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    for old in entry.team_codes:
        old.revoked_at = old.revoked_at or now
    while True:
        code = rules.new_team_code()
        if session.scalar(select(TeamCode.id).where(TeamCode.code == code)) is None:
            break
    fresh = TeamCode(code=code, created_at=now)
    entry.team_codes.append(fresh)
    session.flush()
    audit.record(session, actor, "entry.team-code-made", entry.id)
    return fresh


def begin_team_upload(
    session: Session,
    storage: Storage,
    *,
    entry: Entry,
    size: int,
    fingerprint: str,
    part_bytes: int,
    now: datetime,
) -> Asset:
    """Open an upload for the entry, or go on with the open one if it is the same file."""
    _open_for_changes(session, entry, now)
    season = contest.get_season(session, entry.season_id)
    if entry.incoming_asset_id is not None:
        open_one = media.get_asset(session, entry.incoming_asset_id)
        same = open_one.upload is not None and open_one.upload.fingerprint == fingerprint
        same = same and open_one.original_bytes == size
        if same and media_services.can_go_on(storage, open_one):
            return open_one
        entry.incoming_asset_id = None
        media_services.discard_asset(session, open_one)
    asset = media_services.begin_upload(
        session,
        storage,
        size=size,
        most_bytes=season.max_megabytes * 1000**2,
        fingerprint=fingerprint,
        part_bytes=part_bytes,
        min_seconds=season.min_seconds,
        max_seconds=season.max_seconds,
        now=now,
    )
    entry.incoming_asset_id = asset.id
    audit.record(session, None, "entry.upload-begun", entry.id, bytes=size)
    return asset


def forget_abandoned_uploads(session: Session, *, now: datetime) -> None:
    """Let go of uploads that nobody went on with for a week."""
    begun_before = now - ABANDONED_AFTER
    for entry in session.scalars(
        select(Entry)
        .join(Asset, Asset.id == Entry.incoming_asset_id)
        .where(Asset.created_at < begun_before)
    ).all():
        asset = get_incoming(session, entry)
        entry.incoming_asset_id = None
        media_services.discard_asset(session, asset)


def get_incoming(session: Session, entry: Entry) -> Asset:
    """The upload that is on its way. Raises Refused when there is none."""
    if entry.incoming_asset_id is None:
        raise Refused(text("There is no upload under way. Choose the file again."))
    return media.get_asset(session, entry.incoming_asset_id)


def complete_team_upload(
    session: Session, storage: Storage, *, entry: Entry, now: datetime
) -> None:
    """Everything has arrived: the new video takes the old one's place."""
    if entry.incoming_asset_id is None and entry.asset_id is not None:
        return  # Said twice: the first answer got lost on the way.
    _open_for_changes(session, entry, now)
    asset = get_incoming(session, entry)
    media_services.complete_upload(session, storage, asset=asset, now=now)
    _take_video(session, entry, asset, now)


def receive_team_file(
    session: Session, storage: Storage, *, entry: Entry, path: Path, now: datetime
) -> None:
    """The whole file in one form, from a browser without scripts."""
    _open_for_changes(session, entry, now)
    season = contest.get_season(session, entry.season_id)
    asset = media_services.receive_file(
        session,
        storage,
        path=path,
        most_bytes=season.max_megabytes * 1000**2,
        min_seconds=season.min_seconds,
        max_seconds=season.max_seconds,
        now=now,
    )
    _take_video(session, entry, asset, now)


def _take_video(session: Session, entry: Entry, asset: Asset, now: datetime) -> None:
    old_id = entry.asset_id
    entry.asset_id = asset.id
    entry.incoming_asset_id = None
    entry.updated_at = now
    if old_id is not None and old_id != asset.id:
        media_services.discard_asset(session, media.get_asset(session, old_id))
    audit.record(session, None, "entry.video-received", entry.id, asset=asset.id)


def save_captions(
    session: Session, *, entry: Entry, data: bytes, language: str, now: datetime
) -> None:
    """Captions from a team or teacher: checked, and written anew by us. Raises Refused with the
    line that is wrong."""
    _open_for_changes(session, entry, now)
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    try:
        parsed = captions.parse(data, duration=asset.seconds if asset else None)
    except captions.CaptionsRefused as error:
        raise Refused(error.text) from error
    entry.captions = parsed.to_vtt()
    entry.captions_language = language
    entry.updated_at = now


def submit_entry(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    season = contest.get_season(session, entry.season_id)
    asset = media.get_asset(session, entry.asset_id) if entry.asset_id else None
    if reason := rules.why_not_submittable(entry, asset, season, now):
        raise Refused(reason)
    entry.status = EntryStatus.SUBMITTED
    entry.submitted_at = now
    entry.updated_at = now
    audit.record(session, actor, "entry.submitted", entry.id)
    mail.send(session, notifications.received(entry, people.get_user(session, entry.teacher_id)))


def withdraw_entry(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Take it out of the contest. Until the deadline it can be changed and submitted again."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    season = contest.get_season(session, entry.season_id)
    if reason := rules.why_not_withdrawable(entry, season, now):
        raise Refused(reason)
    entry.status = EntryStatus.WITHDRAWN
    entry.finalist_at = None
    entry.updated_at = now
    audit.record(session, actor, "entry.withdrawn", entry.id)


def decide(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    verdict: EntryStatus,
    checked: Collection[str],
    reasons: Collection[str],
    words: str,
    now: datetime,
) -> Decision:
    """Accept, return or disqualify a submitted entry; the teacher is told why."""
    require(permissions.can_screen(actor))
    if reason := rules.why_not_decidable(entry):
        raise Refused(reason)
    if verdict not in (
        EntryStatus.ACCEPTED,
        EntryStatus.RETURNED,
        EntryStatus.DISQUALIFIED,
    ):
        raise NotAllowed
    if verdict is EntryStatus.ACCEPTED and set(checked) != set(rules.CHECKLIST):
        raise Refused(text("Please go through the whole checklist before you accept."))
    if verdict is not EntryStatus.ACCEPTED and not reasons and not words.strip():
        raise Refused(text("Please give at least one reason, so that the school knows why."))
    decision = Decision(
        screener_id=actor.id,
        at=now,
        verdict=verdict,
        checked=sorted(checked),
        reasons=sorted(set(reasons) & set(rules.REASONS)),
        words=words.strip(),
    )
    entry.decisions.append(decision)
    entry.status = verdict
    entry.updated_at = now
    if verdict is EntryStatus.ACCEPTED and entry.slug is None:
        entry.slug = _free_slug(session, entry)
    if verdict is not EntryStatus.ACCEPTED:
        entry.finalist_at = None
    session.flush()
    audit.record(session, actor, f"entry.{verdict}", entry.id, reasons=decision.reasons)
    teacher = people.get_user(session, entry.teacher_id)
    mail.send(session, notifications.decided(entry, teacher, decision))
    return decision


def _free_slug(session: Session, entry: Entry) -> str:
    wanted = slug_of(entry.title, fallback=f"entry-{entry.code.lower()}")
    taken = session.scalar(select(Entry.id).where(Entry.slug == wanted))
    return wanted if taken is None else f"{wanted}-{entry.code.lower()}"


def name_finalists(
    session: Session, *, season: Season, entry_ids: Collection[int], now: datetime
) -> None:
    """Mark exactly these accepted entries as finalists. Whoever calls has checked the right to."""
    for entry in queries.accepted_entries(session, season):
        chosen = entry.id in entry_ids
        if chosen and entry.finalist_at is None:
            entry.finalist_at = now
        elif not chosen:
            entry.finalist_at = None


def process_again(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Have the video prepared once more after our side broke."""
    require(permissions.can_restart_processing(actor))
    if entry.asset_id is None:
        raise Refused(text("This entry has no video."))
    media_services.try_again(session, media.get_asset(session, entry.asset_id), now=now)
    audit.record(session, actor, "entry.processing-restarted", entry.id)
