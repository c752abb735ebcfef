"""What somebody might try with the vote, and what becomes of it. `docs/public-vote.md` lists every
threat with its test; those that fit nowhere else are here."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import altcha
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.permissions import Role
from app.contest.models import Season
from app.core import clock, jobs
from app.core.db import will_write
from app.core.jobs import Job
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries.models import Entry
from app.models import Base
from app.tasks import tick
from app.voting import queries, rules, services
from app.voting.models import Ballot, BallotTrace, SolvedChallenge
from app.voting.rules import BallotStatus
from tests.browsing import Browser
from tests.databases import on_postgresql, on_sqlite
from tests.factories import make_ballot, make_user
from tests.meanwhile import at_once
from tests.servers import Mailbox
from tests.voting.box import cast_now, close_log, count, solved

ROOT = Path(__file__).parents[2]
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


def ballot_form(client: Browser, entry: Entry) -> dict[str, str]:
    """What the ballot paper sends, but for the address."""
    page = client.page("/vote?order=3")
    nonce = page.one("input", name="csrf_token").get("value") or ""
    return {"csrf_token": nonce, "picks": str(entry.slug), "age": "18", "altcha": ""}


def statuses(session: Session) -> Counter[str]:
    session.rollback()  # What others committed meanwhile is to be seen.
    session.expire_all()
    return Counter(session.scalars(select(Ballot.status)))


@on_postgresql
def test_twelve_hundred_ballots_behind_one_address_are_all_taken_and_none_is_cast(
    app: Flask, client: Browser, session: Session, finalists: list[Entry]
) -> None:
    """T1, T17. A school in one lesson, or a script: nobody is refused, and nothing counts by
    itself. Here all come within seconds and without a proof of work, so the mails queue."""
    form = ballot_form(client, finalists[0])
    script = FlaskClient(app, app.response_class)

    answers = Counter(
        script.post(
            "/vote", data=form | {"address": f"pupil{n}@mail.example.org"}, headers=SAME_SITE
        ).status_code
        for n in range(1200)
    )

    assert answers == {200: 1200}
    assert statuses(session) == {BallotStatus.PENDING: 1200}
    soon = clock.now() + timedelta(seconds=30)
    due = session.scalar(select(func.count(Job.id)).where(Job.run_at <= soon))
    assert due is not None
    assert due <= 30


@on_sqlite
def test_a_school_that_votes_through_a_lesson_waits_for_nothing(
    session: Session, platform: Platform
) -> None:
    """T17. 1,200 pupils in 45 minutes are 27 a minute: every mail goes out at once, and no browser
    does more work than anybody's."""
    begun = clock.now().replace(second=0, microsecond=0)
    session.commit()

    waits = Counter(
        services.take_turn(
            platform.limits,
            "203.0.113.9",
            f"pupil {n}",
            waiting=0,
            worked=True,
            now=begun + timedelta(minutes=n // 27),
        ).delay
        for n in range(1200)
    )

    assert waits == {timedelta(): 1200}
    end = begun + timedelta(minutes=44)
    assert services.tries_for(platform.limits, "203.0.113.9", usual=100, now=end) == 100


@on_sqlite
def test_five_hundred_networks_and_one_mailbox_are_one_ballot(
    app: Flask, client: Browser, session: Session, finalists: list[Entry]
) -> None:
    """T5. Nothing is keyed on an address of the net alone."""
    form = ballot_form(client, finalists[0]) | {"address": "one.mailbox@gmail.com"}

    script = FlaskClient(app, app.response_class)
    for n in range(500):
        script.post(
            "/vote",
            data=form,
            headers=SAME_SITE,
            environ_base={"REMOTE_ADDR": f"198.51.{n // 250}.{n % 250 + 1}"},
        )

    assert statuses(session) == {BallotStatus.PENDING: 3, BallotStatus.VOID: 497}
    for ballot in session.scalars(select(Ballot).where(Ballot.status == BallotStatus.PENDING)):
        services.cast_ballot(session, ballot=ballot, now=clock.now())
    session.commit()
    assert statuses(session)[BallotStatus.CAST] == 1


def test_mail_carries_nothing_that_a_stranger_wrote(
    client: Browser, session: Session, platform: Platform, finalists: list[Entry]
) -> None:
    """T8. Neither in the address nor anywhere else; and three a day at most."""
    form = ballot_form(client, finalists[0])
    for _ in range(4):
        client.post(
            "/vote",
            data=form | {"address": "BUY-NOW+cheap@mail.example.org", "name": "buy now"},
            headers=SAME_SITE,
        )

    letters = session.scalars(select(OutgoingMail).where(OutgoingMail.to != "")).all()
    assert len(letters) == 3
    for letter in letters:
        rendered = platform.postman.render(letter)
        assert "buy" not in f"{rendered.subject}{rendered.text}{rendered.html}".lower()


def test_refused_and_taken_requests_leave_the_same_work_behind(
    client: Browser, session: Session, finalists: list[Entry]
) -> None:
    """T9. As many rows of the same kinds, so that neither answer nor time tells them apart."""
    form = ballot_form(client, finalists[0])
    kinds = (Ballot, BallotTrace, OutgoingMail, Job)

    def rows() -> list[int]:
        session.rollback()
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]

    grown = []
    answers = set()
    for address in (*["known@mail.example.org"] * 5, "x@mailinator.com", "new@mail.example.org"):
        before = rows()
        answer = client.post("/vote", data=form | {"address": address}, headers=SAME_SITE)
        answers.add((answer.status_code, answer.text.replace(address, "")))
        grown.append([after - was for after, was in zip(rows(), before, strict=True)])

    assert len(answers) == 1
    assert grown == [[1, 1, 1, 1]] * 7


