"""A season whose vote is open, and what stands on its ballot. A module that needs another one makes
its own."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.entries.models import Entry
from tests.factories import make_entry, make_season


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.VOTING)


@pytest.fixture
def finalists(session: Session, season: Season) -> list[Entry]:
    return [
        make_entry(session, season, finalist_at=clock.now(), title=f"Finalist {n}")
        for n in range(4)
    ]
