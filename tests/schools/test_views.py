"""Registering a school, a teacher's school page, and the organizer's list."""

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
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.schools.models import Membership, School
from tests.browsing import Browser, Page
from tests.factories import make_membership, make_school, make_season, make_user
from tests.statements import statements

SignIn = Callable[..., Browser]
REGISTER = "/account/register-school"
SCHOOL = "/teacher/school/"
TYPED = {
    "school_name": "Kalani High",
    "district": "",
    "city": "Honolulu",
    "web_page": "https://kalani.example.org",
    "grades": "9-12",
    "name": "Kai",
    "email": "kai@kalani.example.org",
    "password": "river stone umbrella nine",
}


def register(client: Browser, status: int = 200, **values: str | None) -> Page:
    return client.submit(client.page(REGISTER), status=status, **(TYPED | values))


def templates(session: Session) -> list[str]:
    return list(session.scalars(select(OutgoingMail.template).order_by(OutgoingMail.id)))


def test_school_is_registered_and_waits(
    session: Session, season: Season, client: Browser, olivia: User
) -> None:
    page = register(client)

    school = session.scalars(select(School)).one()
    assert page.heading == "Look in your mail"
    assert (school.name, school.grades, school.approved_at) == ("Kalani High", "9-12", None)
    assert templates(session) == ["accounts/confirm", "schools/to_approve"]


def test_registering_a_known_address_looks_the_same(
    session: Session, season: Season, client: Browser, alice: User
) -> None:
    known = register(client, email=alice.email)
    fresh = register(client)

    assert known.text.replace(alice.email, "…") == fresh.text.replace(TYPED["email"], "…")
    assert session.scalars(select(School.name).where(School.name == "Kalani High")).all() == [
        "Kalani High"
    ]


def test_mailbox_is_not_flooded_by_registering(
    session: Session, season: Season, client: Browser, alice: User
) -> None:
    for _ in range(8):
        register(client, email=alice.email)

    assert templates(session) == ["accounts/already"] * 5


@pytest.mark.parametrize("phase", [Phase.UPCOMING, Phase.SCREENING])
def test_registration_says_when_it_is_not_open(
    session: Session, client: Browser, phase: Phase
) -> None:
    make_season(session, phase, contact_email="ask@contest.example.org")

    page = client.page(REGISTER)

    assert page.heading == "Registration is not open"
    assert page.links()["ask@contest.example.org"] == "mailto:ask@contest.example.org"
    assert client.post(REGISTER, data=TYPED).status_code == 200
    assert session.scalars(select(School.id)).all() == []


def test_registration_without_a_season_is_no_page(client: Browser) -> None:
    assert client.get(REGISTER).status_code == 404


@pytest.mark.parametrize(
    ("values", "mistake"),
    [
        ({"school_name": "  "}, "Please give the school's name."),
        ({"school_name": None}, "Please give the school's name."),
        ({"city": ""}, "Please give the city or town."),
        ({"grades": "x" * 41}, "Field cannot be longer than 40 characters."),
        ({"web_page": "kalani"}, "Write the whole address, such as https://school.example.org."),
        (
            {"web_page": "javascript://kalani.example.org/%0aalert(1)"},
            "Write the whole address, such as https://school.example.org.",
        ),
        ({"email": "kai"}, "That does not look like an e-mail address."),
        ({"email": "kai@kalani.example.org\nBcc: x@x.org"}, "That does not look like an e-mail"),
        ({"password": "short"}, "Please use at least 12 characters"),
        ({"password": "kai contest safety"}, "That is made of words anybody would try first."),
    ],
)
def test_registration_says_what_is_wrong_and_keeps_what_was_typed(
    session: Session,
    season: Season,
    client: Browser,
    values: dict[str, str | None],
    mistake: str,
) -> None:
    page = register(client, status=422, **values)

    assert page.mistakes[0].startswith(mistake)
    assert page.one("input", name="name").get("value") == "Kai"
    assert session.scalars(select(School.id)).all() == []


def test_line_break_in_a_name_does_not_reach_the_database(
    session: Session, season: Season, client: Browser
) -> None:
    register(client, school_name="Kalani\r\n\r\nhttp://localhost/evil")

    assert session.scalars(select(School.name)).one() == "Kalani http://localhost/evil"


def test_hostile_names_are_shown_as_they_are(
    session: Session, season: Season, client: Browser, olivia: User, sign_in: SignIn
) -> None:
    hostile = "<script>alert(1)</script>\"'>{{ 7*7 }}\u202e"
    register(client, school_name=hostile, city=hostile[:80])
    school = session.scalars(select(School)).one()

    browser = sign_in(olivia)
    listed = browser.page("/organizer/schools/")
    shown = browser.page(f"/organizer/schools/{school.id}")

    assert hostile in listed.rows[0][0]
    assert shown.heading == hostile


def test_teacher_sees_the_school_and_its_state(
    session: Session, season: Season, alice: User, bob: User, school_a: School, sign_in: SignIn
) -> None:
    page = sign_in(alice).page(SCHOOL)

    assert page.heading == "Kapālama School"
    assert [[row[0], row[3]] for row in page.rows] == [
        ["Alice Akana", "alice@kapalama.example.org"],
        ["Bob Baker", "bob@kapalama.example.org"],
    ]
    assert "Charlie" not in page.text


def test_teacher_reads_why_a_school_was_turned_down(
    session: Session, season: Season, alice: User, school_a: School, sign_in: SignIn
) -> None:
    school_a.approved_at = None
    school_a.turned_down_at = clock.now()
    school_a.turned_down_reason = "We could not reach the office."

    page = sign_in(alice).page(SCHOOL)

    assert "We could not reach the office." in page.text


