"""The public vote on a phone and on a shared tablet, by keyboard, and checked in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app import create_app
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.entries.models import Entry
from app.tasks import tick
from app.voting import queries, rules, services
from app.voting.models import Ballot, SlipBatch
from config import Config
from tests import servers
from tests.browser.conftest import Visitor, shut
from tests.browser.test_screening import tab_to
from tests.browser.test_upload import KEY, School, Web
from tests.conftest import make_empty_database
from tests.factories import make_entry, make_membership, make_school, make_user
from tests.servers import Mailbox, free_port
from tests.voting.box import verify
from tests.waiting import run_waiting

VOTE_KEY = "a key for the hashes of voters, in the browser's tests"


@dataclass
class Vote:
    """A season whose vote is open, its server, its worker's hands, and what was mailed."""

    school: School
    platform: Platform
    mailbox: Mailbox
    batch_id: int

    @property
    def url(self) -> str:
        return self.school.web.url

    def codes(self) -> list[str]:
        with self.school.sessions() as session:
            batch = session.get_one(SlipBatch, self.batch_id)
            signer = queries.get_signer(session, self.platform.voters, batch.season_id)
            return queries.codes_of(signer, batch)

    def ballots(self) -> list[Ballot]:
        with self.school.sessions() as session:
            return list(session.scalars(select(Ballot).order_by(Ballot.id)))

    def newest_mail(self) -> str:
        run_waiting(self.platform)
        body = self.mailbox.messages[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@pytest.fixture(scope="module")
def vote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vote]:
    data = tmp_path_factory.mktemp("vote")
    database = f"sqlite:///{data}/hoike.db"
    make_empty_database(database)
    port = free_port()
    with servers.smtp() as mailbox:
        url = f"http://127.0.0.1:{port}"
        settings = {"VOTE_KEY": VOTE_KEY, "VOTE_WORK": "20", "SMTP_URL": mailbox.url}
        school = School(Web(data, port, url, **settings), None, Phase.VOTING)
        app = create_app(
            Config.from_env(
                {"DATA_DIR": str(data), "PUBLIC_URL": url, "SECRET_KEY": KEY, **settings}
            )
        )
        platform: Platform = app.extensions["hoike"]
        batch_id = _prepare(school, platform)
        school.web.start()
        yield Vote(school, platform, mailbox, batch_id)
        school.web.kill()
        school.engine.dispose()
        platform.engine.dispose()


def _prepare(school: School, platform: Platform) -> int:
    """Finalists of several schools, and slips made before the vote opened."""
    with school.sessions() as session:
        season = session.get_one(Season, school.season_id)
        own = make_school(session, name="Kapalama School", students=40)
        lead = make_user(session)
        make_membership(session, lead, own, lead=True)
        for title in ("If Only", "Pause", "Low Tide"):
            make_entry(session, season, finalist_at=clock.now(), title=title)
        make_entry(session, season, finalist_at=clock.now(), title="Our Own", school=own)
        batch = services.make_slips(
            session,
            actor=lead,
            voters=platform.voters,
            season=season,
            school=own,
            wanted=6,
            now=season.vote_opens_at - timedelta(days=1),
        )
        session.commit()
        return batch.id


@pytest.fixture
def phone(chromium: Browser, vote: Vote) -> Iterator[Visitor]:
    visitor = Visitor(chromium, vote, phone=True)
    yield visitor
    visitor.close()


def test_voting_by_mail_on_a_phone_without_touching_it(vote: Vote, phone: Visitor) -> None:
    page, keys = phone.page, phone.page.keyboard
    page.goto("/vote")
    picks = page.get_by_role("checkbox", name=re.compile("^Pick this one"))
    assert picks.count() == 4
    tab_to(page, "input[name=picks]")
    keys.press("Space")
    chosen = page.locator("input[name=picks]:checked").get_attribute("value")
    expect(page.locator("[data-ballot-status]")).to_contain_text("1 of 3 picked")
    tab_to(page, "input[name=address]")
    keys.type("lani+vote@mail.example.org")
    tab_to(page, "input[name=age]")
    keys.press("Space")
    keys.press("ArrowDown")
    tab_to(page, "main form button[type=submit]")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    # The browser did its sum: the mail is in nobody's queue.
    assert "minutes more" not in page.locator("main").inner_text()

    words = vote.newest_mail()
    link = re.search(re.escape(vote.url) + r"/vote/confirm/\S+", words)
    assert link is not None
    page.goto(link[0])
    expect(page.locator("[data-without-work]")).to_be_hidden()
    expect(page.locator("altcha-widget")).to_be_attached()
    expect(page.locator("altcha-widget")).to_be_hidden()
    tab_to(page, "main form button[type=submit]")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")

    ballot = vote.ballots()[-1]
    assert (ballot.status, ballot.lane) == ("cast", "mail")
    expect(page.locator(".code-word")).to_have_text(rules.in_halves(ballot.number))
    with vote.school.sessions() as session:
        entry = session.scalars(select(Entry).where(Entry.slug == chosen)).one()
        assert queries.picks_on(session, vote.platform.voters, ballot) == [entry.id]
    assert phone.context.cookies() == []


