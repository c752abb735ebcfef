"""Submitting and withdrawing, and what screening decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.services import slug_of
from app.core import audit, mail
from app.core.errors import NotAllowed, Refused, require
from app.entries import notifications, permissions, queries, rules
from app.entries.models import Decision, Entry, RetiredAddress, ScreeningNote
from app.entries.rules import EntryStatus
from app.entries.services.details import hold
from app.entries.services.letting_go import retire_address
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
    window = queries.window_for(session, entry)
    if reason := rules.why_not_submittable(entry, asset, window, now, season.questions):
        raise Refused(reason)
    entry.rule_set_id = queries.get_rule_set_for(session, entry).id
    entry.status = EntryStatus.SUBMITTED
    entry.cure_until = None
    entry.submitted_at = now
    entry.updated_at = now
    audit.record(session, actor, "entry.submitted", entry.id)
    teacher = people.get_user(session, entry.teacher_id)
    mail.send(session, notifications.received(entry, teacher, zone=season.zone))


def withdraw_entry(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Take it out of the contest. Until the deadline it can be changed and submitted again."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    hold(session, entry)
    if reason := rules.why_not_withdrawable(entry):
        raise Refused(reason)
    entry.status = EntryStatus.WITHDRAWN
    _leave_the_public(session, entry, now)
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
    """Accept, return or disqualify a submitted entry by the rules it was submitted under; the
    teacher is told why, with the notes made at moments of the video."""
    require(permissions.can_decide(actor, entry, schools.find_membership(session, actor)))
    hold(session, entry)
    if reason := rules.why_not_decidable(entry):
        raise Refused(reason)
    season = contest.get_season(session, entry.season_id)
    window = queries.window_of(session, season, entry.school_id)
    rule_set = queries.get_rule_set_for(session, entry)
    listed = rule_set.rules
    unsent = [note for note in entry.notes if note.sent_at is None]
    until = None
    if verdict is EntryStatus.ACCEPTED:
        why_not = rules.why_not_accepted(checked, listed)
    elif verdict is EntryStatus.RETURNED:
        until = rules.cure_until(reasons, listed, season.cure_hours, now)
        why_not = rules.why_not_sent_back(
            reasons, words, len(unsent), listed
        ) or rules.why_not_returned(until, window, now)
    elif verdict is EntryStatus.DISQUALIFIED:
        why_not = rules.why_not_disqualified(reasons, listed)
    else:
        raise NotAllowed
    if why_not is not None:
        raise Refused(why_not)
    decision = Decision(
        screener_id=actor.id,
        at=now,
        verdict=verdict,
        rule_set_id=rule_set.id,
        checked=sorted(checked),
        reasons=sorted(rule.code for rule in rules.broken(reasons, listed)),
        words=words.strip(),
    )
    entry.decisions.append(decision)
    entry.status = verdict
    entry.cure_until = until
    if verdict is EntryStatus.ACCEPTED:
        entry.cleared_at, entry.cleared_by = None, None
    entry.updated_at = now
    if verdict is EntryStatus.ACCEPTED and entry.slug is None:
        entry.slug = _free_slug(session, entry)
        # Whatever was taken down there before, the address is somebody's again.
        session.execute(
            delete(RetiredAddress).where(RetiredAddress.digest == rules.address_digest(entry.slug))
        )
    if verdict is not EntryStatus.ACCEPTED:
        _leave_the_public(session, entry, now)
    session.flush()
    audit.record(session, actor, f"entry.{verdict}", entry.id, reasons=decision.reasons)
    teacher = people.get_user(session, entry.teacher_id)
    sent = unsent if verdict is not EntryStatus.ACCEPTED else []
    for note in sent:
        note.sent_at = now
    told = notifications.decided(
        entry,
        teacher,
        decision,
        listed,
        sent,
        until=rules.told_until(entry, window),
        zone=season.zone,
    )
    mail.send(session, told)
    return decision


def clear_entry(
    session: Session, *, actor: User, entry: Entry, checked: Collection[str], now: datetime
) -> None:
    """The second look: somebody other than who accepted it finds it fit for the public."""
    require(permissions.can_decide(actor, entry, schools.find_membership(session, actor)))
    hold(session, entry)
    listed = queries.get_rule_set_for(session, entry).rules
    if reason := rules.why_not_cleared(entry, actor, checked, listed):
        raise Refused(reason)
    entry.cleared_at, entry.cleared_by = now, actor.id
    audit.record(session, actor, "entry.cleared", entry.id)


def hold_back(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """Keep an entry from the public until an organizer lets it go on. Anybody who screens may."""
    require(permissions.can_screen(actor))
    if entry.held_at is None:
        entry.held_at, entry.held_by = now, actor.id
        audit.record(session, actor, "entry.held", entry.id)


def end_hold(session: Session, *, actor: User, entry: Entry) -> None:
    """Raises Refused while somebody still has to look into it; who and why is not everybody's."""
    require(permissions.can_end_hold(actor))
    if queries.has_open_disclosure(session, entry):
        raise Refused(text("It has to be kept back for now. Please try again another day."))
    if entry.held_at is not None:
        entry.held_at, entry.held_by = None, None
        audit.record(session, actor, "entry.hold-ended", entry.id)


def add_note(
    session: Session, *, actor: User, entry: Entry, at_seconds: float, words: str, now: datetime
) -> ScreeningNote:
    """What was seen at a moment of the video. It goes to the school only with a return."""
    require(permissions.can_screen(actor))
    if reason := rules.why_not_decidable(entry):
        raise Refused(reason)
    if len(entry.notes) >= rules.MOST_NOTES:
        raise Refused(text("%(most)s notes are as many as fit.", most=rules.MOST_NOTES))
    note = ScreeningNote(
        screener_id=actor.id, at_seconds=max(0.0, at_seconds), words=words.strip(), created_at=now
    )
    entry.notes.append(note)
    session.flush()
    return note


def remove_note(session: Session, *, actor: User, entry: Entry, note: ScreeningNote) -> None:
    """Raises Refused for a note the school has been sent: what was said stays said."""
    require(permissions.can_screen(actor))
    if note.sent_at is not None:
        raise Refused(text("The school has been sent this note already."))
    entry.notes.remove(note)


def _leave_the_public(session: Session, entry: Entry, now: datetime) -> None:
    """What is no longer accepted is no finalist and has no address. The next one is made of the
    title it has by then: the old title may be what was wrong with it."""
    retire_address(session, entry, now=now)
    entry.finalist_at = None
    entry.cleared_at, entry.cleared_by = None, None


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
