"""Class ballots and the event's: how many slips there are, what is printed, what they vote for."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.db import will_write
from app.core.errors import NotAllowed, Refused
from app.core.platform import Platform
from app.entries.models import Entry
from app.schools.models import School
from app.texts import SLIPS, languages
from app.voting import queries, rules, services
from app.voting.models import Ballot, Slip, SlipBatch
from app.voting.rules import Lane
from tests.browsing import Browser, Page
from tests.factories import make_entry, make_season
from tests.meanwhile import at_once
from tests.voting.box import close_log, count, make_slips, verify, write_log

HERE = "/teacher/ballots"
SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    """A season whose vote opens in an hour."""
    season = make_season(session, Phase.VOTING)
    season.vote_opens_at = clock.now() + timedelta(hours=1)
    return season


@pytest.fixture
def finalists(session: Session, season: Season, school_a: School) -> list[Entry]:
    """Three of other schools, and one of Alice's."""
    others = [
        make_entry(session, season, finalist_at=clock.now(), title=f"Finalist {n}")
        for n in range(3)
    ]
    own = make_entry(session, season, finalist_at=clock.now(), school=school_a, title="Our own")
    return [*others, own]


@pytest.fixture
def batch(
    session: Session, platform: Platform, season: Season, school_a: School, alice: User
) -> SlipBatch:
    school_a.students = 30
    return make_slips(session, platform, season, alice, school_a, wanted=5)


def codes(session: Session, platform: Platform, batch: SlipBatch) -> list[str]:
    signer = queries.get_signer(session, platform.voters, batch.season_id)
    return queries.codes_of(signer, batch)


def open_vote(season: Season) -> None:
    season.vote_opens_at = clock.now() - timedelta(hours=2)


def find(session: Session, platform: Platform, season: Season, code: str) -> Slip | None:
    signer = queries.get_signer(session, platform.voters, season.id)
    return queries.find_slip(session, signer, season.id, code)


def cast(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    code: str,
    *picks: Entry,
) -> Ballot:
    slip = find(session, platform, season, code)
    assert slip is not None
    return services.cast_slip(
        session,
        voters=platform.voters,
        season=season,
        finalists=finalists,
        slip=slip,
        picks=[entry.id for entry in picks],
        now=clock.now(),
    )


# Making them


def test_slips_are_announced_with_their_number_and_root(
    session: Session, platform: Platform, season: Season, batch: SlipBatch, school_a: School
) -> None:
    log = queries.find_log(session, season.id)
    assert log is not None
    told = [json.loads(line) for line in queries.lines(session, season.id, size=log.size)]

    assert {
        "type": "slips",
        "batch": "S1",
        "lane": "class",
        "school": school_a.id,
        "slips": 5,
        "root": batch.root,
    } in told
    assert "head" in told[-1]
    ordered = select(Slip.leaf).order_by(Slip.position)
    leaves = [bytes.fromhex(leaf) for leaf in session.scalars(ordered)]
    assert rules.Tree.of(leaves).root().hex() == batch.root


def test_codes_are_kept_nowhere_and_come_again_from_the_key(
    session: Session, platform: Platform, season: Season, batch: SlipBatch, tmp_path: Path
) -> None:
    first, again = codes(session, platform, batch), codes(session, platform, batch)

    assert first == again
    assert len(set(first)) == 5
    assert {len(code) for code in first} == {rules.SLIP_CODE_LENGTH}
    kept = "\n".join(str(tuple(row)) for row in session.execute(select(Slip.__table__)))
    assert not [code for code in first if code in kept]
    slip = find(session, platform, season, f" {rules.in_halves(first[2]).lower()} ")
    assert slip is not None
    # A place in the tree, which the list tells, is no place in the printed stack.
    signer = queries.get_signer(session, platform.voters, season.id)
    leaves = [queries.leaf_of(signer, each) for each in first]
    assert slip.position == sorted(leaves).index(leaves[2])
    assert find(session, platform, season, "ABCDEFGHJK") is None


