"""Who may change the season."""

from __future__ import annotations

import pytest

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.contest.permissions import can_run_season


@pytest.mark.parametrize("role", list(Role))
def test_season_is_run_by_organizers(role: Role) -> None:
    assert can_run_season(User(role_grants=[RoleGrant(role=role)])) is (role is Role.ORGANIZER)
