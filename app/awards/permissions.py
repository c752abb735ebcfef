"""Who may set and announce awards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import Membership, School


def can_print(actor: User, school: School, membership: Membership | None) -> bool:
    """Whether somebody may print the certificates of a school: its teachers, and organizers."""
    return can_give_awards(actor) or (
        membership is not None
        and membership.school_id == school.id
        and membership.waiting_since is None
    )


def can_give_awards(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)