def test_no_more_slips_than_students_and_none_after_the_opening(
    session: Session,
    platform: Platform,
    season: Season,
    school_a: School,
    alice: User,
    batch: SlipBatch,
) -> None:
    def make(wanted: int) -> SlipBatch:
        return make_slips(session, platform, season, alice, school_a, wanted=wanted)

    with pytest.raises(Refused, match="There can be 25 more"):
        make(26)
    make(25)
    with pytest.raises(Refused, match="There can be 0 more"):
        make(1)
    school_a.students = None
    with pytest.raises(Refused, match="how many students"):
        make(1)
    open_vote(season)
    with pytest.raises(Refused, match="before the vote opens"):
        make(1)


def test_two_requests_at_once_do_not_pass_the_cap_together(
    session: Session,
    platform: Platform,
    season: Season,
    school_a: School,
    alice: User,
    batch: SlipBatch,
) -> None:
    session.commit()

    def make(_index: int) -> None:
        with platform.sessions() as own:
            will_write(own)
            make_slips(
                own,
                platform,
                own.get_one(Season, season.id),
                own.get_one(User, alice.id),
                own.get_one(School, school_a.id),
                wanted=20,
            )
            own.commit()

    raised = at_once(4, make)

    assert {type(error) for error in raised} == {Refused}
    assert len(raised) == 3
    session.rollback()
    assert session.scalar(select(func.count(Slip.id))) == 25


def test_only_the_lead_makes_slips_and_only_organizers_for_the_event(
    session: Session,
    platform: Platform,
    season: Season,
    school_a: School,
    alice: User,
    bob: User,
    judy: User,
    olivia: User,
) -> None:
    school_a.students = 30
    for person, school in ((bob, school_a), (judy, school_a), (olivia, school_a), (alice, None)):
        with pytest.raises(NotAllowed):
            make_slips(session, platform, season, person, school, wanted=1)
    event = make_slips(session, platform, season, olivia, wanted=1)
    assert (event.lane, event.school_id) == ("event", None)


# Voting with them


def test_slip_votes_and_votes_again_and_counts_once(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    batch: SlipBatch,
    tmp_path: Path,
) -> None:
    open_vote(season)
    one, two, *_ = codes(session, platform, batch)
    first = cast(session, platform, season, finalists, one, finalists[0])
    second = cast(session, platform, season, finalists, one, finalists[1], finalists[2])
    other = cast(session, platform, season, finalists, two, finalists[1])

    assert (first.status, second.status, other.status) == ("superseded", "cast", "cast")
    assert (second.lane, second.slip_id == first.slip_id) == (Lane.CLASS, True)
    assert count(session, platform, season) == {finalists[1].id: 2, finalists[2].id: 1}
    code, said = verify("verify", write_log(session, season, tmp_path / "log.jsonl"))
    assert (code, "Batch S1 (class): 2 of 5 slips were used." in said) == (0, True)
    assert queries.slips_used(session, [batch.id]) == {batch.id: 2}


def test_slip_can_not_pick_its_own_school(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], batch: SlipBatch
) -> None:
    """T18: a teacher can't vote for her own school with her pupils' slips."""
    open_vote(season)
    code = codes(session, platform, batch)[0]

    with pytest.raises(Refused, match="not on the ballot"):
        cast(session, platform, season, finalists, code, finalists[0], finalists[3])

    assert session.scalar(select(func.count(Ballot.id))) == 0


def test_fifty_at_once_with_one_slip_leave_one_ballot(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], batch: SlipBatch
) -> None:
    """T10: a code that is used by many at the same moment is one voter."""
    open_vote(season)
    code = codes(session, platform, batch)[0]
    session.commit()

    def vote(index: int) -> None:
        with platform.sessions() as own:
            will_write(own)
            mine = own.get_one(Season, season.id)
            again = [own.get_one(Entry, entry.id) for entry in finalists]
            cast(own, platform, mine, again, code, again[index % 3])
            own.commit()

    raised = at_once(50, vote)

    session.rollback()
    statuses = Counter(session.scalars(select(Ballot.status)))
    assert statuses["cast"] == 1
    assert statuses["superseded"] == 49 - len(raised)


