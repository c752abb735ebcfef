"""The school agreement: versions, and who accepts them."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.errors import NotAllowed, Refused
from app.core.mail import OutgoingMail
from app.schools import queries, services
from app.schools.models import AgreementAcceptance, School
from tests.factories import make_agreement, make_school


@pytest.fixture
def now() -> datetime:
    return clock.now()


def accept(
    session: Session, who: User, school: School, season: Season, number: int, now: datetime
) -> None:
    services.accept_agreement(
        session, actor=who, school=school, season=season, number=number, name="A. Akana", now=now
    )


def test_every_change_is_a_version_and_leads_of_approved_schools_are_told(
    session: Session, season: Season, olivia: User, alice: User, bob: User, school_a: School,
    charlie: User, school_b: School, now: datetime,
) -> None:  # fmt: skip
    school_b.approved_at = None

    def write(words: str) -> int | None:
        made = services.write_agreement(session, actor=olivia, season=season, words=words, now=now)
        return made.number if made else None

    assert [write("One."), write(" One. \r\n"), write("Two.")] == [1, None, 2]
    assert [v.words for v in queries.agreement_versions(session, season)] == ["Two.", "One."]
    rows = session.scalars(select(OutgoingMail)).all()
    assert [(row.to, row.template) for row in rows] == [(alice.email, "schools/agreement")] * 2
    with pytest.raises(Refused, match="An empty agreement"):
        write(" \n ")
    with pytest.raises(NotAllowed):
        services.write_agreement(session, actor=alice, season=season, words="Mine", now=now)


def test_lead_accepts_the_version_she_read_once(
    session: Session, season: Season, alice: User, school_a: School, school_b: School, now: datetime
) -> None:
    make_agreement(session, season, "One.")
    assert queries.why_not_agreed(session, school_a.id, season.id) is not None

    for _ in range(2):
        accept(session, alice, school_a, season, 1, now)

    (row,) = session.scalars(select(AgreementAcceptance))
    assert (row.school_id, row.name, row.at, row.user_id, row.version.number) == (
        school_a.id,
        "A. Akana",
        now,
        alice.id,
        1,
    )
    assert queries.why_not_agreed(session, school_a.id, season.id) is None
    assert queries.why_not_agreed(session, school_b.id, season.id) is not None


def test_new_version_asks_again_and_keeps_what_was_accepted(
    session: Session, season: Season, alice: User, school_a: School, now: datetime
) -> None:
    make_agreement(session, season, "One.")
    accept(session, alice, school_a, season, 1, now)
    make_agreement(session, season, "Two.")

    assert queries.why_not_agreed(session, school_a.id, season.id) is not None
    with pytest.raises(Refused, match="The text was changed while you read it"):
        accept(session, alice, school_a, season, 1, now)
    accept(session, alice, school_a, season, 2, now)

    accepted = queries.acceptances(session, school_a, season)
    assert [a.version.number for a in accepted] == [2, 1]
    assert queries.why_not_agreed(session, school_a.id, season.id) is None


def test_only_the_lead_of_the_school_accepts(
    session: Session, season: Season, alice: User, bob: User, charlie: User, walter: User,
    olivia: User, school_a: School, now: datetime,
) -> None:  # fmt: skip
    make_agreement(session, season)

    for stranger in (bob, charlie, walter, olivia):
        with pytest.raises(NotAllowed):
            accept(session, stranger, school_a, season, 1, now)
    assert session.scalars(select(AgreementAcceptance)).all() == []


def test_season_without_an_agreement_blocks_nothing(
    session: Session, season: Season, alice: User, school_a: School, now: datetime
) -> None:
    assert queries.why_not_agreed(session, school_a.id, season.id) is None
    with pytest.raises(Refused):
        accept(session, alice, school_a, season, 1, now)


def test_what_schools_accepted_is_found_at_once(
    session: Session, season: Season, alice: User, school_a: School, now: datetime
) -> None:
    version = make_agreement(session, season)
    other = make_school(session)
    accept(session, alice, school_a, season, 1, now)

    found = queries.acceptances_of(session, version, [school_a, other])

    assert list(found) == [school_a.id]
