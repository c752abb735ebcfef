"""A teacher leaves her school: nothing is orphaned, and she sees nothing of it any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.db import will_write
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries import services
from app.entries.models import Entry
from app.schools import queries as schools
from app.schools.models import Membership, School
from tests.browsing import Browser
from tests.factories import make_entry, make_membership, make_season, make_team_code, make_user
from tests.meanwhile import Meanwhile

SignIn = Callable[..., Browser]


def membership_of(session: Session, user: User) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == user.id)).one()


def remove(session: Session, actor: User, leaver: User, heir: User | None) -> int:
    return services.remove_teacher(
        session,
        actor=actor,
        teacher=membership_of(session, leaver),
        heir=membership_of(session, heir) if heir else None,
        now=clock.now(),
    )


@pytest.fixture
def bobs(session: Session, season: Season, school_a: School, bob: User) -> list[Entry]:
    """Bob's entries: one of this season, one of the last."""
    last = make_season(session, Phase.ANNOUNCED, year=2025)
    return [
        make_entry(session, each, school=school_a, teacher=bob, title=f"Of {each.year}")
        for each in (season, last)
    ]


def page_of(leaver: User, session: Session) -> str:
    return f"/teacher/school/teachers/{membership_of(session, leaver).id}/remove"


def test_entries_of_every_season_go_to_the_colleague(
    session: Session, season: Season, school_b: School, alice: User, bob: User, bobs: list[Entry]
) -> None:
    dana = make_user(session, Role.TEACHER)
    make_membership(session, dana, bobs[0].school)
    elsewhere = make_entry(session, season, school=school_b, teacher=bob)

    moved = remove(session, alice, bob, dana)

    assert moved == 2
    assert [entry.teacher_id for entry in bobs] == [dana.id] * 2
    assert elsewhere.teacher_id == bob.id
    assert schools.find_membership(session, bob) is None
    trace = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert trace[-3:] == ["entry.handed-over", "entry.handed-over", "school.teacher-removed"]
    assert session.scalars(select(OutgoingMail.template)).all() == ["schools/removed"]


@pytest.mark.parametrize("end_codes", [True, False])
def test_team_codes_end_if_somebody_says_so(
    session: Session, sign_in: SignIn, alice: User, bob: User, bobs: list[Entry], end_codes: bool
) -> None:
    code = make_team_code(session, bobs[0])
    browser = sign_in(alice)
    page = browser.page(page_of(bob, session))
    browser.submit(page, page_of(bob, session), end_codes="y" if end_codes else None)

    assert bobs[0].teacher_id == alice.id
    assert (code.revoked_at is not None) == end_codes


def test_school_with_entries_does_not_go_back_to_the_list(
    session: Session, sign_in: SignIn, olivia: User, school_a: School, season: Season
) -> None:
    school_a.imported, school_a.turned_down_at = True, clock.now()
    school_a.turned_down_reason = "Not you."
    entry = make_entry(session, season, school=school_a)
    browser = sign_in(olivia)
    page = browser.page(f"/organizer/schools/{school_a.id}")
    at = f"/organizer/schools/{school_a.id}/relist"

    refused = browser.submit(page, at, status=409)
    assert "There are entries of this school." in refused.text
    assert school_a.listed_at is None

    session.delete(entry)
    browser.submit(page, at)
    assert school_a.listed_at is not None


def test_teacher_leaves_by_herself(
    session: Session, alice: User, bob: User, bobs: list[Entry]
) -> None:
    remove(session, bob, bob, alice)

    assert [entry.teacher_id for entry in bobs] == [alice.id] * 2
    session.flush()
    assert "school.teacher-left" in session.scalars(select(AuditEvent.action)).all()
    assert session.scalars(select(OutgoingMail.template)).all() == []


def test_entries_are_never_left_to_nobody(
    session: Session, alice: User, bob: User, bobs: list[Entry], walter: User, charlie: User
) -> None:
    with pytest.raises(Refused, match="Choose who takes care of the entries"):
        remove(session, alice, bob, None)
    for stranger in (bob, walter, charlie):
        with pytest.raises(NotAllowed):
            remove(session, alice, bob, stranger)

    assert [entry.teacher_id for entry in bobs] == [bob.id] * 2
    assert schools.find_membership(session, bob) is not None


def test_lead_hands_the_lead_on_before_she_goes(
    session: Session, season: Season, school_a: School, alice: User, bob: User, olivia: User
) -> None:
    entry = make_entry(session, season, school=school_a, teacher=alice)

    for actor in (alice, olivia):
        with session.begin_nested() as nested:
            with pytest.raises(Refused, match="before a colleague has become the lead"):
                remove(session, actor, alice, bob)
            nested.rollback()

    assert entry.teacher_id == alice.id
    assert membership_of(session, alice).lead


