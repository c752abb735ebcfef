"""Submitting and withdrawing, and what screening decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.services import slug_of
from app.core import audit, mail
from app.core.errors import NotAllowed, Refused, require
from app.entries import notifications, permissions, queries, rules
from app.entries.models import Decision, Entry
from app.entries.rules import EntryStatus
from app.entries.services.details import hold
from app.media import queries as media
from app.media import services as media_services
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.texts import text


def submit_entry(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    if reason := school_rules.why_not_taking_part(entry.school):
        raise Refused(reason)
    hold(session, entry)
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
    hold(session, entry)
    if reason := rules.why_not_withdrawable(entry):
        raise Refused(reason)
    entry.status = EntryStatus.WITHDRAWN
    _leave_the_public(entry)
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
    hold(session, entry)
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
        _leave_the_public(entry)
    session.flush()
    audit.record(session, actor, f"entry.{verdict}", entry.id, reasons=decision.reasons)
    teacher = people.get_user(session, entry.teacher_id)
    mail.send(session, notifications.decided(entry, teacher, decision))
    return decision


def _leave_the_public(entry: Entry) -> None:
    """What is no longer accepted is no finalist and has no address. The next one is made of the
    title it has by then: the old title may be what was wrong with it."""
    entry.finalist_at = None
    entry.slug = None


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