def test_lead_changes_the_schools_facts(
    session: Session, season: Season, alice: User, school_a: School, sign_in: SignIn
) -> None:
    browser = sign_in(alice)

    page = browser.submit(
        browser.page(SCHOOL), SCHOOL, city="Kāneʻohe", district="another", district_other="Windward"
    )

    assert page.messages == ["Saved."]
    assert (school_a.city, school_a.district_name) == ("Kāneʻohe", "Windward")


def test_colleague_reads_the_facts_and_cannot_change_them(
    session: Session,
    season: Season,
    alice: User,
    bob: User,
    school_a: School,
    sign_in: SignIn,
) -> None:
    browser = sign_in(bob)
    page = browser.page(SCHOOL)
    token = next(e.get("value") for e in page.all("input", name="csrf_token"))

    browser.post(SCHOOL, data={"csrf_token": token, **TYPED})
    answer = browser.post(
        f"{SCHOOL}teachers", data={"csrf_token": token, "name": "X", "email": "x@example.org"}
    )

    assert page.all("form", page.one("main")) == []
    assert "https://" in page.text
    assert school_a.name == "Kapālama School"
    assert answer.status_code == 403


def test_lead_invites_a_colleague(
    session: Session, season: Season, alice: User, school_a: School, sign_in: SignIn
) -> None:
    browser = sign_in(alice)

    page = browser.submit(
        browser.page(SCHOOL), f"{SCHOOL}teachers", name="Dana", email="dana@kapalama.org"
    )

    assert page.messages == ["An invitation is on its way to dana@kapalama.org."]
    assert [row[0] for row in page.rows] == ["Alice Akana", "Dana"]


@pytest.mark.parametrize(
    ("name", "email", "mistake"),
    [
        ("", "dana@kapalama.org", "Please give a name."),
        ("Dana", "dana", "That does not look like an e-mail address."),
        (
            "Charlie",
            "charlie@waimea.example.org",
            (
                "That address has an account already. Ask her to sign in and to choose your school;"
                " then you let her in."
            ),
        ),
    ],
)
def test_invitation_of_a_colleague_says_what_is_wrong(
    session: Session,
    season: Season,
    alice: User,
    charlie: User,
    sign_in: SignIn,
    name: str,
    email: str,
    mistake: str,
) -> None:
    browser = sign_in(alice)

    page = browser.submit(
        browser.page(SCHOOL), f"{SCHOOL}teachers", status=422, name=name, email=email
    )

    assert page.mistakes == [mistake]
    assert len(session.scalars(select(Membership.id)).all()) == 2


def test_school_page_opens_to_teachers_only(
    season: Season, olivia: User, judy: User, sign_in: SignIn
) -> None:
    assert sign_in(olivia).get(SCHOOL).status_code == 403
    assert sign_in(judy).get(SCHOOL).status_code == 403


@pytest.mark.parametrize("person", ["alice", "judy"])
def test_organizers_pages_about_schools_open_to_organizers_only(
    season: Season,
    school_a: School,
    sign_in: SignIn,
    request: pytest.FixtureRequest,
    person: str,
) -> None:
    browser = sign_in(request.getfixturevalue(person))

    statuses = [browser.get(f"/organizer/schools/{tail}").status_code for tail in ("", school_a.id)]

    assert statuses == [403, 403]


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_list_of_schools_shows_every_school_with_its_state(
    session: Session, season: Season, olivia: User, sign_in: SignIn, waiting: int
) -> None:
    for number in range(waiting):
        make_school(session, name=f"School {number}", approved_at=None)

    page = sign_in(olivia).page("/organizer/schools/")

    assert [(row[0], row[4]) for row in page.rows] == [
        (f"School {number}", "Waiting for approval") for number in range(waiting)
    ]


def test_organizer_approves_and_turns_down(
    session: Session, season: Season, olivia: User, alice: User, school_a: School, sign_in: SignIn
) -> None:
    school_a.approved_at = None
    browser = sign_in(olivia)
    address = f"/organizer/schools/{school_a.id}"

    approved = browser.submit(browser.page(address), f"{address}/approve")
    silent = browser.submit(browser.page(address), f"{address}/turn-down", status=422, reason="  ")
    refused = browser.submit(
        browser.page(address), f"{address}/turn-down", reason="Two registrations."
    )

    assert approved.messages == ["Kapālama School is approved; its teacher has been told."]
    assert silent.mistakes == ["Please write why."]
    assert refused.messages == ["Kapālama School has been told."]
    assert school_a.turned_down_reason == "Two registrations."
    assert templates(session) == ["schools/approved", "schools/turned_down"]


def test_school_that_is_not_there_is_no_page(season: Season, olivia: User, sign_in: SignIn) -> None:
    assert sign_in(olivia).get("/organizer/schools/999").status_code == 404


@pytest.mark.parametrize("path", ["/organizer/schools/", "/organizer/people/"])
def test_lists_ask_the_database_as_often_for_many_rows_as_for_few(
    session: Session, platform: Platform, season: Season, olivia: User, sign_in: SignIn, path: str
) -> None:
    browser = sign_in(olivia)

    counts = []
    for number in (1, 6):
        for _ in range(number):
            lead = make_user(session, Role.TEACHER)
            make_membership(session, lead, make_school(session), lead=True)
        session.commit()
        with statements(platform.engine) as asked:
            browser.page(path)
        counts.append(len(asked))

    assert counts[0] == counts[1]
