"""Importing schools: all of it or nothing, and only what was looked at."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.schools import queries, services
from app.schools.models import School
from app.schools.rules import Plan

HEAD = "Name,City,Web page,Grades,District\n"
TABLE = (
    HEAD
    + "Kapālama School,Honolulu,https://kapalama.example.org,K-8,Windward\n"
    + "Kalani High,Honolulu,https://kalani.example.org,9-12,windward\n"
    + "Hilo Union,Hilo,https://hilo.example.org,K-6,\n"
).encode()


@pytest.fixture
def now() -> datetime:
    return clock.now()


def run(session: Session, season: Season, olivia: User, now: datetime, data: bytes) -> Plan:
    plan = services.preview_import(session, actor=olivia, data=data)
    return services.import_schools(
        session, actor=olivia, season=season, data=data, digest=plan.digest, now=now
    )


def facts(session: Session) -> list[tuple[str, str, str, bool]]:
    session.flush()
    return [
        (s.name, s.grades, s.district_name, s.listed_at is not None)
        for s in session.scalars(select(School).order_by(School.name))
    ]


def test_import_makes_and_changes_what_the_preview_said(
    session: Session, season: Season, olivia: User, school_a: School, now: datetime
) -> None:
    approved_at = school_a.approved_at

    plan = run(session, season, olivia, now, TABLE)

    assert (len(plan.new), len(plan.changed), len(plan.unchanged)) == (2, 1, 0)
    assert facts(session) == [
        ("Hilo Union", "K-6", "", True),
        ("Kalani High", "9-12", "Windward", True),
        ("Kapālama School", "K-8", "Windward", False),
    ]
    assert [d.name for d in queries.districts(session)] == ["Windward"]
    assert school_a.approved_at == approved_at
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "schools.imported")).one()
    assert event.details == {"new": 2, "changed": 1, "unchanged": 0}


def test_importing_the_same_again_changes_nothing(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    run(session, season, olivia, now, TABLE)
    before = facts(session)

    plan = run(session, season, olivia, now, TABLE)

    assert (plan.new, plan.changed, len(plan.unchanged)) == ((), (), 3)
    assert facts(session) == before


def test_file_with_an_error_imports_nothing(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    data = TABLE + b"=cmd,Hilo,https://x.example.org,1,\n"

    with pytest.raises(Refused):
        run(session, season, olivia, now, data)

    assert facts(session) == []


def test_what_was_not_previewed_is_not_imported(
    session: Session, season: Season, olivia: User, school_a: School, now: datetime
) -> None:
    digest = services.preview_import(session, actor=olivia, data=TABLE).digest
    school_a.grades = "K-12"
    before = facts(session)

    for data in (TABLE, TABLE.replace(b"9-12", b"8-12")):
        with pytest.raises(Refused, match="something has changed here"):
            services.import_schools(
                session, actor=olivia, season=season, data=data, digest=digest, now=now
            )

    assert facts(session) == before


def test_only_organizers_import(
    session: Session, season: Season, alice: User, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        services.preview_import(session, actor=alice, data=TABLE)
    with pytest.raises(NotAllowed):
        services.import_schools(session, actor=alice, season=season, data=TABLE, digest="", now=now)
