"""The vote as a voter, a mail scanner, a stranger and an organizer meet it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.jobs import Job
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries.models import Entry
from app.voting import queries, rules, services
from app.voting.models import Ballot, BlockedVoter, SolvedChallenge
from app.voting.rules import BallotStatus
from tests.browsing import Browser, Page
from tests.databases import on_sqlite
from tests.factories import make_ballot, make_entry
from tests.servers import Mailbox
from tests.statements import statements
from tests.voting.box import code_of, count, work

SignIn = Callable[..., Browser]
ADDRESS = "kai@mail.example.org"
TOO_YOUNG = (
    "Voting by e-mail is for people who are 13 or older. With a slip from your teacher you can "
    "vote at any age."
)
OVERVIEW = "/organizer/vote/"
TALLY = "/organizer/vote/tally.csv"
COUNT = "/organizer/vote/count"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def finalists(session: Session, season: Season) -> list[Entry]:
    return [
        make_entry(session, season, finalist_at=clock.now(), title=f"Finalist {n}")
        for n in range(5)
    ]


@pytest.fixture
def pending(session: Session, platform: Platform, season: Season, finalists: list[Entry]) -> Ballot:
    return make_ballot(
        session, season, finalists[:2], status=BallotStatus.PENDING, voters=platform.voters
    )


@pytest.fixture
def link(platform: Platform, pending: Ballot) -> str:
    return f"/vote/confirm/{platform.signer.sign('ballot', [pending.number])}"


@pytest.fixture
def not_me(platform: Platform, pending: Ballot) -> str:
    payload = [pending.season_id, pending.voter_key, pending.number]
    return f"/vote/not-me/{platform.signer.sign('not-me', payload)}"


def picked(*entries: Entry) -> list[str]:
    return [str(entry.slug) for entry in entries]


def titles(page: Page) -> list[str]:
    return [h.findall("bdi")[0].text or "" for h in page.all("h2", class_="entry-card-title")]


def vote(client: Browser, entries: list[Entry], address: str = ADDRESS, **values: Any) -> Page:
    values = {"picks": picked(*entries), "address": address, "age": "18"} | values
    return client.submit(client.page("/vote?order=7"), 0, **values)


def press(client: Browser, page: Page | str, status: int = 200, **values: str) -> Page:
    """Press the button of a confirmation, as a browser with scripts does."""
    shown = client.page(page) if isinstance(page, str) else page
    (place,) = (e for e in shown.all("div") if e.get("data-work"))
    solved = work(client, str(place.get("data-work")).partition("about=")[2])
    return client.submit(shown, altcha=solved, status=status, **values)


def mails(session: Session) -> int:
    """Those that go somewhere."""
    written = select(func.count(OutgoingMail.id)).where(OutgoingMail.to != "")
    return session.scalar(written) or 0


def close(season: Season, ago: timedelta = timedelta(hours=1)) -> None:
    season.vote_closes_at = clock.now() - ago


def test_ballot_is_reached_with_an_order_of_ones_own(client: Browser, season: Season) -> None:
    answers = [client.get("/vote") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    orders = {int(answer.headers["Location"].removeprefix("/vote?order=")) for answer in answers}
    assert len(orders) > 10
    assert orders <= set(range(rules.ORDERS))


@pytest.mark.parametrize("order", ["512", "-1", "x", "", "1e2", "٣", "9999999999"])
def test_order_that_does_not_exist_is_replaced(client: Browser, season: Season, order: str) -> None:
    assert client.get("/vote", query_string={"order": order}).status_code == 302


def test_ballot_shows_public_finalists_in_the_order_of_the_address(
    client: Browser, session: Session, season: Season, finalists: list[Entry]
) -> None:
    make_entry(session, season, finalist_at=clock.now(), title="No captions", captions="")
    make_entry(session, season, title="No finalist")
    by_id = {entry.id: entry for entry in finalists}

    shown = {}
    for order in (3, 4, 3):
        page = client.page(f"/vote?order={order}")
        assert shown.setdefault(order, titles(page)) == titles(page)
        assert titles(page) == [
            by_id[entry_id].title for entry_id in rules.shuffled(sorted(by_id), order)
        ]
    links = client.page("/vote?order=3").links()
    assert [a for a in links.values() if a.startswith("/watch/")] == [
        f"/watch/{by_id[entry_id].slug}" for entry_id in rules.shuffled(sorted(by_id), 3)
    ]
    assert shown[3] != shown[4]


def test_ballot_may_be_kept_by_caches_and_sets_no_cookie(
    client: Browser, finalists: list[Entry]
) -> None:
    first, second = client.get("/vote?order=9"), client.get("/vote?order=9")

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers.getlist("Set-Cookie") == []


def test_number_of_queries_does_not_grow_with_finalists(
    client: Browser, session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    def queries(order: int) -> int:
        with statements(platform.engine) as seen:
            client.page(f"/vote?order={order}")
        return len(seen)

    session.commit()
    few = queries(1)
    for _ in range(6):
        make_entry(session, season, finalist_at=clock.now())
    session.commit()

    assert queries(2) == few


def test_vote_from_ballot_to_receipt(
    client: Browser,
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    smtp: Mailbox,
    run_jobs: Callable[[], int],
) -> None:
    answer = vote(client, [finalists[3], finalists[1]])
    assert answer.heading == "Look into your mailbox"
    run_jobs()
    (mail,) = smtp.messages
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://localhost(/vote/confirm/\S+)", body.get_content())
    assert found is not None
    shown = client.page(found[1])
    assert shown.heading == "Confirm your ballot"
    assert "Finalist 3" in shown.text
    assert "Finalist 1" in shown.text
    assert session.scalars(select(Ballot.status)).all() == ["pending"]

    receipt = press(client, shown)

    ballot = session.scalars(select(Ballot)).one()
    assert ballot.status == "cast"
    assert queries.picks_on(session, platform.voters, ballot) == [finalists[3].id, finalists[1].id]
    assert ballot.commitment in receipt.text
    assert receipt.heading == "Your ballot is in the box"
    assert rules.in_halves(ballot.number) in receipt.text
    assert "Finalist 3" in receipt.text
    assert "You may vote again until" in receipt.text
    assert client.page(found[1]).heading == receipt.heading


@on_sqlite
def test_opening_links_changes_nothing(
    app: Flask, client: Browser, session: Session, pending: Ballot, link: str, not_me: str
) -> None:
    session.commit()
    scanner = FlaskClient(app, app.response_class)
    for _ in range(100):
        for address in (link, not_me, "/vote?order=1", "/vote/code"):
            for open_it in (scanner.get, scanner.head, scanner.options):
                answer = open_it(address, headers={"Purpose": "prefetch"})
                assert answer.status_code == 200
                assert answer.headers.getlist("Set-Cookie") == []

    session.expire_all()
    assert pending.status == BallotStatus.PENDING
    assert session.scalar(select(func.count(BlockedVoter.id))) == 0
    assert press(client, link).heading == "Your ballot is in the box"


def test_posting_without_the_page_changes_nothing(
    client: Browser, session: Session, pending: Ballot, link: str, not_me: str
) -> None:
    assert client.post(link).status_code == 422
    assert client.post(not_me).status_code == 422
    assert client.post(link, data={"csrf_token": "made up"}).status_code == 422

    assert pending.status == BallotStatus.PENDING
    assert session.scalar(select(func.count(BlockedVoter.id))) == 0


def test_pages_of_mailed_links_are_kept_by_nobody_and_told_to_nobody(
    client: Browser, link: str, not_me: str
) -> None:
    for address in (link, not_me, "/vote/confirm/wrong", "/vote/code"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_browser_that_hides_where_it_comes_from_can_confirm(
    client: Browser, pending: Ballot, link: str
) -> None:
    """Without a referrer, older browsers say "null" for the page's own origin."""
    nonce = client.page(link).one("input", name="csrf_token").get("value")
    data = {"csrf_token": nonce, "altcha": work(client, pending.number)}

    answer = client.post(link, data=data, headers={"Origin": "null"})

    assert answer.status_code == 303
    assert pending.status == BallotStatus.CAST


