"""Who may do what to a school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import Membership, School


def can_approve(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)


def can_see(actor: User, school: School, membership: Membership | None) -> bool:
    return can_approve(actor) or (membership is not None and membership.school_id == school.id)


def can_edit(actor: User, school: School, membership: Membership | None) -> bool:
    """A school's own facts are its lead's to change, and an organizer's."""
    return can_approve(actor) or (
        membership is not None and membership.school_id == school.id and membership.lead
    )
