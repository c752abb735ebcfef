"""What may be a child's real disclosure: told to one person, kept from everybody else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.core import mail
from app.core.errors import NotFound, Refused, require
from app.entries import notifications, permissions
from app.entries.models import Disclosure, Entry
from app.texts import text


def raise_disclosure(
    session: Session, *, actor: User, entry: Entry, words: str, now: datetime
) -> Disclosure:
    """Tell the season's safeguarding lead, and keep the entry from the public meanwhile.

    Nothing of it goes into the audit log, which more people read; this row is the record. Raises
    Refused when the season has nobody to tell.
    """
    require(permissions.can_screen(actor))
    season = contest.get_season(session, entry.season_id)
    if season.safeguarding_lead_id is None:
        raise Refused(
            text("This season has no safeguarding lead yet. Please tell an organizer in person.")
        )
    disclosure = Disclosure(
        entry_id=entry.id, raised_by=actor.id, raised_at=now, words=words.strip()
    )
    session.add(disclosure)
    if entry.held_at is None:
        # Said as any other hold is: the reason is not everybody's to know.
        entry.held_at, entry.held_by = now, actor.id
    session.flush()
    lead = people.get_user(session, season.safeguarding_lead_id)
    mail.send(session, notifications.disclosure_raised(lead))
    return disclosure


def close_disclosure(
    session: Session, *, actor: User, disclosure: Disclosure, words: str, now: datetime
) -> None:
    """Write down what was done. The entry stays held until an organizer lets it go on."""
    entry = session.get_one(Entry, disclosure.entry_id)
    season = contest.get_season(session, entry.season_id)
    if not permissions.can_read_disclosures(actor, season):
        raise NotFound
    if not words.strip():
        raise Refused(text("Please write what was done."))
    disclosure.closed_at = now
    disclosure.closing_words = words.strip()
