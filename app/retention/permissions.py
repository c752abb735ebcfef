"""Who may see what goes next, take a school's data along, and have it erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission
from app.schools import permissions as schools

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import Membership, School


def can_see_report(actor: User) -> bool:
    return actor.may(Permission.SEE_OPERATIONS)


def can_export(actor: User, school: School, membership: Membership | None) -> bool:
    """The school's lead, and an organizer."""
    return schools.can_edit(actor, school, membership)


def can_erase(actor: User, school: School, membership: Membership | None) -> bool:
    """As `can_export`; but of a school nobody has approved, its registrant may be anybody."""
    if school.approved_at is None and not schools.can_approve(actor):
        return False
    return schools.can_edit(actor, school, membership)
