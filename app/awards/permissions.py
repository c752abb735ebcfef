"""Who may set and announce awards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User


def can_give_awards(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)
