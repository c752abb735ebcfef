"""Registering, approving and changing schools."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, Refused
from app.core.mail import OutgoingMail
from app.schools import queries, services
from app.schools.models import Membership, School
from tests.factories import make_school, make_season, make_user

FACTS = {
    "name": "Kalani High",
    "district_other": "Honolulu",
    "city": "Honolulu",
    "web_page": "https://kalani.example.org",
    "grades": "9-12",
}


@pytest.fixture
def now() -> datetime:
    return clock.now()


def mails(session: Session) -> list[tuple[str, str]]:
    session.flush()
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(row.to, row.template) for row in rows]


def register(
    session: Session, season: Season, now: datetime, email: str = "kai@kalani.example.org"
) -> School | None:
    return services.register_school(
        session,
        season=season,
        school=FACTS,
        name="Kai",
        email=email,
        password="river stone umbrella nine",
        now=now,
    )


def test_registration_makes_a_waiting_school_its_lead_and_two_kinds_of_mail(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    make_user(session, Role.ORGANIZER, email="left@example.org", switched_off_at=now)

    school = register(session, season, now)

    assert school is not None
    assert (school.name, school.approved_at, school.turned_down_at) == ("Kalani High", None, None)
    (member,) = queries.members(session, school)
    assert (member.lead, member.user.roles) == (True, {Role.TEACHER})
    assert mails(session) == [
        ("kai@kalani.example.org", "accounts/confirm"),
        (olivia.email, "schools/to_approve"),
    ]


def test_registration_with_a_known_address_makes_no_school(
    session: Session, season: Season, alice: User, now: datetime
) -> None:
    before = len(session.scalars(select(School.id)).all())

    assert register(session, season, now, email=alice.email) is None

    assert len(session.scalars(select(School.id)).all()) == before
    assert mails(session) == [(alice.email, "accounts/already")]


@pytest.mark.parametrize(
    ("phase", "open_"),
    [
        (Phase.UPCOMING, False),
        (Phase.REGISTRATION, True),
        (Phase.SUBMISSIONS, True),
        (Phase.SCREENING, False),
        (Phase.ANNOUNCED, False),
    ],
)
def test_registration_is_open_until_submissions_close(
    session: Session, now: datetime, phase: Phase, open_: bool
) -> None:
    season = make_season(session, phase)

    if open_:
        assert register(session, season, now) is not None
    else:
        with pytest.raises(Refused, match="Registration is not open"):
            register(session, season, now)


def test_approval_is_told_once_to_every_teacher(
    session: Session, olivia: User, school_a: School, alice: User, bob: User, now: datetime
) -> None:
    school_a.approved_at = None

    services.approve_school(session, actor=olivia, school=school_a, now=now)
    services.approve_school(session, actor=olivia, school=school_a, now=now)

    assert school_a.approved_at == now
    assert mails(session) == [(alice.email, "schools/approved"), (bob.email, "schools/approved")]


def test_turning_down_needs_a_reason_and_can_be_taken_back(
    session: Session, olivia: User, school_a: School, alice: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="Please write why"):
        services.turn_down_school(session, actor=olivia, school=school_a, reason="  ", now=now)
    services.turn_down_school(session, actor=olivia, school=school_a, reason=" Unknown ", now=now)
    after = (school_a.approved_at, school_a.turned_down_at, school_a.turned_down_reason)
    services.approve_school(session, actor=olivia, school=school_a, now=now)

    assert after == (None, now, "Unknown")
    assert (school_a.approved_at, school_a.turned_down_at) == (now, None)
    assert school_a.turned_down_reason == ""
    assert [template for _to, template in mails(session)] == [
        "schools/turned_down",
        "schools/approved",
    ]


def test_teachers_approve_no_school(session: Session, school_a: School, alice: User) -> None:
    now = clock.now()

    with pytest.raises(NotAllowed):
        services.approve_school(session, actor=alice, school=school_a, now=now)
    with pytest.raises(NotAllowed):
        services.turn_down_school(session, actor=alice, school=school_a, reason="Because", now=now)


def test_facts_are_changed_by_the_lead_and_by_organizers(
    session: Session, school_a: School, alice: User, bob: User, charlie: User, olivia: User
) -> None:
    services.update_school(session, actor=alice, school=school_a, values={"city": "Kāneʻohe"})
    services.update_school(session, actor=olivia, school=school_a, values={"grades": "K-5"})

    assert (school_a.city, school_a.grades) == ("Kāneʻohe", "K-5")
    for stranger in (bob, charlie):
        with pytest.raises(NotAllowed):
            services.update_school(
                session, actor=stranger, school=school_a, values={"city": "Hilo"}
            )
    assert session.scalars(select(AuditEvent.action)).all() == ["school.changed"] * 2


def test_lead_invites_a_colleague_to_the_same_school(
    session: Session, school_a: School, alice: User, now: datetime
) -> None:
    colleague = services.invite_teacher(
        session, actor=alice, school=school_a, email="Dana@kapalama.org", name="Dana", now=now
    )

    membership = queries.get_membership(session, colleague)
    assert (membership.school_id, membership.lead) == (school_a.id, False)
    assert colleague.roles == {Role.TEACHER}
    assert mails(session) == [("dana@kapalama.org", "accounts/invitation")]


def test_colleague_with_an_account_is_not_taken_over(
    session: Session, school_a: School, alice: User, charlie: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="has an account already"):
        services.invite_teacher(
            session, actor=alice, school=school_a, email=charlie.email, name="C", now=now
        )

    assert len(session.scalars(select(Membership.id)).all()) == 2


def test_only_the_lead_invites(
    session: Session, school_a: School, alice: User, bob: User, charlie: User, now: datetime
) -> None:
    for stranger in (bob, charlie):
        with pytest.raises(NotAllowed):
            services.invite_teacher(
                session, actor=stranger, school=school_a, email="x@x.org", name="X", now=now
            )


def test_waiting_school_may_be_made_complete_meanwhile(session: Session) -> None:
    school = make_school(session, approved_at=None)
    lead = make_user(session, Role.TEACHER)
    session.add(Membership(school_id=school.id, user_id=lead.id, lead=True))
    session.flush()

    services.update_school(session, actor=lead, school=school, values={"grades": "1-2"})

    assert school.grades == "1-2"


# More time


def test_one_school_gets_more_time_and_its_teachers_are_told(
    session: Session,
    season: Season,
    olivia: User,
    alice: User,
    bob: User,
    charlie: User,
    school_a: School,
    school_b: School,
    now: datetime,
) -> None:
    until = season.submissions_close_at + timedelta(days=2)

    services.extend_deadline(
        session,
        actor=olivia,
        season=season,
        school=school_a,
        until=until,
        reason=" A flood. ",
        now=now,
    )

    assert queries.extended_to(session, season.id, school_a.id) == until
    assert queries.extended_to(session, season.id, school_b.id) is None
    assert mails(session) == [(u.email, "schools/extended") for u in (alice, bob)]
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "school.deadline-extended")
    ).one()
    assert event.details == {"until": until.isoformat(), "reason": "A flood."}


def test_the_newest_extension_counts(
    session: Session, season: Season, olivia: User, school_a: School, now: datetime
) -> None:
    for days in (5, 2):
        services.extend_deadline(
            session,
            actor=olivia,
            season=season,
            school=school_a,
            until=season.submissions_close_at + timedelta(days=days),
            reason="A flood.",
            now=now,
        )
    assert queries.extended_to(
        session, season.id, school_a.id
    ) == season.submissions_close_at + timedelta(days=2)
    assert len(queries.extensions(session, season.id, school_a.id)) == 2


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [(2, "  ", "write why"), (-1, "x", "must lie ahead"), (300, "x", "Judging will be over")],
)
def test_an_extension_that_helps_nobody_is_refused(
    session: Session,
    season: Season,
    olivia: User,
    school_a: School,
    now: datetime,
    days: int,
    reason: str,
    words: str,
) -> None:
    until = season.submissions_close_at + timedelta(days=days)
    with pytest.raises(Refused, match=words):
        services.extend_deadline(
            session,
            actor=olivia,
            season=season,
            school=school_a,
            until=until,
            reason=reason,
            now=now,
        )


def test_teachers_give_themselves_no_time(
    session: Session, season: Season, alice: User, school_a: School, now: datetime
) -> None:
    until = season.submissions_close_at + timedelta(days=2)
    with pytest.raises(NotAllowed):
        services.extend_deadline(
            session,
            actor=alice,
            season=season,
            school=school_a,
            until=until,
            reason="x",
            now=now,
        )
