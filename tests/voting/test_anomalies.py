"""What is held, what is not, and that two people of different roles decide."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from disposable_email_domains import blocklist
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries.models import Entry
from app.schools.models import School
from app.voting import queries, rules, services
from app.voting.models import Anomaly, Ballot, BallotEvent, BallotTrace, Slip
from app.voting.rules import AnomalyKind, BallotStatus, Sample
from tests.browsing import Browser
from tests.databases import on_postgresql, on_sqlite
from tests.factories import make_ballot, make_entry, make_season, make_user
from tests.voting.box import close_log, count, make_slips, shut, verify, write_log

NOON = datetime(2027, 3, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Facts = dict[str, Any]


def samples(number: int, at: datetime = NOON, *picks: int, **facts: Any) -> list[Sample]:
    """So many ballots, a second apart; ids go on from the last."""
    begun = next(_ids) * 1000
    return [
        Sample(begun + n, at + timedelta(seconds=n), picks or (1,), **facts) for n in range(number)
    ]


_ids = iter(range(1, 10_000))


# The detectors, on their own


@pytest.mark.parametrize(("rate", "least"), [(2, 13), (5, 20), (20, 46)])
def test_surge_begins_where_chance_does_less_than_one_in_a_million(rate: int, least: int) -> None:
    assert rules.poisson_tail(least, rate) < 1e-6 <= rules.poisson_tail(least - 1, rate)


def test_tails_are_the_known_ones() -> None:
    assert rules.poisson_tail(0, 3.0) == 1.0
    assert rules.poisson_tail(1, 1.0) == pytest.approx(0.6321205588)
    assert rules.poisson_tail(10, 2.5) == pytest.approx(0.0002773521)
    assert rules.binomial_tail(0, 5, 0.5) == 1.0
    assert rules.binomial_tail(5, 5, 0.5) == pytest.approx(1 / 32)
    assert rules.binomial_tail(8, 10, 0.5) == pytest.approx(56 / 1024)


def test_burst_for_one_video_stands_out_and_a_rush_for_all_does_not() -> None:
    calm = [each for n in range(100) for each in samples(2, NOON - DAY + n * 10 * MINUTE, n % 4)]
    burst = samples(30, NOON, 2)
    rush = [each for video in range(4) for each in samples(30, NOON, video)]

    found = rules.find_surges([*calm, *burst], since=NOON, until=NOON + 10 * MINUTE)
    assert [(f.kind, f.candidate_id, len(f.ballot_ids)) for f in found] == [
        (AnomalyKind.SURGE, 2, 30)
    ]
    assert rules.find_surges([*calm, *rush], since=NOON, until=NOON + 10 * MINUTE) == []


def test_people_who_vote_at_random_are_left_alone() -> None:
    """A week of a lively vote: nothing is held, with any of five seeds."""
    for seed in range(5):
        chance = random.Random(seed)  # noqa: S311
        seen = [
            Sample(
                n,
                NOON + timedelta(seconds=chance.uniform(0, 86_400)),
                tuple(chance.sample(range(8), chance.randint(1, 3))),
                network=f"n{chance.randrange(60)}",
                likeness=(f"name{n}",),
            )
            for n in range(1500)
        ]
        until = NOON + DAY
        assert rules.find_surges(seen, since=NOON, until=until) == []
        assert rules.find_singles(seen) == []
        assert rules.find_neighborhoods(seen, until=until) == []
        assert rules.find_alike_names(seen) == []
        assert rules.find_quick(seen, until=until) == []


def test_one_rare_domain_stands_out() -> None:
    many = samples(25, NOON, 1, domain="d")
    few = samples(24, NOON, 1, domain="e")

    (found,) = rules.find_concentrations([*many, *few, *samples(200, NOON, 1)])

    assert found.ballot_ids == {each.ballot_id for each in many}


def test_one_neighborhood_stands_out_when_its_ballots_are_all_alike() -> None:
    alike = samples(40, NOON, 1, network="n")
    mixed = [each for video in range(5) for each in samples(10, NOON, video, network="school")]

    (found,) = rules.find_neighborhoods([*alike, *mixed], until=NOON + 10 * MINUTE)

    assert found.ballot_ids == {each.ballot_id for each in alike}


def marks(name: str) -> Facts:
    return {
        "likeness": tuple(rules.one_letter_less(name)),
        "stem": rules.without_digits(name),
    }


def test_chains_of_names_and_running_numbers_stand_out() -> None:
    chain = [samples(1, NOON, 1, **marks("kailani"[:n] + "x" + "kailani"[n:]))[0] for n in range(8)]
    numbers = [samples(1, NOON, 1, **marks(f"voter{n * 137}"))[0] for n in range(8)]
    people = [
        samples(1, NOON, 1, **marks(name))[0]
        for name in ("alice", "bob", "charlie", "dora", "emil", "frieda", "gustav", "hanna", "iris")
    ]

    found = rules.find_alike_names([*chain, *numbers, *people])

    assert sorted(sorted(f.ballot_ids) for f in found) == sorted(
        sorted(each.ballot_id for each in group) for group in (chain, numbers)
    )


def test_runs_of_quick_confirmations_stand_out() -> None:
    quick = [
        Sample(n, NOON + n * MINUTE, (1,), mailed_at=NOON + n * MINUTE - timedelta(seconds=2))
        for n in range(10)
    ]
    slow = [
        Sample(100 + n, NOON + n * MINUTE, (2,), mailed_at=NOON + n * MINUTE - 3 * MINUTE)
        for n in range(50)
    ]

    (found,) = rules.find_quick([*quick, *slow], until=NOON + 50 * MINUTE)

    assert (found.candidate_id, len(found.ballot_ids)) == (1, 10)


def test_video_that_is_always_picked_alone_stands_out() -> None:
    alone = samples(40, NOON, 1)
    others = [*samples(60, NOON, 2, 3), *samples(20, NOON, 2)]

    (found,) = rules.find_singles([*alone, *others])

    assert (found.candidate_id, len(found.ballot_ids)) == (1, 40)


def test_few_confirmations_raise_an_alarm() -> None:
    assert rules.is_unconfirmed(200, 39)
    assert not rules.is_unconfirmed(200, 40)
    assert not rules.is_unconfirmed(199, 0)


# In a vote


@pytest.fixture
def season(session: Session) -> Season:
    now = clock.now()
    return make_season(
        session, Phase.VOTING, vote_opens_at=now - 3 * DAY, vote_closes_at=now + 3 * DAY
    )


@pytest.fixture
def finalists(session: Session, season: Season, school_a: School) -> list[Entry]:
    return [
        make_entry(session, season, finalist_at=clock.now(), school=school_a, title="Bought"),
        *(
            make_entry(session, season, finalist_at=clock.now(), title=f"Calm {n}")
            for n in range(3)
        ),
    ]


@pytest.fixture
def calm(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> list[Ballot]:
    """Two days of ordinary ballots."""
    begun = clock.now() - 2 * DAY
    return [
        make_ballot(
            session,
            season,
            [finalists[n % 4]],
            voters=platform.voters,
            cast_at=begun + n * 20 * MINUTE,
        )
        for n in range(140)
    ]


def buy(
    session: Session, platform: Platform, season: Season, entry: Entry, number: int, at: datetime
) -> list[Ballot]:
    return [
        make_ballot(
            session, season, [entry], voters=platform.voters, cast_at=at + timedelta(seconds=11 * n)
        )
        for n in range(number)
    ]


def look(session: Session, platform: Platform, now: datetime) -> None:
    services.look_for_anomalies(session, voters=platform.voters, now=now)
    session.flush()


@pytest.fixture
def bought(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    calm: list[Ballot],
) -> list[Ballot]:
    """Three hundred ballots within an hour, all for one video."""
    begun = rules.hour_of(clock.now()) - timedelta(hours=2)
    services.keep_log(session, season, voters=platform.voters, now=begun)
    ballots = buy(session, platform, season, finalists[0], 300, begun)
    for minutes in range(10, 70, 10):
        look(session, platform, begun + minutes * MINUTE)
    return ballots


@on_sqlite
def test_purchase_is_held_within_the_hour_and_the_rest_is_not(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    calm: list[Ballot],
    bought: list[Ballot],
) -> None:
    """T6: three hundred bought votes."""
    assert Counter(ballot.status for ballot in bought) == {BallotStatus.HELD: 300}
    innocent = Counter(
        ballot.status
        for ballot in calm
        if finalists[0].id not in queries.picks_on(session, platform.voters, ballot)
    )
    assert innocent == {BallotStatus.CAST: 105}
    assert {each.kind for each in queries.anomalies(session, season.id)} <= {"surge", "single"}


@on_postgresql
def test_held_ballots_are_in_the_log_as_held_and_block_the_count(
    session: Session, platform: Platform, season: Season, bought: list[Ballot], olivia: User
) -> None:
    close_log(session, platform, season)

    events = session.scalars(select(BallotEvent.kind).where(BallotEvent.ballot_id == bought[0].id))
    assert sorted(events) == ["cast", "held"]
    with pytest.raises(Refused, match="are held"):
        services.ask_for_count(session, actor=olivia, season=season, now=shut(season))


@on_sqlite
def test_voting_again_is_no_way_around(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    bought: list[Ballot],
) -> None:
    again = make_ballot(
        session,
        season,
        [finalists[1]],
        voters=platform.voters,
        status=BallotStatus.PENDING,
        voter_key=bought[0].voter_key,
    )

    services.cast_ballot(session, ballot=again, now=clock.now())

    assert (bought[0].status, again.status) == (BallotStatus.SUPERSEDED, BallotStatus.HELD)


def anomaly_of(session: Session, season: Season) -> Anomaly:
    return queries.anomalies(session, season.id)[-1]


def decide_all(
    session: Session,
    platform: Platform,
    season: Season,
    people: tuple[User, User],
    verdict: str,
    reason: str,
) -> None:
    now = shut(season) + 2 * DAY
    first, second = people
    for anomaly in queries.anomalies(session, season.id):
        services.tell_school(session, actor=first, anomaly=anomaly, now=now - 1.5 * DAY)
        services.propose_verdict(
            session, actor=first, anomaly=anomaly, verdict=verdict, reason=reason, now=now
        )
        services.second_verdict(
            session,
            actor=second,
            voters=platform.voters,
            anomaly=anomaly,
            proposal=rules.proposal_of(anomaly),
            agrees=True,
            now=now,
        )


@on_sqlite
@pytest.mark.parametrize(
    ("verdict", "reason", "counted"),
    [("release", "mailing", True), ("invalidate", "bought", False)],
)
def test_two_people_decide_and_everybody_can_recount(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    bought: list[Ballot],
    olivia: User,
    tmp_path: Path,
    verdict: str,
    reason: str,
    counted: bool,
) -> None:
    screener = make_user(session, Role.SCREENER)
    close_log(session, platform, season)
    decide_all(session, platform, season, (olivia, screener), verdict, reason)

    points = count(session, platform, season)

    assert (
        points.get(finalists[0].id, 0) >= 300 if counted else points.get(finalists[0].id, 0) <= 35
    )
    path = write_log(session, season, tmp_path / "log.jsonl")
    code, said = verify("verify", path)
    assert (code, "Everything fits" in said) == (0, True), said
    assert f'"reason":"{reason}"' in path.read_text()
    log = queries.find_log(session, season.id)
    assert log is not None
    told = {(kind, why): n for kind, why, n in log.figures["decisions"]}
    assert told["released" if counted else "invalidated", reason] >= 300


@on_sqlite
def test_only_two_of_different_roles_decide(
    session: Session,
    platform: Platform,
    season: Season,
    bought: list[Ballot],
    olivia: User,
    judy: User,
    alice: User,
) -> None:
    other_organizer = make_user(session, Role.ORGANIZER, Role.JUDGE)
    screener = make_user(session, Role.SCREENER)
    close_log(session, platform, season)
    anomaly, now = anomaly_of(session, season), shut(season) + 3 * DAY

    def propose(actor: User) -> None:
        services.propose_verdict(
            session, actor=actor, anomaly=anomaly, verdict="release", reason="genuine", now=now
        )

    def second(actor: User, *, agrees: bool = True) -> None:
        services.second_verdict(
            session,
            actor=actor,
            voters=platform.voters,
            anomaly=anomaly,
            proposal=rules.proposal_of(anomaly),
            agrees=agrees,
            now=now,
        )

    for stranger in (judy, alice):
        with pytest.raises(NotAllowed):
            propose(stranger)
    with pytest.raises(Refused, match="Nobody has proposed"):
        second(screener)
    propose(olivia)
    for same in (olivia, other_organizer):
        with pytest.raises(Refused, match="two people with different roles"):
            second(same)
    with pytest.raises(NotAllowed):
        second(judy)
    second(screener, agrees=False)
    assert (anomaly.proposed_by, anomaly.decided_at) == (None, None)
    propose(screener)
    with pytest.raises(Refused, match="proposed already"):
        propose(olivia)
    with pytest.raises(Refused, match="something else meanwhile"):
        services.second_verdict(
            session,
            actor=olivia,
            voters=platform.voters,
            anomaly=anomaly,
            proposal="invalidate:bought:1",
            agrees=True,
            now=now,
        )
    second(olivia)
    assert anomaly.decided_at == now
    with pytest.raises(Refused, match="already"):
        propose(olivia)


@on_postgresql
def test_nothing_is_thrown_out_before_the_school_was_heard(
    session: Session,
    platform: Platform,
    season: Season,
    bought: list[Ballot],
    olivia: User,
    alice: User,
) -> None:
    close_log(session, platform, season)
    anomaly, now = anomaly_of(session, season), shut(season)

    def propose(at: datetime) -> None:
        services.propose_verdict(
            session, actor=olivia, anomaly=anomaly, verdict="invalidate", reason="bought", now=at
        )

    with pytest.raises(Refused, match="when the vote has closed"):
        services.tell_school(session, actor=olivia, anomaly=anomaly, now=clock.now())
    with pytest.raises(Refused, match="tell the school first"):
        propose(now)
    for _ in range(2):
        services.tell_school(session, actor=olivia, anomaly=anomaly, now=now)
    (letter,) = session.scalars(select(OutgoingMail).where(OutgoingMail.to == alice.email))
    words = platform.postman.render(letter).text
    assert "Nobody is accused" in words
    with pytest.raises(Refused, match="a day to answer"):
        propose(now + timedelta(hours=23))
    propose(now + timedelta(hours=25))


@on_sqlite
def test_while_the_vote_is_open_nobody_sees_which_video_it_is(
    session: Session,
    platform: Platform,
    season: Season,
    bought: list[Ballot],
    olivia: User,
    sign_in: Callable[..., Browser],
) -> None:
    browser, here = sign_in(olivia), "/organizer/vote/held"

    page = browser.page(here)
    assert "You decide when the vote has closed" in page.text
    assert "Bought" not in page.text
    assert [
        form.get("action") for form in page.all("form") if "held" in str(form.get("action"))
    ] == []

    season.vote_closes_at = clock.now() - timedelta(hours=1)
    session.commit()
    services.keep_log(session, season, voters=platform.voters, now=clock.now())
    page = browser.page(here)
    assert "Bought" in page.text
    anomaly = anomaly_of(session, season)
    page = browser.submit(page, f"{here}/{anomaly.id}/tell")
    page = browser.submit(page, f"{here}/{anomaly.id}/propose", verdict="release:genuine")
    assert "Somebody with another role has to agree" in page.text
    screener = make_user(session, Role.SCREENER)
    browser = sign_in(screener)
    page = browser.submit(browser.page(here), f"{here}/{anomaly.id}/agree")
    assert "They count" in page.text
    session.expire_all()
    assert anomaly.decided_by == screener.id


@on_postgresql
def test_a_late_decision_does_not_publish_the_count(
    session: Session,
    platform: Platform,
    season: Season,
    calm: list[Ballot],
    olivia: User,
) -> None:
    """An alarm holds nothing, so the count does not wait for it, nor it for the count."""
    alarm = Anomaly(
        season_id=season.id,
        kind=AnomalyKind.NAMES,
        starts_at=clock.now(),
        ends_at=clock.now(),
        ballots=0,
        found_at=clock.now(),
    )
    session.add(alarm)
    screener = make_user(session, Role.SCREENER)
    close_log(session, platform, season)
    services.ask_for_count(session, actor=olivia, season=season, now=shut(season))
    count(session, platform, season)

    with pytest.raises(Refused, match="counted already"):
        decide_all(session, platform, season, (olivia, screener), "release", "genuine")

    log = queries.find_log(session, season.id)
    assert log is not None
    lines = queries.lines(session, season.id, size=queries.public_size(log, season, shut(season)))
    assert not [line for line in lines if '"reveal"' in line or '"tally"' in line]


@on_sqlite
def test_a_class_that_votes_after_a_lesson_is_not_held(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    olivia: User,
) -> None:
    opened = season.vote_opens_at
    season.vote_opens_at = clock.now() + timedelta(hours=1)
    batch = make_slips(session, platform, season, olivia, wanted=40)
    season.vote_opens_at = opened
    for slip in session.scalars(select(Slip).where(Slip.batch_id == batch.id)):
        services.cast_slip(
            session,
            voters=platform.voters,
            season=season,
            finalists=finalists,
            slip=slip,
            picks=[finalists[1].id],
            now=clock.now(),
        )

    assert run(session, platform, season) == []


@on_postgresql
def test_pupils_with_numbers_from_their_school_are_not_held(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], school_a: School
) -> None:
    host = school_a.web_page.partition("//")[2]
    for number in range(20):
        ask(session, platform, season, finalists, f"s{1000 + number}@{host}", pick=number % 4)

    assert [each.kind for each in run(session, platform, season)] == []


@on_sqlite
def test_two_groups_are_two_cards(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    words = [f"{a}{b}{c}" for a in "kmptw" for b in ("aloha", "mele", "nani") for c in "xy"]
    for domain in ("own.example", "club.example"):
        for n, word in enumerate(words):
            ask(session, platform, season, finalists, f"{word}@{domain}", pick=n % 4)

    run(session, platform, season)

    found = queries.anomalies(session, season.id)
    assert [(each.kind, each.ballots) for each in found] == [("domain", 30), ("domain", 30)]


def ask(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    address: str,
    *,
    network: str = "203.0.113.7",
    pick: int = 0,
) -> Ballot:
    """Ask for a ballot, as the page does, and cast it."""
    services.request_ballot(
        session,
        voters=platform.voters,
        season=season,
        finalists=finalists,
        address=address,
        picks=[finalists[pick].id],
        within_limit=True,
        network=network,
        now=clock.now(),
    )
    ballot = session.scalars(select(Ballot).order_by(Ballot.id.desc()).limit(1)).one()
    if ballot.status == BallotStatus.PENDING:
        services.cast_ballot(session, ballot=ballot, now=clock.now())
    return ballot


def run(session: Session, platform: Platform, season: Season) -> list[Anomaly]:
    signer = queries.get_signer(session, platform.voters, season.id)
    until = clock.now() + MINUTE
    return services.detect(session, season, signer, since=until - DAY, until=until)


@on_postgresql
def test_sixty_mailboxes_of_one_catch_all_domain_are_held(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    """T4: a domain of one's own."""
    words = [f"{a}{b}{c}" for a in "kmptw" for b in ("aloha", "mele", "nani") for c in "xyzu"]
    ballots = [
        ask(session, platform, season, finalists, f"{word}@own.example", pick=n % 4)
        for n, word in enumerate(words)
    ]

    run(session, platform, season)

    assert {ballot.status for ballot in ballots} == {BallotStatus.HELD}
    assert len(ballots) == 60


