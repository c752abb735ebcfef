"""Who may do what to a school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import Membership, School


def can_approve(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)


def _teaches_at(school: School, membership: Membership | None) -> bool:
    """Somebody who only asked to be let in is a stranger still."""
    return (
        membership is not None
        and membership.school_id == school.id
        and membership.waiting_since is None
    )


def can_see(actor: User, school: School, membership: Membership | None) -> bool:
    return can_approve(actor) or _teaches_at(school, membership)


def can_edit(actor: User, school: School, membership: Membership | None) -> bool:
    """A school's own facts are its lead's to change, and an organizer's."""
    return can_approve(actor) or can_accept_agreement(school, membership)


def can_accept_agreement(school: School, membership: Membership | None) -> bool:
    """Only the lead speaks for her school; no organizer accepts her own words for it."""
    return membership is not None and _teaches_at(school, membership) and membership.lead


def can_remove(actor: User, teacher: Membership, membership: Membership | None) -> bool:
    """Anybody may leave; a school's lead and organizers may remove."""
    return actor.id == teacher.user_id or can_edit(actor, teacher.school, membership)