def test_without_scripts_the_code_from_the_mail_does_it(vote: Vote, chromium: Browser) -> None:
    context = chromium.new_context(base_url=vote.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/vote")
    page.get_by_label("Pick this one: Pause").check()
    page.get_by_label("Your e-mail address").fill("no.scripts@mail.example.org")
    page.get_by_label("18 or older").check()
    page.get_by_role("button", name="Mail me my ballot").click()
    words = vote.newest_mail()
    link = re.search(re.escape(vote.url) + r"/vote/confirm/\S+", words)
    code = re.search(r"Code: (\S+)", words)
    assert link is not None
    assert code is not None
    page.goto(link[0])
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.locator("main")).to_contain_text("Please copy the code from the mail.")
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    shut(context)


def test_voting_with_a_slip_on_a_shared_tablet(vote: Vote, phone: Visitor) -> None:
    page, keys = phone.page, phone.page.keyboard
    page.set_viewport_size({"width": 768, "height": 1024})
    first, second, *_ = vote.codes()
    page.goto("/vote/slip?kiosk=1")
    keys.type(first[:5].lower())
    keys.type(" ")
    keys.type(first[5:])
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot")
    assert "Our Own" not in page.locator("main").inner_text()
    tab_to(page, "input[name=picks]")
    keys.press("Space")
    tab_to(page, "main form button[type=submit]")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    expect(page.locator("[data-kiosk]")).to_contain_text("goes back to the start in 30 seconds")
    tab_to(page, "[data-kiosk-more]")
    keys.press("Enter")
    expect(page.locator("[data-kiosk]")).to_contain_text(re.compile("in (60|5.) seconds"))
    tab_to(page, "[data-next]", most=200)
    keys.press("Enter")
    expect(page.get_by_label("Code on your slip")).to_have_value("")

    # The next one has a camera: the code comes behind the "#", and stands in no address after.
    page.goto(f"/vote/slip#{second}")
    expect(page.get_by_label("Code on your slip")).to_have_value(second)
    assert second not in page.url
    keys.press("Enter")
    page.get_by_label("Pick this one: Pause").check()
    page.get_by_role("button", name="Cast my ballot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your ballot is in the box")
    assert [ballot.lane for ballot in vote.ballots()][-2:] == ["class", "class"]
    assert phone.context.cookies() == []


def test_everybody_checks_the_count_in_the_browser(
    vote: Vote, phone: Visitor, tmp_path: Path
) -> None:
    page, keys = phone.page, phone.page.keyboard
    numbers = [ballot.number for ballot in vote.ballots() if ballot.status == "cast"]
    assert len(numbers) >= 4
    phone.look_over("/vote?order=3", "/vote/slip", "/vote/lesson?order=3", "/vote/verify")
    with vote.school.sessions() as session:
        season = session.get_one(Season, vote.school.season_id)
        season.vote_closes_at = clock.now() - timedelta(hours=1)
        session.commit()
    tick(vote.platform)
    _count(vote)

    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/vote/verify")
    tab_to(page, "#ballot")
    keys.type(rules.in_halves(numbers[0]).lower())
    keys.press("Enter")
    expect(page.locator("main")).to_contain_text("is in the list")
    expect(page.locator("main")).to_contain_text("It was counted.")
    tab_to(page, "[data-verify]")
    keys.press("Enter")
    status = page.locator("[data-verify-status]")
    expect(status).to_contain_text(f"{len(numbers)} ballots")
    expect(status).to_contain_text("Everything fits")
    assert "signatures" not in status.inner_text()
    counted = page.locator("[data-verify-tally] tbody tr").all_inner_texts()
    assert sum(int(row.split("\t")[-1]) for row in counted) == len(numbers)
    assert any(row.startswith("Pause\t") for row in counted)

    # A list somebody changed on the way is not called right.
    def change(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        body = answer.text().replace('"lane":"mail"', '"lane":"event"', 1)
        route.fulfill(response=answer, body=body)  # type: ignore[attr-defined]

    page.route("**/vote/log.jsonl", change)
    page.get_by_role("button", name="Check it now").click()
    expect(status).to_contain_text("Something does not fit")
    page.unroute("**/vote/log.jsonl")

    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the list").click()
    downloading.value.save_as(tmp_path / "log.jsonl")
    code, said = verify("verify", tmp_path / "log.jsonl")
    assert (code, "Batch S1 (class): 2 of 6 slips were used." in said) == (0, True), said
    phone.look_over("/vote/verify", "/vote/report", "/vote", f"/vote/verify?ballot={numbers[0]}")


def _count(vote: Vote) -> None:
    """What the organizers do when the vote is over, up to the announcement."""
    with vote.school.sessions() as session:
        season = session.get_one(Season, vote.school.season_id)
        services.count_at_once(session, voters=vote.platform.voters, season=season, now=clock.now())
        season.announced_at = clock.now() - timedelta(minutes=1)
        session.commit()