def test_more_ballots_than_slips_are_named(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    batch: SlipBatch,
    tmp_path: Path,
) -> None:
    """T13: an insider adds a ballot of a slip that was never made, key and signature and all."""
    open_vote(season)
    cast(session, platform, season, finalists, codes(session, platform, batch)[0], finalists[0])
    invented = Slip(batch_id=batch.id, position=5, leaf="ab" * 32)
    session.add(invented)
    session.flush()
    ballot = services.cast_slip(
        session,
        voters=platform.voters,
        season=season,
        finalists=finalists,
        slip=invented,
        picks=[finalists[0].id],
        now=clock.now(),
    )
    close_log(session, platform, season)

    code, said = verify("verify", write_log(session, season, tmp_path / "log.jsonl"))

    assert code == 1
    assert re.search(rf"ballot ({ballot.number}|\w+) was cast with a slip that is none", said)


def test_school_cap_and_weights_are_counted_as_the_rules_say(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    batch: SlipBatch,
    tmp_path: Path,
) -> None:
    season.class_weight, season.school_cap = 3, 2
    open_vote(season)
    for code in codes(session, platform, batch)[:4]:
        cast(session, platform, season, finalists, code, finalists[0])
    cast(session, platform, season, finalists, codes(session, platform, batch)[4], finalists[1])

    assert count(session, platform, season) == {finalists[0].id: 6, finalists[1].id: 3}
    assert verify("verify", write_log(session, season, tmp_path / "log.jsonl"))[0] == 0


# On the pages


def cards(page: Page) -> list[str]:
    return [h.findall("bdi")[0].text or "" for h in page.all("h2", class_="entry-card-title")]


def test_pupil_votes_with_a_slip_and_finds_no_own_video(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    batch: SlipBatch,
    client: Browser,
) -> None:
    open_vote(season)
    code = codes(session, platform, batch)[0]
    page = client.page("/vote/slip")
    wrong = client.submit(page, code="AAAAA-AAAAA", status=422)
    assert "There is no slip with this code" in wrong.mistakes[0]

    paper = client.submit(page, code=f"{code[:5]} {code[5:].lower()}")
    assert sorted(cards(paper)) == ["Finalist 0", "Finalist 1", "Finalist 2"]
    none = client.submit(paper, status=422)
    assert none.mistakes == ["Please pick at least one video."]
    receipt = client.submit(none, picks=[str(finalists[1].slug)])
    assert "/vote/confirm/" in receipt.address  # Loaded again, it casts nothing anew.

    assert receipt.heading == "Your ballot is in the box"
    ballot = session.scalars(select(Ballot)).one()
    assert rules.in_halves(ballot.number) in receipt.text
    assert (ballot.status, ballot.lane) == ("cast", "class")
    assert code not in receipt.html
    stolen = client.submit(paper, picks=[str(finalists[3].slug)], status=422)
    assert "not on the ballot" in stolen.mistakes[0]


def test_kiosk_goes_back_to_the_start_with_time_to_spare(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    batch: SlipBatch,
    client: Browser,
) -> None:
    open_vote(season)
    code = codes(session, platform, batch)[0]
    start = client.page("/vote/slip?kiosk=1")

    receipt = client.submit(client.submit(start, code=code), picks=[str(finalists[0].slug)])

    assert receipt.links()["Next person"] == "/vote/slip?kiosk=1"
    assert "Stay on this page" in receipt.text
    assert "goes back to the start" in receipt.html


def test_nobody_votes_with_a_slip_while_the_vote_is_not_open(
    session: Session, platform: Platform, season: Season, batch: SlipBatch, client: Browser
) -> None:
    code = codes(session, platform, batch)[0]
    assert "has not opened yet" in client.page("/vote/slip").text
    answer = client.post(
        "/vote/slip/cast", data={"code": code, "picks": "x"}, headers={"Origin": "http://localhost"}
    )
    assert answer.status_code == 409


def test_very_many_wrong_codes_from_one_network_are_slowed(
    session: Session, platform: Platform, season: Season, batch: SlipBatch, client: Browser
) -> None:
    open_vote(season)
    session.commit()
    for hour in (0, 1):
        now = clock.now() + timedelta(hours=hour)
        for _ in range(rules.WRONG_SLIPS_FROM_MOST):
            platform.limits.count("slip-code-from", "127.0.0.1", per=rules.WRONG_CODES_PER, now=now)

    page = client.submit(client.page("/vote/slip"), code="AAAAA-AAAAA", status=429)

    assert "wait an hour" in page.mistakes[0]


