"""Sign-in, links from mails, settings, and the organizer's list of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import services
from app.accounts.models import SignIn as SignInRow
from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.core import clock
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from tests.browsing import Browser, Page
from tests.factories import PASSWORD, make_user

SignIn = Callable[..., Browser]
SIGN_IN = "/account/sign-in"
NEW = "river stone umbrella nine"
DEMONSTRATION = {"DEMONSTRATION": "1"}


def sign_in_as(client: Browser, email: str, password: str, status: int = 200) -> Page:
    page = client.page(SIGN_IN)
    return client.submit(page, SIGN_IN, status=status, email=email, password=password)


def link_mailed(platform: Platform, session: Session, template: str) -> str:
    """The path of the link in the newest mail of that kind, its token freshly signed."""
    row = session.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.template == template)
        .order_by(OutgoingMail.id.desc())
        .limit(1)
    ).one()
    words = platform.postman.render(row).text
    address = next(line for line in words.splitlines() if line.startswith("http://localhost/"))
    return address.removeprefix("http://localhost")


def templates(session: Session) -> list[str]:
    return list(session.scalars(select(OutgoingMail.template).order_by(OutgoingMail.id)))


def who(client: Browser) -> str:
    """Whose account this browser shows."""
    page = client.page("/account/")
    return page.text if page.url == "/account/" else "nobody"


@pytest.mark.parametrize(
    ("person", "home"),
    [
        ("olivia", "/organizer/"),
        ("judy", "/judge/"),
        ("alice", "/teacher/entries/"),
    ],
)
def test_right_password_leads_to_each_roles_own_page(
    season: Season, client: Browser, request: pytest.FixtureRequest, person: str, home: str
) -> None:
    user: User = request.getfixturevalue(person)

    page = sign_in_as(client, f" {user.email.upper()} ", PASSWORD)

    assert page.url == home


def test_sign_in_goes_on_where_it_was_asked_for(
    season: Season, client: Browser, olivia: User
) -> None:
    asked = client.page("/organizer/season/dates")

    page = client.submit(asked, SIGN_IN, email=olivia.email, password=PASSWORD)

    assert (asked.url, page.url) == (SIGN_IN, "/organizer/season/dates")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_sign_in_leads_nowhere_else(client: Browser, judy: User, target: str) -> None:
    page = client.page(f"{SIGN_IN}?next={target}")

    answer = client.send(page, SIGN_IN, email=judy.email, password=PASSWORD)

    assert answer.location == "/judge/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("judy@panel.example.org", "wrong"), ("nobody@panel.example.org", PASSWORD)],
)
def test_wrong_sign_in_says_the_same_whether_or_not_there_is_an_account(
    client: Browser, judy: User, email: str, password: str
) -> None:
    page = sign_in_as(client, email, password, status=422)

    assert page.mistakes == ["That address and password do not go together."]
    assert who(client) == "nobody"
    assert page.one("input", name="email").get("value") == email
    assert page.one("input", type="password").get("value") == ""


def test_too_many_wrong_tries_are_asked_to_wait_even_with_the_right_password(
    client: Browser, judy: User
) -> None:
    for _ in range(10):
        sign_in_as(client, judy.email, "wrong", status=422)

    page = sign_in_as(client, judy.email, PASSWORD, status=429)

    assert page.mistakes == [
        "There were many wrong tries. Please wait a quarter of an hour, then try again."
    ]


@pytest.mark.parametrize(
    ("values", "mistakes"),
    [
        ({}, ["Please give your e-mail address.", "Please type your password."]),
        ({"email": "nobody", "password": "x"}, ["That does not look like an e-mail address."]),
        ({"email": "   ", "password": "x"}, ["Please give your e-mail address."]),
        (
            {"email": None, "password": None},
            [
                "Please give your e-mail address.",
                "Please type your password.",
            ],
        ),
        (
            {"email": "a\x00b@example.org", "password": "x"},
            ["That address and password do not go together."],
        ),
    ],
)
def test_sign_in_form_says_what_is_missing(
    client: Browser, values: dict[str, str | None], mistakes: list[str]
) -> None:
    page = client.submit(client.page(SIGN_IN), SIGN_IN, status=422, **values)

    assert page.mistakes == mistakes


def test_sign_in_page_sends_people_who_are_signed_in_home(judy: User, sign_in: SignIn) -> None:
    assert sign_in(judy).get(SIGN_IN).location == "/judge/"


def test_unconfirmed_address_is_mailed_again_instead_of_signed_in(
    session: Session, client: Browser
) -> None:
    user = make_user(session, Role.TEACHER, email_confirmed_at=None)

    page = sign_in_as(client, user.email, PASSWORD)

    assert page.heading == "Look in your mail"
    assert templates(session) == ["accounts/confirm"]
    assert who(client) == "nobody"


def test_sign_out_ends_the_sign_in_even_for_a_copied_cookie(
    session: Session, judy: User, sign_in: SignIn, client: Browser
) -> None:
    browser = sign_in(judy)
    cookie = browser.get_cookie("hoike")
    assert cookie is not None

    browser.submit(browser.page("/account/"), "/account/sign-out")
    thief = Browser(client.application)
    thief.set_cookie("hoike", cookie.value)

    assert who(browser) == "nobody"
    assert thief.get("/account/").status_code == 302
    assert session.scalars(select(SignInRow.id)).all() == []


def test_sign_in_gives_a_fresh_cookie(client: Browser, judy: User) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"

    sign_in_as(client, judy.email, PASSWORD)

    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.permanent is True


def test_used_sign_in_is_noted_when_something_is_sent(
    session: Session, judy: User, sign_in: SignIn
) -> None:
    browser = sign_in(judy)
    row = session.scalars(select(SignInRow)).one()
    long_ago = clock.now() - timedelta(days=6)
    row.seen_at = long_ago

    page = browser.page("/account/")
    after_looking = row.seen_at
    browser.submit(page, "/account/address", current=PASSWORD, email="new@example.org")

    assert after_looking == long_ago
    assert clock.now() - row.seen_at < timedelta(minutes=1)


def test_confirmation_takes_a_press_and_works_once(
    platform: Platform, session: Session, client: Browser, season: Season
) -> None:
    user = services.register(
        session,
        email="kai@example.org",
        name="Kai",
        password=NEW,
        role=Role.JUDGE,
        now=clock.now(),
    )
    assert user is not None
    link = link_mailed(platform, session, "accounts/confirm")

    page = client.page(link)
    after_looking = user.email_confirmed_at
    home = client.submit(page)
    again = Browser(client.application)
    second = again.submit(again.page(link))

    assert "kai@example.org" in page.text
    assert after_looking is None
    assert (home.url, home.messages) == ("/judge/", ["Your address is confirmed. Welcome!"])
    assert (second.url, second.messages) == (
        SIGN_IN,
        ["Your address is confirmed already. Please sign in."],
    )


@pytest.mark.parametrize("page", ["confirm", "reset", "invitation", "new-address"])
@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "ʻ"])
def test_bad_link_says_that_it_no_longer_works(client: Browser, page: str, token: str) -> None:
    found = client.page(f"/account/{page}/{token}", 410)

    assert found.heading == "This link no longer works"


def test_link_of_one_kind_opens_no_other_page(
    platform: Platform, client: Browser, judy: User
) -> None:
    token = platform.signer.sign("invitation", [judy.id, judy.email])

    assert client.get(f"/account/confirm/{token}").status_code == 410


def test_forgotten_password_says_the_same_for_every_address(
    session: Session, client: Browser, judy: User
) -> None:
    words = []
    for email in (judy.email, "nobody@panel.example.org"):
        page = client.submit(client.page("/account/forgotten"), email=email)
        words.append(page.text.replace(email, "…"))

    assert words[0] == words[1]
    assert templates(session) == ["accounts/reset"]


def test_mailbox_is_not_flooded_with_reset_links(
    session: Session, client: Browser, judy: User
) -> None:
    for _ in range(8):
        client.submit(client.page("/account/forgotten"), email=judy.email)

    assert templates(session) == ["accounts/reset"] * 5


def test_reset_link_sets_the_password_and_signs_in(
    platform: Platform, session: Session, client: Browser, judy: User, season: Season
) -> None:
    client.submit(client.page("/account/forgotten"), email=judy.email)
    link = link_mailed(platform, session, "accounts/reset")

    weak = client.submit(client.page(link), status=422, password="short", again="short")
    unequal = client.submit(client.page(link), status=422, password=NEW, again=NEW + "x")
    home = client.submit(client.page(link), password=NEW, again=NEW)
    again = Browser(client.application)
    second = again.submit(again.page(link), status=422, password=PASSWORD, again=PASSWORD)

    assert weak.mistakes[0].startswith("Please use at least 12 characters")
    assert unequal.mistakes == ["The two passwords are not the same."]
    assert home.messages == ["Your new password is set, and other devices are signed out."]
    assert second.mistakes == ["This link was used before. Ask for a new one if you need it."]


def test_invitation_lets_in_and_then_leads_to_sign_in(
    platform: Platform, session: Session, olivia: User, sign_in: SignIn, season: Season
) -> None:
    organizer = sign_in(olivia)
    people = organizer.submit(
        organizer.page("/organizer/people/"),
        "/organizer/people/",
        name="Noa Nakamura",
        email="noa@example.org",
        role="judge",
    )
    link = link_mailed(platform, session, "accounts/invitation")
    guest = Browser(organizer.application)
    home = guest.submit(guest.page(link), password=NEW, again=NEW)
    later = Browser(organizer.application)

    assert people.messages == ["An invitation is on its way to noa@example.org."]
    assert (home.url, home.messages) == ("/judge/", ["Welcome, Noa Nakamura."])
    assert later.page(link).url == SIGN_IN


def test_new_address_is_used_after_its_link(
    platform: Platform, session: Session, judy: User, sign_in: SignIn
) -> None:
    browser = sign_in(judy)

    page = browser.submit(
        browser.page("/account/"),
        "/account/address",
        current=PASSWORD,
        email="judy@new.example.org",
    )
    link = link_mailed(platform, session, "accounts/new_address")
    before = judy.email
    done = browser.submit(browser.page(link))
    again = browser.submit(browser.page(link), status=409)

    assert page.heading == "Look in your mail"
    assert (before, judy.email) == ("judy@panel.example.org", "judy@new.example.org")
    assert done.heading == "Your address is changed"
    assert "This link was used before" in again.text


def test_password_is_changed_in_the_settings(session: Session, judy: User, sign_in: SignIn) -> None:
    browser = sign_in(judy)
    action = "/account/password"

    wrong = browser.submit(
        browser.page("/account/"), action, status=422, current="guess", password=NEW
    )
    done = browser.submit(browser.page("/account/"), action, current=PASSWORD, password=NEW)

    assert wrong.mistakes == ["The current password is not right. Nothing was changed."]
    assert done.messages == ["Your password is changed, and other devices are signed out."]
    assert len(session.scalars(select(SignInRow.id)).all()) == 1


def test_bad_new_address_is_refused_in_the_settings(judy: User, sign_in: SignIn) -> None:
    browser = sign_in(judy)

    page = browser.submit(
        browser.page("/account/"), "/account/address", status=422, current=PASSWORD, email="nowhere"
    )

    assert page.mistakes == ["That does not look like an e-mail address."]


def test_first_organizer_needs_the_start_code(
    platform: Platform, session: Session, client: Browser
) -> None:
    code = platform.signer.digest("first-organizer", "")[:12]
    values = {"name": "Olivia", "email": "olivia@example.org", "password": NEW}
    address = "/account/first-organizer"

    wrong = client.submit(client.page(address), status=422, token="guess", **values)
    weak = client.submit(
        client.page(address), status=422, token=code, **(values | {"password": "short"})
    )
    made = client.submit(client.page(address), token=code, **values)

    assert wrong.mistakes == ["That is not the start code shown in the terminal."]
    assert weak.mistakes[0].startswith("Please use at least 12 characters")
    assert made.url in ("/organizer/", "/organizer/season/new")
    assert Browser(client.application).get(address).status_code == 404


@pytest.mark.parametrize("person", ["alice", "judy"])
def test_people_page_opens_to_organizers_only(
    olivia: User, sign_in: SignIn, request: pytest.FixtureRequest, person: str
) -> None:
    stranger: User = request.getfixturevalue(person)

    assert sign_in(stranger).get("/organizer/people/").status_code == 403
    assert sign_in(olivia).get("/organizer/people/").status_code == 200


def test_people_page_lists_everybody_with_roles_and_state(
    session: Session, olivia: User, judy: User, sign_in: SignIn
) -> None:
    make_user(
        session, Role.SCREENER, name="Invited", invited_at=clock.now(), email_confirmed_at=None
    )
    make_user(session, Role.JUDGE, name="Left", switched_off_at=clock.now())

    page = sign_in(olivia).page("/organizer/people/")

    assert [row[1:3] for row in page.rows] == [
        ["Screener", "Invited"],
        ["Judge", "Can sign in"],
        ["Judge", "Switched off"],
        ["Organizer", "Can sign in"],
    ]


def test_role_is_given_and_taken_by_a_button(
    session: Session, olivia: User, judy: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    action = f"/organizer/people/{judy.id}/role"

    def press(words: str) -> None:
        page = browser.page("/organizer/people/")
        forms = [f for f in page.all("form") if f.get("action") == action]
        index = next(i for i, f in enumerate(forms) if words in "".join(f.itertext()))
        data = {e.get("name"): e.get("value") for e in forms[index].iter("input")}
        assert browser.post(action, data=data).status_code == 302

    press("Give: Screener")
    press("Take away: Judge")

    assert judy.roles == {Role.SCREENER}


def test_somebody_is_switched_off_and_on_by_a_button(
    session: Session, olivia: User, judy: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    action = f"/organizer/people/{judy.id}/switch"

    off = browser.submit(browser.page("/organizer/people/"), action)
    on = browser.submit(off, action)

    assert off.messages == ["Judy Jones can no longer sign in."]
    assert on.messages == ["Judy Jones can sign in again."]
    assert judy.switched_off_at is None


@pytest.mark.parametrize(
    ("values", "mistake"),
    [
        ({"name": " ", "email": "x@example.org"}, "Please give a name."),
        ({"name": "X", "email": "x"}, "That does not look like an e-mail address."),
        ({"name": "X", "email": "x@example.org", "role": "teacher"}, "Not a valid choice."),
        ({"name": "X" * 121, "email": "x@example.org"}, "Field cannot be longer than 120"),
    ],
)
def test_invitation_form_says_what_is_wrong(
    session: Session, olivia: User, sign_in: SignIn, values: dict[str, str], mistake: str
) -> None:
    browser = sign_in(olivia)

    page = browser.submit(
        browser.page("/organizer/people/"), "/organizer/people/", status=422, **values
    )

    assert mistake in page.mistakes[0]
    assert templates(session) == []


@pytest.mark.parametrize("environment", [DEMONSTRATION])
def test_demonstration_offers_its_people_at_one_click(
    session: Session, client: Browser, season: Season, olivia: User
) -> None:
    made_up = make_user(session, Role.JUDGE, name="Made Up", demonstration=True)

    page = client.page(SIGN_IN)
    home = client.submit(page, f"{SIGN_IN}/as/{made_up.id}")

    assert "Made Up Judge" in [" ".join("".join(b.itertext()).split()) for b in page.all("button")]
    assert home.url == "/judge/"


@pytest.mark.parametrize("environment", [DEMONSTRATION])
def test_demonstration_lets_nobody_in_as_a_real_person(
    session: Session, client: Browser, olivia: User
) -> None:
    made_up = make_user(session, Role.JUDGE, name="Made Up", demonstration=True)
    form = client.page(SIGN_IN).form(f"{SIGN_IN}/as/{made_up.id}")
    nonce = next(e.get("value") for e in form.iter("input"))

    for target in (olivia.id, 999):
        answer = client.post(f"{SIGN_IN}/as/{target}", data={"csrf_token": nonce})
        assert answer.status_code == 404
    assert client.post(f"{SIGN_IN}/as/{made_up.id}").status_code == 404


def test_one_click_sign_in_exists_in_demonstrations_only(session: Session, client: Browser) -> None:
    made_up = make_user(session, Role.JUDGE, name="Made Up", demonstration=True)

    page = client.page(SIGN_IN)

    assert "Made Up" not in page.text
    assert client.post(f"{SIGN_IN}/as/{made_up.id}").status_code == 404