@on_sqlite
def test_a_school_and_a_large_provider_are_no_rare_domains(
    session: Session, platform: Platform, season: Season, finalists: list[Entry], school_a: School
) -> None:
    season.school_domains = ["k12.hi.us"]
    host = school_a.web_page.partition("//")[2]
    for domain in (host, "waimea.k12.hi.us", "gmail.com", "own.example"):
        ask(session, platform, season, finalists, f"somebody@{domain}")

    traced = session.scalars(select(BallotTrace.domain).order_by(BallotTrace.ballot_id)).all()

    assert [bool(mark) for mark in traced] == [False, False, False, True]


@on_postgresql
def test_domain_that_is_listed_later_is_held_after_the_fact(
    session: Session,
    platform: Platform,
    season: Season,
    finalists: list[Entry],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """T3: throw-away mail; the list's own domains are refused without telling."""
    refused = ask(session, platform, season, finalists, f"x@{sorted(blocklist)[0]}")
    fresh = ask(session, platform, season, finalists, "x@brand-new.example")
    assert (refused.status, fresh.status) == (BallotStatus.VOID, BallotStatus.CAST)

    monkeypatch.setattr(services.anomalies, "blocklist", {"brand-new.example"})
    (found,) = run(session, platform, season)

    assert (found.kind, fresh.status) == ("listed", BallotStatus.HELD)


@on_sqlite
def test_alarm_for_ballots_nobody_confirms_holds_nothing(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    asked = clock.now() - timedelta(minutes=90)
    for _ in range(200):
        make_ballot(session, season, [], status=BallotStatus.PENDING, created_at=asked)

    made = [run(session, platform, season) for _ in range(2)]

    assert [[each.kind for each in found] for found in made] == [["unconfirmed"], []]
    assert session.scalars(select(Ballot.id).where(Ballot.status == BallotStatus.HELD)).all() == []