def test_nobody_removes_who_may_not(
    session: Session, alice: User, bob: User, bobs: list[Entry], charlie: User, walter: User
) -> None:
    dana = make_user(session, Role.TEACHER)
    make_membership(session, dana, bobs[0].school)

    for stranger in (dana, charlie, walter):
        with pytest.raises(NotAllowed):
            remove(session, stranger, bob, alice)


def test_lead_removes_a_colleague_on_a_page_that_takes_the_lead_for_heir(
    session: Session, alice: User, bob: User, bobs: list[Entry], sign_in: SignIn
) -> None:
    address = page_of(bob, session)
    browser = sign_in(alice)

    page = browser.page(address)
    after = browser.submit(page)

    assert "Of 2026" in page.text
    assert "Of 2025" in page.text
    assert after.messages == ["Bob Baker no longer belongs to the school."]
    assert [row[0] for row in after.rows] == ["Alice Akana"]
    assert [entry.teacher_id for entry in bobs] == [alice.id] * 2


def test_whoever_left_sees_nothing_of_the_school_with_the_sign_in_she_has(
    session: Session, alice: User, bob: User, bobs: list[Entry], sign_in: SignIn
) -> None:
    browser = sign_in(bob)
    entry = f"/teacher/entries/{bobs[0].id}"
    assert browser.page(entry).heading == "Of 2026"

    after = browser.submit(browser.page(page_of(bob, session)), heir=str(
        membership_of(session, alice).id
    ))  # fmt: skip

    assert after.messages == ["You have left the school."]
    assert "Your account does not belong to a school" in after.text
    for path in (entry, f"{entry}/captions.vtt", f"{entry}/state", f"{entry}/video/web_480"):
        assert browser.get(path).status_code == 404, path
    assert "Alice" not in browser.page("/teacher/school/").text
    assert bobs[0].title not in browser.page("/teacher/entries/").text


def test_heir_is_one_of_the_schools_own(
    session: Session, alice: User, bob: User, bobs: list[Entry], charlie: User, sign_in: SignIn
) -> None:
    browser = sign_in(alice)
    address = page_of(bob, session)

    page = browser.submit(
        browser.page(address), status=422, heir=str(membership_of(session, charlie).id)
    )

    assert page.mistakes == ["Not a valid choice."]
    assert [entry.teacher_id for entry in bobs] == [bob.id] * 2


def test_lead_reads_what_comes_first(
    session: Session, alice: User, bob: User, sign_in: SignIn
) -> None:
    page = sign_in(alice).page(page_of(alice, session))

    assert "before a colleague has become the lead" in page.text
    assert page.all("form", page.one("main")) == []


def test_removing_is_no_strangers_page(
    session: Session, alice: User, bob: User, charlie: User, walter: User, sign_in: SignIn
) -> None:
    addresses = [page_of(alice, session), page_of(bob, session), page_of(walter, session)]

    for person, statuses in ((charlie, [404] * 3), (walter, [404] * 3), (bob, [403, 200, 404])):
        browser = sign_in(person)
        assert [browser.get(a).status_code for a in addresses] == statuses
        token = browser.page("/account/").all("input", name="csrf_token")[0].get("value")
        for place in (0, 2):
            posted = browser.post(addresses[place], data={"csrf_token": token})
            assert posted.status_code == statuses[place]
    assert schools.find_membership(session, alice) is not None


def test_organizer_removes_and_lands_on_the_school(
    session: Session, school_a: School, alice: User, bob: User, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    address = f"/organizer/schools/teachers/{membership_of(session, bob).id}/remove"

    after = browser.submit(browser.page(address))

    assert after.url == f"/organizer/schools/{school_a.id}"
    assert [m.user for m in schools.members(session, school_a)] == [alice]


def test_entry_begun_while_its_teacher_is_taken_out_is_not_left_behind(
    session: Session, platform: Platform, season: Season, alice: User, bob: User
) -> None:
    session.commit()

    def begin(session: Session) -> None:
        services.create_entry(
            session,
            actor=session.get_one(User, bob.id),
            season=session.get_one(Season, season.id),
            now=clock.now(),
        )

    other = Meanwhile(platform, begin)
    will_write(session)
    remove(session, alice, bob, alice)
    waited = other.is_waiting()
    session.commit()
    other.join(30)

    assert waited
    assert isinstance(other.refused, NotFound)
    assert session.scalars(select(Entry.id)).all() == []
