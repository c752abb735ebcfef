"""Rows for tests. Plain functions with a session; what is not said has a default that never
surprises. They flush and do not commit: the browser, `run_jobs` and `session.commit()` do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.contest import services as contest
from app.contest.models import Season
from app.contest.rules import DATE_ORDER, Phase
from app.core import clock
from app.schools.models import Membership, School

PASSWORD = "mango tide lantern seven"
# The cheapest hash there is: what tests verify is not how slow it is to guess.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

# Days from a season's first date. No two windows overlap, so each phase has a day of its own.
CALENDAR = dict(zip(DATE_ORDER, (0, 10, 80, 90, 110, 112, 120, 130), strict=True))
DAY_OF = {
    Phase.UPCOMING: -5,
    Phase.REGISTRATION: 5,
    Phase.SUBMISSIONS: 40,
    Phase.SCREENING: 85,
    Phase.JUDGING: 100,
    Phase.VOTING: 115,
    Phase.SEALED: 125,
    Phase.ANNOUNCED: 135,
}

_numbers = count(1)


def dates_in(phase: Phase, now: datetime) -> dict[str, datetime]:
    """A season's dates such that `now` is in the middle of `phase`."""
    first = now - timedelta(days=DAY_OF[phase])
    return {name: first + timedelta(days=day) for name, day in CALENDAR.items()}


def make_user(session: Session, *roles: Role, **over: Any) -> User:
    """Somebody who can sign in with PASSWORD."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "email": f"person-{number}@example.org",
        "name": f"Person {number}",
        "password_hash": PASSWORD_HASH,
        "created_at": now,
        "email_confirmed_at": now,
    }
    user = User(**(values | over))
    user.role_grants = [RoleGrant(role=role) for role in roles]
    session.add(user)
    session.flush()
    return user


def make_season(
    session: Session,
    phase: Phase = Phase.SUBMISSIONS,
    *,
    year: int = 2026,
    now: datetime | None = None,
    **over: Any,
) -> Season:
    """A season with the usual categories, divisions, rubric and prizes, amid `phase`."""
    now = now or clock.now()
    season = contest.create_season(
        session,
        actor=None,
        year=year,
        name="Safety Awards",
        zone="Pacific/Honolulu",
        now=now,
        dates=dates_in(phase, now),
    )
    if phase is Phase.ANNOUNCED:
        season.announced_at = season.announcement_at
    for name, value in over.items():
        setattr(season, name, value)
    session.flush()
    return season


def make_school(session: Session, **over: Any) -> School:
    """An approved school."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "name": f"School {number}",
        "city": "Honolulu",
        "web_page": f"https://school-{number}.example.org",
        "grades": "6-8",
        "created_at": now - timedelta(days=3),
        "approved_at": now - timedelta(days=2),
    }
    school = School(**(values | over))
    session.add(school)
    session.flush()
    return school


def make_membership(
    session: Session, user: User, school: School, *, lead: bool = False
) -> Membership:
    membership = Membership(user_id=user.id, school_id=school.id, lead=lead)
    session.add(membership)
    session.flush()
    return membership
