"""Going through the schedule once a day: first telling people, then deleting what is due.

A few things at a time go in a transaction that finds them due itself, so that the work can stop
anywhere and begin again. Files go by the jobs of `media`, which delete a file before the row that
names it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards.models import Award
from app.contest import queries as contest
from app.core import audit, jobs, mail
from app.core.audit import AuditEvent
from app.core.errors import require
from app.core.jobs import Job
from app.core.platform import Platform
from app.entries import services as entries
from app.entries.models import Entry
from app.judging import services as judging
from app.media import queries as media
from app.media import services as media_services
from app.retention import notifications, permissions, queries, rules
from app.retention.models import Notice, Tombstone
from app.retention.rules import SCHEDULE, Due
from app.schools import services as schools
from app.voting import queries as votes
from app.voting import services as voting

log = logging.getLogger(__name__)

JOB = "retention.keep"
AT_ONCE = 25
"""How much goes in one transaction."""
Transaction = Callable[[], AbstractContextManager[Session]]


class Unfinished(Exception):
    """Some rows of the schedule could not be kept; the others were."""


def ask_for_daily_run(session: Session, *, now: datetime) -> None:
    """Have the schedule gone through if that was not asked for within a day."""
    asked = session.scalar(
        select(Job.id).where(Job.name == JOB, Job.created_at > now - rules.EVERY).limit(1)
    )
    if asked is None:
        ask_to_keep(session)


def ask_to_keep(session: Session) -> None:
    """Have the schedule gone through now."""
    jobs.enqueue(session, JOB, subject="retention")


def run_now(session: Session, *, actor: User) -> None:
    """Have the schedule gone through now, because an organizer asks."""
    require(permissions.can_see_report(actor))
    ask_to_keep(session)
    audit.record(session, actor, "retention.asked-for")


def keep_schedule(platform: Platform, *, transaction: Transaction, now: datetime) -> dict[str, int]:
    """Tell whom is to be told, then let go of all that is due; says how much of each row went.

    A row that breaks does not keep the others from their turn. Raises Unfinished at the end.
    """
    broken = []
    done: dict[str, int] = {}
    for row_id, tell in NOTICES.items():
        try:
            with transaction() as session:
                for due in queries.told_from(session, row_id, now=now):
                    tell(session, due, now)
        except Exception:
            log.exception("Nobody could be told about %s.", row_id)
            broken.append(row_id)
    for row_id in DEEDS:
        try:
            done[row_id] = _keep_row(platform, row_id, transaction, now)
        except Exception:
            log.exception("A row of the schedule broke: %s", row_id)
            broken.append(row_id)
    if broken:
        raise Unfinished(", ".join(broken))
    return done


def _keep_row(platform: Platform, row_id: str, transaction: Transaction, now: datetime) -> int:
    seen: set[int] = set()
    while True:
        with transaction() as session:
            listed = queries.due(session, row_id, until=now, now=now)
            # What is deleted by a job later is still listed, and must not be asked for for ever.
            left = [due for due in listed if due.key not in seen][:AT_ONCE]
            for due in left:
                seen.add(due.key)
                if why_not := DEEDS[row_id](session, platform, due, now):
                    log.error("%s", why_not)
                    if not due.count:
                        continue  # What could be done was done, and written down, before.
                audit.record(
                    session, None, f"retention.{row_id}", due.key or "", **_counted(due.count)
                )
        if not left:
            return len(seen)


def _counted(count: int) -> dict[str, int]:
    return {"count": count} if count > 1 else {}


# Telling


def _tell_of_draft(session: Session, due: Due, now: datetime) -> None:
    entry = session.get_one(Entry, due.key)
    teacher = people.get_user(session, entry.teacher_id)
    _note(session, "drafts", due.key, now)
    if teacher.erased_at is None:
        goes_at = rules.draft_due(entry, now, now)
        days = SCHEDULE["drafts"].kept_for.n
        mail.send(session, notifications.draft_goes(entry, teacher, goes_at, days))


def _tell_of_account(session: Session, due: Due, now: datetime) -> None:
    person = people.get_user(session, due.key)
    _note(session, "accounts", due.key, now)
    if person.email_confirmed_at is not None and person.switched_off_at is None:
        mail.send(session, notifications.account_goes(person, rules.account_due(person, now, now)))


def _note(session: Session, row_id: str, key: int, now: datetime) -> None:
    known = session.scalar(select(Notice).where(Notice.row == row_id, Notice.key == key))
    if known is None:
        session.add(Notice(row=row_id, key=key, at=now))
    else:
        known.at = now
    session.flush()


NOTICES: dict[str, Callable[[Session, Due, datetime], None]] = {
    "drafts": _tell_of_draft,
    "accounts": _tell_of_account,
}


# Deleting


def _drafts(session: Session, _platform: Platform, due: Due, now: datetime) -> None:
    entry = session.get_one(Entry, due.key)
    awarded = session.scalar(select(Award.id).where(Award.entry_id == entry.id).limit(1))
    if awarded is not None or votes.was_on_ballot(session, entry.id):
        _let_go(session, entry, now)
    else:
        entries.delete_entry(session, entry=entry, now=now)
    session.execute(delete(Notice).where(Notice.row == "drafts", Notice.key == due.key))


def _originals(session: Session, _platform: Platform, due: Due, _now: datetime) -> None:
    entry = session.get_one(Entry, due.key)
    if entry.asset_id is not None:
        media_services.forget_original(session, media.get_asset(session, entry.asset_id))


def _entries(session: Session, _platform: Platform, due: Due, now: datetime) -> None:
    _let_go(session, session.get_one(Entry, due.key), now)


def _let_go(session: Session, entry: Entry, now: datetime) -> None:
    entries.let_go(session, entry=entry, now=now)
    judging.forget_comments(session, entry.id)


def _winners(session: Session, _platform: Platform, due: Due, now: datetime) -> None:
    season = contest.get_season(session, due.key)
    months = SCHEDULE["winners"].kept_for.n
    for organizer in people.people_at_work(session, Role.ORGANIZER):
        mail.send(session, notifications.review_winners(season, organizer, due.count, months))
    _note(session, "winners", season.id, now)


def _releases(session: Session, _platform: Platform, due: Due, _now: datetime) -> None:
    entries.forget_people(session, entry=session.get_one(Entry, due.key))


def _judges(session: Session, _platform: Platform, due: Due, now: datetime) -> None:
    judging.pseudonymize_judges(session, season=contest.get_season(session, due.key), now=now)


def _voters(session: Session, platform: Platform, due: Due, now: datetime) -> str | None:
    season = contest.get_season(session, due.key)
    if voting.forget_voters(session, platform.voters, season=season, now=now):
        return None
    return (
        f"The vote key of season {season.year} is not on this machine, so it can't be destroyed "
        "here. See docs/operating.md, The keys of votes."
    )


def _accounts(session: Session, _platform: Platform, due: Due, now: datetime) -> None:
    person = people.get_user(session, due.key)
    schools.leave_silently(session, person=person, now=now)
    judging.forget_judge(session, person)
    accounts.erase_account(session, person=person, now=now)
    session.add(Tombstone(kind="account", key=person.id, by="schedule", at=now))
    session.execute(delete(Notice).where(Notice.row == "accounts", Notice.key == due.key))


def _audit_log(session: Session, _platform: Platform, _due: Due, now: datetime) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.at <= rules.audit_kept_from(now)))


# A deed may say why it could not be done; then it is due again the next day.
DEEDS: dict[str, Callable[[Session, Platform, Due, datetime], str | None]] = {
    "drafts": _drafts,
    "originals-unusable": _originals,
    "originals": _originals,
    "originals-of-winners": _originals,
    "judged-only": _entries,
    "public": _entries,
    "winners": _winners,
    "releases": _releases,
    "judges": _judges,
    "voters": _voters,
    "accounts": _accounts,
    "audit-log": _audit_log,
}