def test_fifty_at_once_spend_one_proof_of_work_once(
    session: Session, platform: Platform, season: Season
) -> None:
    """T10. And a second time it is no proof."""
    challenge = services.new_challenge(platform.signer, about="ballot", tries=1, now=clock.now())
    found = services.find_work(platform.signer, solved(challenge), about="ballot")
    session.commit()
    spent: list[bool] = []

    def spend(_index: int) -> None:
        with platform.sessions() as own:
            will_write(own)
            spent.append(services.spend_work(own, found))
            own.commit()

    assert at_once(50, spend) == []
    assert Counter(spent) == {True: 1, False: 49}
    services.forget_solved(session, now=clock.now() + timedelta(hours=1))
    assert session.scalars(select(SolvedChallenge)).all() == []


def test_fifty_presses_of_one_link_are_one_ballot_in_box_and_log(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    """T10, T11."""
    ballot = make_ballot(
        session, season, finalists[:1], status=BallotStatus.PENDING, voters=platform.voters
    )
    session.commit()

    def cast(_index: int) -> None:
        platform.together.do(cast_now, ballot.number)

    assert at_once(50, cast) == []
    session.rollback()
    assert count(session, platform, season) == {finalists[0].id: 1}
    log = queries.find_log(session, season.id)
    assert log is not None
    lines = list(queries.lines(session, season.id, size=log.size))
    assert sum('"type":"ballot"' in line for line in lines) == 1


def test_nobody_peeks_before_the_announcement(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    client: Browser,
    sign_in: Callable[..., Browser],
) -> None:
    """T14. No page of any role tells a count while the vote is open, and the database has none."""
    for n in range(9):
        make_ballot(session, season, [finalists[n % 2]], voters=platform.voters)
    services.keep_log(session, season, voters=platform.voters, now=clock.now())
    people = [client, *(sign_in(make_user(session, role), client) for role in Role)]
    for browser in people:
        for address in ("/organizer/vote/tally.csv", "/organizer/vote/"):
            answer = browser.get(address)
            if answer.status_code == 200:
                assert "Points" not in answer.text
        assert browser.get("/organizer/vote/tally.csv").status_code in (302, 403)
        assert "reveal" not in browser.get("/vote/log.jsonl").text
    sealed = session.scalars(select(Ballot.sealed)).all()
    assert len({len(each) for each in sealed}) == 1
    assert len(set(sealed)) == 9
    close_log(session, platform, season)


def test_boundaries_of_the_vote_are_exact_to_the_second(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    """T15. The server's clock in UTC decides; the published minutes after closing are kept."""
    second = timedelta(seconds=1)
    opens, closes = season.vote_opens_at, season.vote_closes_at
    shut = rules.box_shuts_at(season)
    assert [
        rules.why_not_votable(season, moment) is None
        for moment in (opens - second, opens, closes - second, closes)
    ] == [False, True, True, False]
    ballot = make_ballot(
        session, season, finalists[:1], status=BallotStatus.PENDING, created_at=closes - second
    )
    assert [
        rules.why_not_castable(ballot.status, ballot.created_at, season, moment) is None
        for moment in (closes, shut - second, shut)
    ] == [True, True, False]
    ballot.created_at = opens
    assert [
        rules.why_not_castable(
            ballot.status, ballot.created_at, season, opens + rules.CONFIRM_WITHIN + off
        )
        is None
        for off in (-second, timedelta())
    ] == [True, False]


def test_breaker_opens_for_everybody_and_keeps_the_ballots(
    client: Browser, session: Session, platform: Platform, finalists: list[Entry]
) -> None:
    """T19. More than the mail server takes: mails wait, the page says so, no ballot is lost."""
    begun = clock.now()
    for _ in range(2 * rules.ALL_BUDGET):
        jobs.enqueue(session, "mail.send", mail_id=0)
    form = ballot_form(client, finalists[0])

    answer = client.post(
        "/vote", data=form | {"address": "calm@mail.example.org"}, headers=SAME_SITE
    )

    assert "Very many ballots are coming in" in answer.text
    assert statuses(session) == {BallotStatus.PENDING: 1}
    newest = session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert newest.run_at >= begun + timedelta(minutes=2)


def test_work_is_looked_at_by_its_signature_first(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T20. Nonsense and forged challenges never reach the expensive part."""
    derived: list[str] = []
    honest = altcha.v2.derive_key_pbkdf2

    def noted(*arguments: Any) -> bytes:
        derived.append("derived")
        return honest(*arguments)

    challenge = services.new_challenge(platform.signer, about="ballot", tries=1, now=clock.now())
    payload = solved(challenge)
    easy = dict(challenge["parameters"]) | {"cost": 1, "keyPrefix": "00"}
    forged = solved(dict(challenge) | {"parameters": easy})
    monkeypatch.setattr(altcha.v2, "derive_key_pbkdf2", noted)

    for nonsense in ("", "x", "e30=", "A" * 4000, forged, payload[:-8]):
        assert services.find_work(platform.signer, nonsense, about="ballot") is None
    assert services.find_work(platform.signer, payload, about="another") is None
    assert services.find_work(platform.signer, payload, about="ballot") is not None

    assert derived == []


def test_busy_network_does_more_work(session: Session, platform: Platform) -> None:
    session.commit()
    now = clock.now()
    tries = []
    for _ in range(4):
        tries.append(services.tries_for(platform.limits, "192.0.2.9", usual=10, now=now))
        for _each in range(rules.NETWORK_BUDGET):
            platform.limits.count("ballots-from", "192.0.2.9", per=rules.BUDGET_PER, now=now)

    assert tries == [10, 20, 40, 80]
    assert services.tries_for(platform.limits, "192.0.2.1", usual=10, now=now) == 10


@on_sqlite
def test_place_in_the_log_tells_nothing_of_who_came_when(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    """T21. Spearman's rank correlation of arrival and place is that of chance (|rho| < 0.2 has a
    chance of 0.9999 with 400 ballots)."""
    begun = rules.hour_of(season.vote_opens_at) + timedelta(hours=1)
    arrived = [
        make_ballot(
            session,
            season,
            finalists[:1],
            voters=platform.voters,
            cast_at=begun + timedelta(seconds=8 * n),
        ).number
        for n in range(400)
    ]
    services.keep_log(session, season, voters=platform.voters, now=begun + timedelta(hours=2))
    log = queries.find_log(session, season.id)
    assert log is not None
    lines = "".join(queries.lines(session, season.id, size=log.size))
    places = {n: at for at, n in enumerate(re.findall(r'"ballot":"(\w+)"', lines))}

    gaps = sum((place - places[number]) ** 2 for place, number in enumerate(arrived))
    rho = 1 - 6 * gaps / (400 * (400**2 - 1))

    assert abs(rho) < 0.2


def test_database_alone_can_not_confirm_a_guessed_address(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], tmp_path: Path
) -> None:
    """T22. What would confirm it needs the file of the season's key and the installation's."""
    address = "leilani@gmail.com"
    key = services.voter_key(session, platform.voters, season, address)
    make_ballot(session, season, finalists[:1], voter_key=key)
    dump = "\n".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(table))
    )
    folder = tmp_path / "data" / "keys" / "vote"

    assert key in dump
    assert rules.normalize_voter(address) not in dump
    assert [file.read_text() for file in folder.iterdir() if file.read_text() in dump] == []
    assert services.forget_voters(session, platform.voters, season=season, now=clock.now())
    assert [file.suffix for file in folder.iterdir()] == [".destroyed"]


def test_after_a_whole_vote_no_address_is_left_anywhere(
    client: Browser,
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    smtp: Mailbox,
    run_jobs: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """In the database, the log of the program, the mail queue, or any file it wrote."""
    caplog.set_level(logging.DEBUG)
    names = [f"kawika.kanoa{n}" for n in range(rules.UNWORKED_BUDGET)]
    form = ballot_form(client, finalists[0])
    for name in names:
        client.post("/vote", data=form | {"address": f"{name}@mail.example.org"}, headers=SAME_SITE)
    run_jobs()
    assert len(smtp.messages) == len(names)
    for ballot in session.scalars(select(Ballot)):
        services.cast_ballot(session, ballot=ballot, now=clock.now())
    count(session, platform, season)
    session.commit()
    tick(platform)

    words = [word for name in names for word in (name, name.replace(".", ""))]
    dump = "\n".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(table))
    )
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name != "mail.log")
    files = "\n".join(
        path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()
    )
    for place in (dump, logged, files):
        assert [word for word in words if word in place] == []
    assert sum(ballot.status == "cast" for ballot in session.scalars(select(Ballot))) == len(names)


def test_every_threat_in_the_docs_has_a_test_that_is_there() -> None:
    words = (ROOT / "docs/public-vote.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (T\d+) \|.*\|$", words, re.M)
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", words)

    assert rows == [f"T{n}" for n in range(1, 23)]
    for line in re.findall(r"^\| T\d+ \|.*$", words, re.M):
        assert "::test_" in line, line
    for file, name in named:
        source = (ROOT / "tests/voting" / file).read_text(encoding="utf-8")
        assert f"def {name}(" in source, (file, name)
