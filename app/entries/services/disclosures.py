"""What may be a child's real disclosure: told to one person, kept from everybody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import mail
from app.core.errors import NotFound, Refused, require
from app.entries import notifications, permissions
from app.entries.models import Disclosure, Entry
from app.entries.services.screening import hold_back
from app.texts import text


def raise_disclosure(
    session: Session, *, actor: User, entry: Entry, words: str, now: datetime
) -> Disclosure:
    """Tell the season's safeguarding lead, and keep the entry from the public meanwhile.

    Nothing of it goes into the audit log, which more people read, but what any hold leaves there;
    this row is the record. Raises Refused when there is nobody who could be told.
    """
    require(permissions.can_screen(actor))
    season = contest.get_season(session, entry.season_id)
    able = {person.id for person in people.people_who_may(session, Permission.SCREEN_ENTRIES)}
    if season.safeguarding_lead_id not in able:
        raise Refused(
            text(
                "This season has no safeguarding lead who could be told. Please speak to an "
                "organizer in person, now."
            )
        )
    disclosure = Disclosure(
        entry_id=entry.id,
        season_id=season.id,
        raised_by=actor.id,
        raised_at=now,
        words=words.strip(),
    )
    session.add(disclosure)
    hold_back(session, actor=actor, entry=entry, now=now)
    session.flush()
    lead = people.get_user(session, season.safeguarding_lead_id or 0)
    mail.send(session, notifications.disclosure_raised(lead))
    return disclosure


def close_disclosure(
    session: Session, *, actor: User, disclosure: Disclosure, words: str, now: datetime
) -> None:
    """Write down what was done. The entry stays held until an organizer ends the hold. A record
    whose entry was erased meanwhile goes as well."""
    season = contest.get_season(session, disclosure.season_id)
    if not permissions.can_read_disclosures(actor, season):
        raise NotFound
    if disclosure.closed_at is not None:
        raise Refused(text("This is closed already."))
    if not words.strip():
        raise Refused(text("Please write what was done."))
    disclosure.closed_at = now
    disclosure.closing_words = words.strip()
    if disclosure.entry_id is None:
        session.delete(disclosure)