def test_other_sites_can_not_send_a_ballot(
    client: Browser, session: Session, finalists: list[Entry]
) -> None:
    nonce = client.page("/vote?order=1").one("input", name="csrf_token").get("value")
    data = {
        "csrf_token": nonce,
        "picks": picked(finalists[0]),
        "address": ADDRESS,
        "age": "18",
    }

    foreign = client.post("/vote", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    without = client.post("/vote", data=data | {"csrf_token": ""})

    assert (foreign.status_code, without.status_code) == (400, 422)
    assert mails(session) == 0


def test_everybody_is_answered_the_same(
    client: Browser, session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    blocked = "blocked@mail.example.org"
    key = services.voter_key(session, platform.voters, season, blocked)
    session.add(BlockedVoter(season_id=season.id, voter_key=key, at=clock.now()))
    cast = "voted@mail.example.org"
    key = services.voter_key(session, platform.voters, season, cast)
    make_ballot(session, season, finalists[:1], voter_key=key)

    sent = {}
    answers = set()
    for address in (ADDRESS, ADDRESS, ADDRESS, ADDRESS, blocked, cast):
        before = mails(session)
        answer = vote(client, finalists[:1], address)
        answers.add(answer.html.replace(address, "somebody"))
        sent[address] = sent.get(address, 0) + mails(session) - before

    assert len(answers) == 1
    assert sent == {ADDRESS: 3, blocked: 0, cast: 1}


def test_answer_to_a_ballot_sets_no_cookie_and_is_not_kept(
    client: Browser, finalists: list[Entry]
) -> None:
    answer = client.send(
        client.page("/vote?order=7"),
        picks=picked(finalists[0]),
        address=ADDRESS,
        age="13",
    )

    assert answer.status_code == 200
    assert answer.headers.getlist("Set-Cookie") == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_button_wants_a_proof_of_work_for_this_ballot_or_the_code(
    session: Session, client: Browser, platform: Platform, pending: Ballot, link: str
) -> None:
    """A scanner that presses buttons and runs no scripts casts nothing."""
    page = client.page(link)
    bare = client.submit(page, status=422)
    assert bare.mistakes == ["Please copy the code from the mail."]
    for wrong in ("nonsense", "eyJ9", work(client), work(client, "ANOTHERONE")):
        client.submit(page, altcha=wrong, status=422)
    refused = client.submit(page, code="AAAA-AAAA", status=422)
    assert refused.mistakes == ["This is not the code in the mail."]
    assert pending.status == BallotStatus.PENDING

    code = code_of(session, platform.voters, pending)
    receipt = client.submit(page, code=f" {rules.in_halves(code).lower()} ")

    assert receipt.heading == "Your ballot is in the box"
    assert pending.status == BallotStatus.CAST


def test_network_that_asks_often_waits_its_turn_and_is_told_so(
    client: Browser, session: Session, platform: Platform, finalists: list[Entry]
) -> None:
    session.commit()
    begun = clock.now()
    for minutes in (0, 1):  # The minute may end amid the test.
        now = begun + timedelta(minutes=minutes)
        for _ in range(2 * rules.UNWORKED_BUDGET):
            services.take_turn(platform.limits, "127.0.0.1", "k", waiting=0, worked=False, now=now)

    page = vote(client, finalists[:2])

    assert page.heading == "Look into your mailbox"
    assert "up to 2 minutes more" in page.text
    assert mails(session) == 1
    (job,) = session.scalars(select(Job))
    assert job.run_at >= begun + timedelta(minutes=2)
    quick = vote(client, finalists[:2], altcha=work(client))
    assert "minutes more" not in quick.text


def test_proof_of_work_is_good_for_one_ballot(
    client: Browser, session: Session, platform: Platform, finalists: list[Entry]
) -> None:
    solved = work(client)
    vote(client, finalists[:1], altcha=solved)
    vote(client, finalists[:1], "another@mail.example.org", altcha=solved)

    now = clock.now()
    counted = [
        platform.limits.counted(what, "127.0.0.1", per=rules.BUDGET_PER, now=now)
        for what in ("ballots-from", "ballots-unworked-from")
    ]
    assert counted == [1, 1]
    assert session.scalar(select(func.count(SolvedChallenge.signature))) == 1


def test_season_may_ask_to_watch_some_videos_first(
    client: Browser, session: Session, season: Season, finalists: list[Entry]
) -> None:
    season.watch_first = 2
    chosen = finalists[:1]

    early = vote(client, chosen, watched=picked(finalists[2]), status=422)

    (mistake,) = early.mistakes
    assert mistake.startswith("This season asks everybody to watch 2 of the videos")
    assert vote(client, chosen, watched=picked(*finalists[1:3])).heading == "Look into your mailbox"


@pytest.mark.parametrize(
    ("wrong", "mistake"),
    [
        ({"address": "kai@"}, "That does not look like an e-mail address."),
        ({"address": ""}, "Please give your e-mail address."),
        ({"age": None}, "Please choose one."),
        (
            {"age": "under-13"},
            TOO_YOUNG,
        ),
    ],
)
def test_mistakes_keep_what_was_typed(
    client: Browser,
    session: Session,
    finalists: list[Entry],
    wrong: dict[str, Any],
    mistake: str,
) -> None:
    chosen = [finalists[4], finalists[0]]

    page = vote(client, chosen, status=422, **wrong)

    assert page.mistakes == [mistake]
    boxes = page.all("input", name="picks")
    ticked = [box.get("value") for box in boxes if box.get("checked") is not None]
    assert sorted(map(str, ticked)) == sorted(picked(*chosen))
    assert page.one("input", name="address").get("value") == wrong.get("address", ADDRESS)
    assert titles(page) == titles(client.page("/vote?order=7"))
    assert mails(session) == 0


def test_too_many_too_few_and_strange_picks_are_refused(
    client: Browser, session: Session, season: Season, finalists: list[Entry]
) -> None:
    assert season.picks_most == 3

    many = vote(client, finalists[:4], status=422)
    none = vote(client, [], status=422)
    strange = vote(client, [], status=422, picks=["no-such-entry"])

    assert many.mistakes == ["Please pick 3 at most; you have picked 4."]
    assert none.mistakes == ["Please pick at least one video."]
    assert strange.mistakes == [
        "One of your picks is not on the ballot any more. Please choose again."
    ]
    assert mails(session) == 0


def test_entry_taken_down_leaves_the_ballot_and_the_pages_of_ballots_that_pick_it(
    client: Browser, session: Session, finalists: list[Entry], pending: Ballot, link: str
) -> None:
    assert "Finalist 0" in titles(client.page("/vote?order=1"))
    assert "Finalist 0" in client.page(link).text

    finalists[0].captions = ""

    assert "Finalist 0" not in titles(client.page("/vote?order=1"))
    page = client.page(link)
    assert "Finalist 0" not in page.text
    assert "A video that has been taken down since" in page.text


def test_number_and_code_cast_a_ballot(
    session: Session, client: Browser, platform: Platform, pending: Ballot
) -> None:
    code = code_of(session, platform.voters, pending)

    receipt = client.submit(
        client.page("/vote/code"),
        number=f" {rules.in_halves(pending.number).lower()} ",
        code=f"{code[:4]} {code[4:]}",
    )

    assert receipt.heading == "Your ballot is in the box"
    assert pending.status == BallotStatus.CAST


def test_codes_can_not_be_guessed(
    session: Session, client: Browser, platform: Platform, pending: Ballot
) -> None:
    code = code_of(session, platform.voters, pending)
    for _ in range(rules.WRONG_CODES_MOST):
        page = client.submit(
            client.page("/vote/code"), number=pending.number, code="AAAAAAAA", status=422
        )
        assert page.mistakes == ["That number and code do not go together."]

    client.submit(client.page("/vote/code"), number=pending.number, code=code, status=429)

    assert pending.status == BallotStatus.PENDING


def test_code_page_answers_the_same_for_numbers_there_are_and_are_not(
    client: Browser, pending: Ballot
) -> None:
    for number in (pending.number, "NOSUCHBALL"):
        page = client.submit(client.page("/vote/code"), number=number, code="BBBBBBBB", status=422)
        assert page.mistakes == ["That number and code do not go together."]


def test_owner_of_a_mailbox_stops_mails(
    client: Browser, session: Session, pending: Ballot, link: str, not_me: str
) -> None:
    asked = client.page(not_me)
    assert asked.heading == "This was not you?"

    assert client.submit(asked, status=422).mistakes == ["Please copy the code from the mail."]
    answer = press(client, asked)

    assert answer.heading == "You will get no more of these mails"
    assert pending.status == BallotStatus.VOID
    assert session.scalars(select(BlockedVoter.voter_key)).all() == [pending.voter_key]
    assert client.page(link, status=409).heading == "This ballot does not count"


@pytest.mark.parametrize("purpose", ["not-me", "reset-password"])
def test_token_for_one_page_opens_no_other(
    client: Browser, platform: Platform, pending: Ballot, purpose: str
) -> None:
    token = platform.signer.sign(purpose, [pending.number])

    assert client.page(f"/vote/confirm/{token}", status=410).heading == "This link no longer works"


def test_mails_are_stopped_even_when_the_ballot_is_forgotten(
    client: Browser, session: Session, pending: Ballot, link: str, not_me: str
) -> None:
    key = pending.voter_key
    pending.created_at = clock.now() - timedelta(days=3)
    session.flush()
    services.forget_pending(session, now=clock.now())

    assert client.page(link, status=410).heading == "This link no longer works"
    assert press(client, not_me).heading == "You will get no more of these mails"
    assert session.scalars(select(BlockedVoter.voter_key)).all() == [key]


def test_link_counts_15_minutes_after_closing_and_then_no_more(
    client: Browser,
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    pending: Ballot,
    link: str,
) -> None:
    other = make_ballot(
        session, season, finalists[:1], status=BallotStatus.PENDING, voters=platform.voters
    )
    later = f"/vote/confirm/{platform.signer.sign('ballot', [other.number])}"
    waiting = client.page(later)
    close(season, timedelta(minutes=14))
    assert press(client, link).heading == "Your ballot is in the box"

    close(season, timedelta(minutes=15))

    refused = press(client, waiting, status=409)
    assert refused.heading == "This ballot does not count"
    assert (pending.status, other.status) == ("cast", "pending")
    assert "You may vote again" not in client.page(link).text


def test_before_the_vote_the_page_says_when_it_opens(
    client: Browser, session: Session, season: Season, finalists: list[Entry]
) -> None:
    season.vote_opens_at = clock.now() + timedelta(days=1)

    page = client.page("/vote")

    assert "The vote has not opened yet" in page.text
    assert page.all("form", method="post") == []
    assert not [title for title in ("Finalist 0", "Finalist 1") if title in page.text]


def test_after_closing_nobody_gets_a_ballot_and_the_count_is_sealed(
    client: Browser, session: Session, season: Season, finalists: list[Entry]
) -> None:
    ballot = client.page("/vote?order=7")
    make_ballot(session, season, finalists[:1])
    close(season)

    late = client.submit(
        ballot, 0, status=409, picks=picked(finalists[0]), address=ADDRESS, age="13"
    )
    page = client.page("/vote")

    assert mails(session) == 0
    for shown in (late, page):
        assert "The count is sealed" in shown.text
        assert "Finalist" not in shown.text


def test_after_the_announcement_everybody_sees_the_tally(
    client: Browser,
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
) -> None:
    a, b, c = finalists[:3]
    for picks in ([a, b], [a, b], [a, c]):
        make_ballot(session, season, picks, voters=platform.voters)
    count(session, platform, season)
    c.captions = ""
    close(season)
    season.announced_at = clock.now() - timedelta(minutes=5)

    page = client.page("/vote")

    assert page.rows == [
        ["Finalist 0", a.school.name, "3"],
        ["Finalist 1", b.school.name, "2"],
        ["A video that has been taken down since", "", "1"],
    ]
    assert "3 ballots were cast" in page.text


def test_organizers_see_numbers_while_the_vote_is_open_and_no_tally(
    session: Session,
    season: Season,
    finalists: list[Entry],
    pending: Ballot,
    olivia: User,
    sign_in: SignIn,
) -> None:
    for _ in range(2):
        make_ballot(session, season, finalists[:1])
    make_entry(session, season, finalist_at=clock.now(), title="No captions", captions="")
    browser = sign_in(olivia)

    page = browser.page(OVERVIEW)

    assert [s.text for s in page.all("span", class_="stat-value")] == ["2", "1", "0", "5"]
    assert "Finalist" not in page.text
    assert "No captions" in page.text
    assert page.rows == []
    assert browser.get(TALLY).status_code == 403


def test_organizers_wait_until_the_box_is_shut(
    session: Session, season: Season, pending: Ballot, olivia: User, sign_in: SignIn
) -> None:
    browser = sign_in(olivia)
    close(season, timedelta(minutes=5))

    page = browser.page(OVERVIEW)

    assert "may be confirmed for 15 minutes after closing" in page.text
    assert page.rows == []
    assert browser.get(TALLY).status_code == 403
    assert browser.post(COUNT, data={}, headers=SAME_SITE).status_code == 400


def test_organizers_have_the_ballots_opened_and_see_the_tally(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    olivia: User,
    sign_in: SignIn,
    run_jobs: Callable[[], int],
) -> None:
    a, b = finalists[:2]
    for picks in ([b], [b, a]):
        make_ballot(session, season, picks, voters=platform.voters)
    close(season)
    services.keep_log(session, season, voters=platform.voters, now=clock.now())
    browser = sign_in(olivia)
    assert browser.get(TALLY).status_code == 403

    page = browser.submit(browser.page(OVERVIEW), COUNT)
    assert "being opened and counted" in page.text
    assert run_jobs() == 1
    page = browser.page(OVERVIEW)
    table = browser.get(TALLY)

    category = season.categories[0].name
    assert page.rows == [
        ["Finalist 1", b.school.name, category, "2"],
        ["Finalist 0", a.school.name, category, "1"],
    ]
    assert table.text == f"\ufeffcode,mail,points\r\n{b.code},2,2\r\n{a.code},1,1\r\n"
    assert [form for form in page.all("form") if form.get("action") == COUNT] == []


def test_nobody_else_sees_the_organizers_pages(
    season: Season, client: Browser, judy: User, alice: User, sign_in: SignIn
) -> None:
    for address in (OVERVIEW, TALLY):
        assert client.get(address).headers["Location"].startswith("/account/sign-in")
    for person in (judy, alice):
        browser = sign_in(person)
        for address in (OVERVIEW, TALLY):
            assert browser.get(address).status_code == 403


def test_ballot_without_finalists_says_so(client: Browser, season: Season) -> None:
    page = client.page("/vote?order=1")

    assert "The finalists are not on show yet" in page.text
    assert page.all("form", method="post") == []


def test_without_a_season_there_is_no_vote(client: Browser) -> None:
    assert client.get("/vote").status_code == 404
