"""Joining a school that is here, being let in, and the button that says it is the school."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.core import clock
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.schools import queries, rules
from app.schools.models import District, Membership, School
from tests.browsing import Browser, Page
from tests.factories import make_school, make_user

SignIn = Callable[..., Browser]
REGISTER = "/account/register-school"
SCHOOL = "/teacher/school/"
YOU = {"name": "Kai", "email": "kai@kalani.org", "password": "river stone umbrella nine"}
FACTS = {
    "school_name": "Kalani High",
    "city": "Honolulu",
    "web_page": "https://www.kalani.org",
    "grades": "9-12",
}


def membership_of(session: Session, user: User) -> Membership:
    return session.scalars(select(Membership).where(Membership.user_id == user.id)).one()


def templates(session: Session) -> list[str]:
    return list(session.scalars(select(OutgoingMail.template).order_by(OutgoingMail.id)))


def token_of(browser: Browser) -> str:
    page = browser.page("/account/")
    return page.all("input", name="csrf_token")[0].get("value", "")


def choices(page: Page, name: str) -> list[str]:
    return [e.text or "" for e in page.one("select", name=name).iter("option")]


def test_registration_offers_what_can_be_joined(
    session: Session, season: Season, client: Browser, school_a: School
) -> None:
    make_school(session, name="Waits", approved_at=None)
    make_school(session, name="Gone", approved_at=None, turned_down_at=clock.now())
    make_school(session, name="Listed", approved_at=None, listed_at=clock.now(), city="Hilo")
    session.add(District(name="Windward"))

    page = client.page(REGISTER)

    assert choices(page, "known_school") == [
        "My school is not in this list",
        "Kapālama School, Honolulu",
        "Listed, Hilo",
    ]
    assert choices(page, "district") == [
        "None, or I don't know",
        "Windward",
        "Another, which I write below",
    ]


def test_teacher_registers_at_a_school_that_is_here(
    session: Session, season: Season, client: Browser, school_a: School, alice: User
) -> None:
    page = client.submit(client.page(REGISTER), known_school=str(school_a.id), **YOU)

    assert page.heading == "Look in your mail"
    assert "your school’s lead teacher lets you in" in page.text
    assert [m.user.name for m in queries.waiting_members(session, school_a)] == ["Kai"]
    assert session.scalars(select(School.name)).all() == ["Kapālama School"]
    assert templates(session) == ["accounts/confirm", "schools/asks_to_join"]


def test_joining_with_a_known_address_looks_the_same_and_joins_nothing(
    session: Session, season: Season, client: Browser, school_a: School, charlie: User
) -> None:
    chosen = {"known_school": str(school_a.id)}
    known = client.submit(client.page(REGISTER), **chosen, **(YOU | {"email": charlie.email}))
    fresh = client.submit(client.page(REGISTER), **chosen, **YOU)

    assert known.text.replace(charlie.email, "…") == fresh.text.replace(YOU["email"], "…")
    assert [m.user.email for m in queries.waiting_members(session, school_a)] == [YOU["email"]]


@pytest.mark.parametrize("chosen", ["999999", "x", "-1"])
def test_school_that_was_not_offered_is_not_chosen(
    session: Session, season: Season, client: Browser, school_a: School, chosen: str
) -> None:
    page = client.submit(client.page(REGISTER), status=422, known_school=chosen, **YOU)

    assert page.mistakes[0] == "Not a valid choice."
    assert session.scalars(select(User.id)).all() == []


def test_district_is_chosen_or_written(session: Session, season: Season, client: Browser) -> None:
    district = District(name="Windward")
    session.add(district)
    session.flush()
    wrong = client.submit(client.page(REGISTER), status=422, district="another", **FACTS, **YOU)
    assert wrong.mistakes == ["Please write the district's name."]
    client.submit(client.page(REGISTER), district=str(district.id), **FACTS, **YOU)
    client.submit(
        client.page(REGISTER),
        district="another",
        district_other="Kona",
        **FACTS,
        **(YOU | {"email": "lei@kalani.org"}),
    )

    named = session.scalars(select(School).order_by(School.id)).all()
    assert [(s.district, s.district_other) for s in named] == [(district, ""), (None, "Kona")]


def test_office_confirms_by_a_button_and_only_by_it(
    session: Session, season: Season, client: Browser, platform: Platform
) -> None:
    client.submit(client.page(REGISTER), office_email="Office@Kalani.org", **FACTS, **YOU)
    school = session.scalars(select(School)).one()
    token = platform.signer.sign("confirm-school", [school.id, "office@kalani.org"])
    address = f"{REGISTER}/confirm/{token}"

    shown = client.page(address)
    client.page(address)
    before = queries.checks(session, school)
    thanks = client.submit(shown)
    again = client.submit(client.page(address))

    assert shown.heading == "Is this your school?"
    assert "Kai (kai@kalani.org)" in shown.text
    assert before == []
    assert (thanks.heading, again.heading) == ("Thank you", "Thank you")
    assert [c.address for c in queries.checks(session, school)] == ["office@kalani.org"]


@pytest.mark.parametrize(
    "payload", [[999, "office@kalani.org"], [1, "other@kalani.org"], [], "x", [None, None], None]
)
def test_stale_or_strange_link_is_no_page(
    session: Session, season: Season, client: Browser, platform: Platform, payload: object
) -> None:
    make_school(session, id=1, office_email="office@kalani.org")
    token = platform.signer.sign("confirm-school", payload)

    for address in (token, f"{token}x", "nonsense"):
        page = client.page(f"{REGISTER}/confirm/{address}", status=410)
        assert page.heading == "This link no longer works"
    elsewhere = platform.signer.sign("confirm-email", [1, "office@kalani.org"])
    assert client.get(f"{REGISTER}/confirm/{elsewhere}").status_code == 410


def test_offices_mailbox_is_not_flooded(session: Session, season: Season, client: Browser) -> None:
    for number in range(7):
        you = YOU | {"email": f"kai{number}@kalani.org"}
        client.submit(client.page(REGISTER), office_email="office@kalani.org", **FACTS, **you)

    assert templates(session).count("schools/is_it_you") == 5


def test_waiting_teacher_sees_that_she_waits_and_nothing_else(
    session: Session, season: Season, walter: User, alice: User, sign_in: SignIn
) -> None:
    browser = sign_in(walter)

    for path in (SCHOOL, "/teacher/entries/"):
        page = browser.page(path)
        assert "You asked to join Kapālama School" in page.text
        assert "Alice" not in page.html
    for path in ("agreement", f"teachers/{membership_of(session, alice).id}/remove"):
        assert browser.get(f"{SCHOOL}{path}").status_code == 404
    posted = browser.post("/teacher/entries/", data={"csrf_token": token_of(browser)})
    assert posted.status_code == 404


def test_waiting_teacher_takes_her_request_back_and_asks_elsewhere(
    session: Session, season: Season, walter: User, school_b: School, charlie: User, sign_in: SignIn
) -> None:
    browser = sign_in(walter)

    page = browser.submit(browser.page(SCHOOL), f"{SCHOOL}join/take-back")
    asked = browser.submit(page, school=str(school_b.id))

    assert "You asked to join Waimea School" in asked.text
    assert [m.user for m in queries.waiting_members(session, school_b)] == [walter]
    assert templates(session) == ["schools/asks_to_join"]
    wrong = make_user(session, Role.TEACHER)
    empty = sign_in(wrong).submit(browser.page(SCHOOL), status=422)
    assert empty.mistakes == ["Please choose your school."]


def test_lead_lets_a_teacher_in_and_then_she_sees_the_school(
    session: Session, season: Season, alice: User, walter: User, sign_in: SignIn
) -> None:
    request = membership_of(session, walter)
    browser = sign_in(alice)

    page = browser.page(SCHOOL)
    after = browser.submit(page, f"{SCHOOL}teachers/{request.id}/let-in")

    assert "A teacher asks to be let in" in page.text
    assert after.messages == ["Walter Wong is in and has been told."]
    assert [row[0] for row in after.rows] == ["Alice Akana", "Walter Wong"]
    assert sign_in(walter).page(SCHOOL).heading == "Kapālama School"


def test_lead_turns_a_teacher_away(
    session: Session, season: Season, alice: User, walter: User, sign_in: SignIn
) -> None:
    request = membership_of(session, walter)
    browser = sign_in(alice)

    after = browser.submit(browser.page(SCHOOL), f"{SCHOOL}teachers/{request.id}/turn-away")

    assert after.messages == ["Walter Wong was turned away and has been told."]
    assert "Your account does not belong to a school" in sign_in(walter).page(SCHOOL).text


def test_lead_without_a_confirmed_address_to_let_in_sees_why(
    session: Session, season: Season, alice: User, walter: User, sign_in: SignIn
) -> None:
    walter.email_confirmed_at = None

    page = sign_in(alice).page(SCHOOL)

    assert "Address not confirmed yet" in page.text
    assert "let-in" not in page.html


def test_lead_hands_the_lead_to_a_colleague(
    session: Session, season: Season, alice: User, bob: User, sign_in: SignIn
) -> None:
    browser = sign_in(alice)

    after = browser.submit(
        browser.page(SCHOOL), f"{SCHOOL}teachers/{membership_of(session, bob).id}/lead"
    )

    assert after.messages == ["Bob Baker leads the school now."]
    assert [(row[0], row[1]) for row in after.rows] == [("Bob Baker", "Lead"), ("Alice Akana", "")]


@pytest.mark.parametrize(
    ("person", "status"), [("charlie", 404), ("walter", 404), ("bob", 403), ("olivia", 403)]
)
def test_nobody_else_decides_who_teaches_at_a_school(
    session: Session,
    season: Season,
    alice: User,
    bob: User,
    walter: User,
    charlie: User,
    sign_in: SignIn,
    request: pytest.FixtureRequest,
    person: str,
    status: int,
) -> None:
    waits, teaches = membership_of(session, walter), membership_of(session, bob)
    browser = sign_in(request.getfixturevalue(person))
    token = token_of(browser)

    for path in (f"{waits.id}/let-in", f"{waits.id}/turn-away", f"{teaches.id}/lead"):
        answer = browser.post(f"{SCHOOL}teachers/{path}", data={"csrf_token": token})
        assert answer.status_code == status, path
    assert membership_of(session, walter).waiting_since is not None
    assert membership_of(session, alice).lead


def test_lead_sees_what_comes_next_until_everything_is_done(
    session: Session, season: Season, alice: User, school_a: School, sign_in: SignIn
) -> None:
    school_a.approved_at = None
    school_a.office_email = "office@kapalama.org"
    school_a.web_page = "https://kapalama.org"
    alice.email = "alice@mail.com"
    browser = sign_in(alice)

    page = browser.page(SCHOOL)
    again = browser.submit(page, f"{SCHOOL}ask-office")

    assert "What comes next" in page.text
    assert again.messages == ["We have written to office@kapalama.org."]
    assert templates(session) == ["schools/is_it_you"]
    for _ in range(4):
        browser.submit(browser.page(SCHOOL), f"{SCHOOL}ask-office")
    tired = browser.submit(browser.page(SCHOOL), f"{SCHOOL}ask-office", status=409)
    assert "several times this hour" in tired.text
    assert len(templates(session)) == 5


def test_office_is_the_leads_to_ask(
    session: Session, season: Season, alice: User, bob: User, school_a: School, sign_in: SignIn
) -> None:
    school_a.office_email, school_a.web_page = "office@kapalama.org", "https://kapalama.org"
    browser = sign_in(bob)

    answer = browser.post(f"{SCHOOL}ask-office", data={"csrf_token": token_of(browser)})

    assert answer.status_code == 403
    assert templates(session) == []


def test_nobody_joins_school_after_school(session: Session, sign_in: SignIn) -> None:
    schools = [make_school(session, name=f"School {n}") for n in range(6)]
    browser = sign_in(make_user(session, Role.TEACHER))
    at = "/teacher/school/join"
    for school in schools[:5]:
        browser.submit(browser.page(at), school=str(school.id))
        browser.submit(browser.page(at), f"{at}/take-back")
    refused = browser.submit(browser.page(at), school=str(schools[5].id), status=409)
    assert "You asked several schools this hour." in refused.text


def test_a_school_invites_so_many_a_day(
    session: Session, sign_in: SignIn, alice: User, season: Season
) -> None:
    browser = sign_in(alice)
    page = browser.page("/teacher/school/")
    at = "/teacher/school/teachers"
    for number in range(rules.INVITATIONS_MOST):
        # A refusal counts as well: it tells whether somebody has an account.
        known = number % 2 == 0
        email = alice.email if known else f"colleague{number}@example.org"
        browser.submit(page, at, name="Col", email=email, status=422 if known else 200)
    refused = browser.submit(page, at, name="Col", email="one@example.org", status=409)
    assert "That is a lot of invitations" in refused.text
