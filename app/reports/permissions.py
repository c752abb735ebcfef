"""Who looks after the machinery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User


def can_run_jobs_again(actor: User) -> bool:
    return actor.may(Permission.SEE_OPERATIONS)