def test_lead_makes_slips_and_prints_them(
    session: Session,
    platform: Platform,
    season: Season,
    school_a: School,
    alice: User,
    sign_in: SignIn,
) -> None:
    browser = sign_in(alice)
    page = browser.page(HERE)
    refused = browser.submit(page, HERE, students="20", wanted="21", status=422)
    assert "There can be 20 more" in refused.mistakes[0]
    session.expire_all()
    assert school_a.students is None
    page = browser.submit(refused, HERE, students="20", wanted="9")

    assert page.rows[0][0] == "S1"
    assert page.rows[0][2:] == ["9", "0"]
    made = session.scalars(select(SlipBatch)).one()
    pdf = browser.get(f"/teacher/ballots/{made.id}/slips.pdf?language=ja&language=xx")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.data.count(b"/Type /Page\n") == 2
    assert pdf.headers["Cache-Control"] in ("no-store", "private, no-store")
    browser.submit(page, HERE, students="40", wanted="1", status=422)
    assert school_a.students == 20


def test_colleague_sees_numbers_and_gets_no_codes(
    session: Session,
    season: Season,
    batch: SlipBatch,
    bob: User,
    olivia: User,
    sign_in: SignIn,
) -> None:
    browser = sign_in(bob)
    assert browser.page(HERE).rows[0][2:] == ["5", "0"]
    assert browser.get(f"/teacher/ballots/{batch.id}/slips.pdf").status_code == 404
    browser = sign_in(olivia)
    assert browser.get(f"/organizer/vote/slips/{batch.id}/slips.pdf").status_code == 404


def test_organizer_makes_slips_for_the_event_and_corrects_a_school(
    session: Session,
    season: Season,
    school_a: School,
    batch: SlipBatch,
    olivia: User,
    sign_in: SignIn,
) -> None:
    browser, here = sign_in(olivia), "/organizer/vote/slips"
    page = browser.submit(browser.page(here), here, wanted="12")
    assert [row[0] for row in page.rows] == ["S1", "S2"]
    event = session.scalars(select(SlipBatch).where(SlipBatch.lane == "event")).one()
    assert browser.get(f"{here}/{event.id}/slips.pdf").data.startswith(b"%PDF-")
    students = f"{here}/schools/{school_a.id}/students"
    page = browser.submit(page, students, students="45")
    browser.submit(page, students, students="many")

    session.expire_all()
    assert school_a.students == 45
    assert page.rows[0][4] == "45"


def test_slips_speak_the_families_languages() -> None:
    assert set(languages(SLIPS)) == {"en", "es", "fil", "ja", "ko", "zh-Hans", "zh-Hant"}


# The lesson


def test_lesson_is_balanced_over_categories_and_over_all_seeds() -> None:
    videos = [(n, n % 3) for n in range(12)]

    shown: Counter[int] = Counter()
    for seed in range(rules.ORDERS):
        chosen = rules.balanced_set(videos, seed, 6)
        assert len(set(chosen)) == 6
        assert Counter(entry % 3 for entry in chosen) == {0: 2, 1: 2, 2: 2}
        shown.update(chosen)

    assert max(shown.values()) - min(shown.values()) <= 1
    assert rules.balanced_set([], 3, 6) == []
    assert rules.balanced_set([(1, 1), (2, 1)], 5, 6) in ([1, 2], [2, 1])


def test_lesson_shows_a_few_finalists_and_no_ballot(
    session: Session, season: Season, finalists: list[Entry], client: Browser
) -> None:
    open_vote(season)
    for n in range(6):
        make_entry(session, season, finalist_at=clock.now(), title=f"More {n}")

    page = client.page("/vote/lesson?order=7")

    assert len(cards(page)) == rules.LESSON_VIDEOS
    assert page.all("input", name="picks") == []
    assert client.get("/vote/lesson").status_code == 302
