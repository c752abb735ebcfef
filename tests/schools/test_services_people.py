"""Letting teachers in and out of a school, the lead, and making sure that it is the school."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.core import clock
from app.core.audit import AuditEvent
from app.core.db import will_write
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.schools import queries, services
from app.schools.models import Membership, School, SchoolCheck
from app.schools.rules import Basis, CheckKind
from tests.factories import make_membership, make_school, make_user
from tests.meanwhile import Meanwhile

FACTS = {
    "name": "Kalani High",
    "city": "Honolulu",
    "web_page": "https://kalani.org",
    "grades": "9-12",
}


@pytest.fixture
def now() -> datetime:
    return clock.now()


def mails(session: Session) -> list[tuple[str, str]]:
    session.flush()
    rows = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [(row.to, row.template) for row in rows]


def actions(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def membership_of(session: Session, user: User) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == user.id)).one()


def register(session: Session, season: Season, now: datetime, **facts: str) -> School:
    school = services.register_school(
        session,
        season=season,
        school=FACTS | facts,
        name="Kai",
        email="kai@mail.com",
        password="river stone umbrella nine",
        now=now,
    )
    assert school is not None
    return school


def test_office_on_the_schools_own_domain_is_asked(
    session: Session, season: Season, now: datetime
) -> None:
    school = register(session, season, now, office_email="office@kalani.org")

    (mail,) = session.scalars(
        select(OutgoingMail).where(OutgoingMail.template == "schools/is_it_you")
    )
    assert mail.to == "office@kalani.org"
    assert mail.values == {}
    assert mail.links["link"]["payload"] == [school.id, "office@kalani.org"]


@pytest.mark.parametrize("office", ["", "office@mail.com", "office@evil-kalani.org"])
def test_nobody_is_asked_at_an_address_that_proves_nothing(
    session: Session, season: Season, now: datetime, office: str
) -> None:
    school = register(session, season, now, office_email=office)
    lead = queries.members(session, school)[0].user

    assert mails(session) == [("kai@mail.com", "accounts/confirm")]
    with pytest.raises(Refused, match="not on the school's own domain"):
        services.ask_again(session, actor=lead, school=school)


def test_approval_waits_for_the_press_of_the_button(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    school = register(session, season, now, office_email="office@kalani.org")

    with pytest.raises(Refused, match="Nobody has shown yet that it really is this school"):
        services.approve_school(session, actor=olivia, school=school, now=now)
    for _ in range(2):
        services.confirm_school(session, school_id=school.id, address="office@kalani.org", now=now)
    services.approve_school(session, actor=olivia, school=school, now=now)

    assert school.approved_at == now
    assert [(c.kind, c.address) for c in queries.checks(session, school)] == [
        (CheckKind.MAIL, "office@kalani.org")
    ]
    assert actions(session).count("school.confirmed-by-mail") == 1


def test_leads_own_confirmed_address_is_enough(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    season.school_domains = ["k12.hi.us"]
    school = register(session, season, now)
    lead = queries.members(session, school)[0].user
    lead.email = "kai@kalani.k12.hi.us"

    assert queries.proofs(session, school) == []
    lead.email_confirmed_at = now
    assert [(p.address, p.basis) for p in queries.proofs(session, school)] == [
        ("kai@kalani.k12.hi.us", Basis.LIST)
    ]
    services.approve_school(session, actor=olivia, school=school, now=now)


def test_confirmation_is_for_the_address_the_school_names_now(
    session: Session, season: Season, now: datetime
) -> None:
    school = register(session, season, now, office_email="office@kalani.org")
    school.office_email = "other@kalani.org"

    for school_id, address in ((school.id, "office@kalani.org"), (999, "other@kalani.org")):
        with pytest.raises(NotFound):
            services.confirm_school(session, school_id=school_id, address=address, now=now)
    assert session.scalars(select(SchoolCheck.id)).all() == []


def test_call_is_written_down_with_who_and_when_and_opens_the_approval(
    session: Session, season: Season, olivia: User, alice: User, now: datetime
) -> None:
    school = register(session, season, now)
    called_at = now - timedelta(hours=2)

    services.record_call(
        session,
        actor=olivia,
        school=school,
        called="Ms. Ito, office",
        source="the department's directory",
        at=called_at,
        now=now,
    )
    services.approve_school(session, actor=olivia, school=school, now=now)

    (check,) = queries.checks(session, school)
    assert (check.called, check.source, check.at, check.by_id) == (
        "Ms. Ito, office",
        "the department's directory",
        called_at,
        olivia.id,
    )
    session.flush()
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "school.called-back")
    ).one()
    assert (event.actor_id, event.details["called"]) == (olivia.id, "Ms. Ito, office")
    call = {"school": school, "called": "X", "source": "Y", "now": now}
    with pytest.raises(Refused, match="still to come"):
        services.record_call(session, actor=olivia, at=now + timedelta(minutes=1), **call)
    with pytest.raises(NotAllowed):
        services.record_call(session, actor=alice, at=called_at, **call)


def test_typed_district_becomes_one_with_the_approval(
    session: Session, season: Season, olivia: User, now: datetime
) -> None:
    first = register(session, season, now, district_other="Windward")
    district = services.add_district(session, actor=olivia, name=" windward ")
    session.add(SchoolCheck(school_id=first.id, kind=CheckKind.CALL, at=now))

    services.approve_school(session, actor=olivia, school=first, now=now)

    assert (first.district, first.district_other) == (district, "")
    assert [d.name for d in queries.districts(session)] == ["windward"]


def test_teacher_who_asks_waits_and_the_lead_is_told(
    session: Session, season: Season, school_a: School, alice: User, now: datetime
) -> None:
    teacher = services.register_teacher(
        session,
        season=season,
        school=school_a,
        name="Dana",
        email="dana@example.org",
        password="river stone umbrella nine",
        now=now,
    )

    assert teacher is not None
    assert queries.find_membership(session, teacher) is None
    assert [m.user.name for m in queries.members(session, school_a)] == ["Alice Akana"]
    assert [m.user.name for m in queries.waiting_members(session, school_a)] == ["Dana"]
    assert mails(session) == [
        ("dana@example.org", "accounts/confirm"),
        (alice.email, "schools/asks_to_join"),
    ]
    told = session.scalars(
        select(OutgoingMail).where(OutgoingMail.template == "schools/asks_to_join")
    ).one()
    assert "Dana" not in str(told.values)


def test_waiting_teacher_finds_neither_school_nor_colleagues(
    session: Session, school_a: School, walter: User, alice: User
) -> None:
    with pytest.raises(NotFound):
        queries.get_school_for(session, walter, school_a.id)
    with pytest.raises(NotFound):
        queries.get_membership(session, walter)
    for someone in (alice, walter):
        with pytest.raises(NotFound):
            queries.get_teacher_for(session, walter, membership_of(session, someone).id)
    assert queries.members_of_schools(session)[school_a.id][0].user is alice


def test_lead_lets_in_or_turns_away(
    session: Session, school_a: School, alice: User, bob: User, walter: User, charlie: User
) -> None:
    request = membership_of(session, walter)
    for stranger in (bob, charlie, walter):
        with pytest.raises(NotAllowed):
            services.let_in(session, actor=stranger, teacher=request)
    for stranger in (bob, charlie):
        with pytest.raises(NotAllowed):
            services.turn_away(session, actor=stranger, teacher=request)

    services.let_in(session, actor=alice, teacher=request)
    services.let_in(session, actor=alice, teacher=request)

    assert queries.get_membership(session, walter).school is school_a
    assert mails(session) == [(walter.email, "schools/let_in")]
    with pytest.raises(Refused, match="She teaches here"):
        services.turn_away(session, actor=alice, teacher=request)


def test_address_is_confirmed_before_somebody_is_let_in(
    session: Session, alice: User, walter: User
) -> None:
    walter.email_confirmed_at = None

    with pytest.raises(Refused, match="has not confirmed her address yet"):
        services.let_in(session, actor=alice, teacher=membership_of(session, walter))


def test_turned_away_teacher_may_ask_elsewhere(
    session: Session, alice: User, walter: User, school_b: School, charlie: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="You belong to a school already"):
        services.join_school(session, actor=walter, school=school_b, now=now)

    services.turn_away(session, actor=alice, teacher=membership_of(session, walter))
    services.join_school(session, actor=walter, school=school_b, now=now)

    assert queries.find_request(session, walter).school is school_b  # type: ignore[union-attr]
    assert mails(session) == [
        (walter.email, "schools/turned_away"),
        (charlie.email, "schools/asks_to_join"),
    ]


def test_first_teacher_of_a_listed_school_leads_it_and_waits_with_it(
    session: Session, olivia: User, now: datetime
) -> None:
    school = make_school(session, approved_at=None, listed_at=now - timedelta(days=9))
    first, second = make_user(session, Role.TEACHER), make_user(session, Role.TEACHER)

    assert school in queries.schools_to_join(session)
    services.join_school(session, actor=first, school=school, now=now)

    assert (school.listed_at, school.approved_at, school.created_at) == (None, None, now)
    assert queries.get_membership(session, first).lead
    assert mails(session) == [(olivia.email, "schools/to_approve")]
    assert school not in queries.schools_to_join(session)
    with pytest.raises(NotFound):
        services.join_school(session, actor=second, school=school, now=now)


def claimed(session: Session, now: datetime) -> tuple[School, Membership]:
    """A school from the list, its first teacher, and what its office said of her."""
    school = make_school(session, approved_at=None, imported=True, listed_at=now)
    first = make_user(session, Role.TEACHER)
    membership = services.join_school(session, actor=first, school=school, now=now)
    session.add(SchoolCheck(school_id=school.id, kind=CheckKind.MAIL, at=now, address="o@x.org"))
    session.flush()
    return school, membership


def test_listed_school_is_listed_again_when_its_first_teacher_leaves(
    session: Session, now: datetime
) -> None:
    school, membership = claimed(session, now)

    services.remove_member(session, actor=membership.user, teacher=membership, now=now)

    assert school.listed_at == now
    assert school in queries.schools_to_join(session)
    # What was said of her is no proof for the next one.
    assert queries.checks(session, school) == []


def test_listed_school_that_was_turned_down_goes_back_to_the_list(
    session: Session, olivia: User, alice: User, now: datetime
) -> None:
    school, membership = claimed(session, now)
    with pytest.raises(Refused):
        services.relist_school(session, actor=olivia, school=school, now=now)
    services.turn_down_school(session, actor=olivia, school=school, reason="Not you.", now=now)
    assert school not in queries.schools_to_join(session)

    with pytest.raises(NotAllowed):
        services.relist_school(session, actor=alice, school=school, now=now)
    school.office_email = "typed@by-her.example.org"
    services.relist_school(session, actor=olivia, school=school, now=now)

    assert (school.turned_down_at, school.turned_down_reason) == (None, "")
    assert school.office_email == ""
    assert school in queries.schools_to_join(session)
    assert queries.find_membership(session, membership.user) is None
    assert queries.checks(session, school) == []


def test_school_that_registered_itself_has_no_list_to_go_back_to(
    session: Session, olivia: User, now: datetime
) -> None:
    school = make_school(session, approved_at=None)
    services.turn_down_school(session, actor=olivia, school=school, reason="Not you.", now=now)
    with pytest.raises(Refused):
        services.relist_school(session, actor=olivia, school=school, now=now)


def test_where_nobody_leads_the_organizers_are_asked(
    session: Session, olivia: User, now: datetime
) -> None:
    school = make_school(session)
    services.join_school(session, actor=make_user(session, Role.TEACHER), school=school, now=now)
    assert mails(session) == [(olivia.email, "schools/asks_without_lead")]


@pytest.mark.parametrize("over", [{"approved_at": None}, {"turned_down_at": clock.now()}])
def test_school_that_is_not_in_is_not_joined(
    session: Session, now: datetime, over: dict[str, datetime | None]
) -> None:
    school = make_school(session, **over)
    teacher = make_user(session, Role.TEACHER)

    assert queries.schools_to_join(session) == []
    with pytest.raises(NotFound):
        services.join_school(session, actor=teacher, school=school, now=now)


def test_school_on_the_list_is_not_approved_before_somebody_registers(
    session: Session, olivia: User, now: datetime
) -> None:
    school = make_school(session, approved_at=None, listed_at=now)

    with pytest.raises(Refused, match="Nobody has registered"):
        services.approve_school(session, actor=olivia, school=school, now=now)


def test_lead_is_handed_on_and_there_is_always_one(
    session: Session, school_a: School, alice: User, bob: User, charlie: User, olivia: User
) -> None:
    mine, his = membership_of(session, alice), membership_of(session, bob)
    for stranger in (bob, charlie):
        with pytest.raises(NotAllowed):
            services.hand_over_lead(session, actor=stranger, school=school_a, heir=his)
    with pytest.raises(NotAllowed):
        services.hand_over_lead(
            session, actor=alice, school=school_a, heir=membership_of(session, charlie)
        )

    services.hand_over_lead(session, actor=alice, school=school_a, heir=his)
    assert (mine.lead, his.lead) == (False, True)
    with pytest.raises(NotAllowed):
        services.hand_over_lead(session, actor=alice, school=school_a, heir=mine)
    services.hand_over_lead(session, actor=olivia, school=school_a, heir=mine)

    assert (mine.lead, his.lead) == (True, False)
    assert mails(session) == [(bob.email, "schools/is_lead"), (alice.email, "schools/is_lead")]


def test_nobody_who_cannot_answer_becomes_the_lead(
    session: Session, school_a: School, alice: User, bob: User, walter: User
) -> None:
    bob.email_confirmed_at = None

    for someone in (bob, walter):
        with pytest.raises(Refused):
            services.hand_over_lead(
                session, actor=alice, school=school_a, heir=membership_of(session, someone)
            )
    assert membership_of(session, alice).lead


def test_lead_of_a_school_that_is_not_approved_may_give_it_up(
    session: Session, now: datetime
) -> None:
    school = make_school(session, approved_at=None)
    lead = make_user(session, Role.TEACHER)
    membership = make_membership(session, lead, school, lead=True)

    services.remove_member(session, actor=lead, teacher=membership, now=clock.now())

    assert queries.members(session, school) == []


def test_two_teachers_who_choose_a_listed_school_at_once_do_not_both_lead_it(
    session: Session, platform: Platform, now: datetime
) -> None:
    school = make_school(session, approved_at=None, listed_at=now)
    first, second = make_user(session, Role.TEACHER), make_user(session, Role.TEACHER)
    session.commit()

    def claim(session: Session, teacher: User) -> None:
        services.join_school(
            session,
            actor=session.get_one(User, teacher.id),
            school=session.get_one(School, school.id),
            now=now,
        )

    other = Meanwhile(platform, lambda session: claim(session, second))
    will_write(session)
    claim(session, first)
    waited = other.is_waiting()
    session.commit()
    other.join(30)

    assert waited
    assert isinstance(other.refused, NotFound)
    assert [m.user_id for m in queries.members(session, school)] == [first.id]


def test_lead_that_is_handed_on_twice_at_once_is_one(
    session: Session, platform: Platform, school_a: School, alice: User, bob: User
) -> None:
    dana = make_user(session, Role.TEACHER)
    make_membership(session, dana, school_a)
    session.commit()

    def hand_over(session: Session, heir: User) -> None:
        actor = session.get_one(User, alice.id)
        assert queries.get_membership(session, actor).lead  # As the page has seen it.
        services.hand_over_lead(
            session,
            actor=actor,
            school=session.get_one(School, school_a.id),
            heir=membership_of(session, heir),
        )

    # On SQLite the second could not even have looked before the first was through.
    postgres = session.get_bind().dialect.name == "postgresql"
    will_write(session)
    other = Meanwhile(platform, lambda session: hand_over(session, dana))
    hand_over(session, bob)
    waited = other.is_waiting() if postgres else True
    session.commit()
    if postgres:
        other.join(30)
        assert isinstance(other.refused, NotAllowed)

    assert waited
    session.expire_all()
    assert [m.user_id for m in queries.members(session, school_a) if m.lead] == [bob.id]


def test_districts_are_renamed_and_merged(
    session: Session, season: Season, olivia: User, alice: User, school_a: School
) -> None:
    windward = services.add_district(session, actor=olivia, name="Windward")
    leeward = services.add_district(session, actor=olivia, name="Leeward")
    school_a.district_id = windward.id
    session.flush()

    with pytest.raises(Refused, match="There is a district “Leeward” already"):
        services.rename_district(session, actor=olivia, district=windward, name=" LEEWARD")
    services.rename_district(session, actor=olivia, district=windward, name="WINDWARD")
    with pytest.raises(Refused, match="Choose another district"):
        services.merge_districts(session, actor=olivia, district=leeward, into=leeward)
    moved = services.merge_districts(session, actor=olivia, district=windward, into=leeward)

    assert moved == 1
    assert school_a.district is leeward
    assert [d.name for d in queries.districts(session)] == ["Leeward"]
    with pytest.raises(NotAllowed):
        services.add_district(session, actor=alice, name="X")
    with pytest.raises(NotAllowed):
        services.rename_district(session, actor=alice, district=leeward, name="X")
    with pytest.raises(NotAllowed):
        services.merge_districts(session, actor=alice, district=leeward, into=leeward)
    with pytest.raises(NotAllowed):
        queries.get_district_for(session, alice, leeward.id)
