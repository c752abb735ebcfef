"""Who may see, change and judge the fitness of an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission
from app.entries import rules

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.contest.models import Season
    from app.entries.models import Entry
    from app.schools.models import Membership


def can_see(actor: User, entry: Entry, membership: Membership | None) -> bool:
    """The school's own teachers; and whoever screens, once it was submitted."""
    if membership is not None and membership.school_id == entry.school_id:
        return True
    return can_screen(actor) and entry.status not in rules.UNSUBMITTED


def can_edit(actor: User, entry: Entry, membership: Membership | None) -> bool:
    """The teacher who put it in, or her school's lead."""
    if membership is None or membership.school_id != entry.school_id:
        return False
    return entry.teacher_id == actor.id or membership.lead


def can_screen(actor: User) -> bool:
    return actor.may(Permission.SCREEN_ENTRIES)


def can_decide(actor: User, entry: Entry, membership: Membership | None) -> bool:
    """Whoever screens, but not about her own school."""
    own = membership is not None and membership.school_id == entry.school_id
    return can_screen(actor) and not own


def can_end_hold(actor: User) -> bool:
    """Whoever screens may hold an entry back; only an organizer lets it go on."""
    return actor.may(Permission.RUN_SEASON)


def can_read_disclosures(actor: User, season: Season) -> bool:
    """One named person, whatever anybody's role is."""
    return season.safeguarding_lead_id == actor.id


def can_restart_processing(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)
