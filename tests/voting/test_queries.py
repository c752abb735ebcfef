"""Counting ballots, and keeping the count from everybody until it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.core.platform import Platform
from app.entries.models import Entry
from app.voting import queries, rules
from app.voting.models import BlockedVoter
from app.voting.queries import Count
from app.voting.rules import BallotStatus, Lane
from tests.factories import make_ballot, make_entry, make_season
from tests.voting.box import close_log, count, shut

SECOND = timedelta(seconds=1)


@pytest.fixture
def finalists(session: Session, season: Season) -> list[Entry]:
    return [make_entry(session, season, finalist_at=clock.now()) for _ in range(3)]


@pytest.fixture
def box(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> dict[int, int]:
    """Seven ballots, of which three do not count, nor one of another season; what they come to."""
    a, b, c = finalists
    for picks in ([a], [a, b], [a, b], [c]):
        make_ballot(session, season, picks, voters=platform.voters)
    for status in (BallotStatus.PENDING, BallotStatus.SUPERSEDED, BallotStatus.VOID):
        make_ballot(session, season, [c], status=status, voters=platform.voters)
    make_ballot(session, make_season(session, year=season.year - 1), [])
    return {a.id: 3, b.id: 2, c.id: 1}


def test_ballot_is_found_by_its_number(session: Session, season: Season) -> None:
    ballot = make_ballot(session, season, [])

    assert queries.get_ballot_by_number(session, ballot.number) is ballot
    assert queries.find_ballot_by_number(session, "NOSUCHBALLOT") is None
    with pytest.raises(NotFound):
        queries.get_ballot_by_number(session, "NOSUCHBALLOT")


def test_tally_counts_picks_of_cast_ballots_of_the_season(
    session: Session, platform: Platform, season: Season, box: dict[int, int]
) -> None:
    assert count(session, platform, season) == box


def test_videos_with_as_many_points_stand_in_the_order_they_came_in(
    session: Session, platform: Platform, season: Season, finalists: list[Entry]
) -> None:
    make_ballot(session, season, [], voters=platform.voters)
    for entry in finalists:
        make_ballot(session, season, [entry], voters=platform.voters)

    assert list(count(session, platform, season)) == [entry.id for entry in finalists]


def test_count_tells_how_many_ballots_and_not_what_is_on_them(
    session: Session, season: Season, box: dict[int, int]
) -> None:
    now = clock.now()
    make_ballot(
        session, season, [], status=BallotStatus.PENDING, created_at=now - timedelta(hours=25)
    )
    make_ballot(session, season, [], status=BallotStatus.HELD)

    found = queries.count_ballots(session, season, now=now)
    assert found == Count(cast=4, pending=1, held=1)


def test_nobody_sees_results_while_the_vote_is_open(
    session: Session,
    season: Season,
    box: dict[int, int],
    olivia: User,
    judy: User,
    alice: User,
) -> None:
    for person in (olivia, judy, alice, None):
        for now in (season.vote_opens_at, clock.now(), season.vote_closes_at - SECOND):
            with pytest.raises(NotAllowed):
                queries.results_for(session, person, season, now=now)


def test_organizers_see_results_once_they_are_certified(
    session: Session, platform: Platform, season: Season, box: dict[int, int], olivia: User
) -> None:
    after = shut(season)
    for now in (season.vote_closes_at, rules.box_shuts_at(season) - SECOND, after):
        with pytest.raises(NotAllowed):
            queries.results_for(session, olivia, season, now=now)
    close_log(session, platform, season)
    with pytest.raises(NotAllowed):
        queries.results_for(session, olivia, season, now=after)

    count(session, platform, season)

    tally = queries.results_for(session, olivia, season, now=after)
    assert {line.entry_id: line.points for line in tally.lines} == box
    assert tally.lanes == [Lane.MAIL]


def test_why_the_ballots_can_not_be_counted_yet(
    session: Session, platform: Platform, season: Season, box: dict[int, int]
) -> None:
    after = shut(season)
    waiting = make_ballot(
        session, season, [], status=BallotStatus.PENDING, created_at=season.vote_closes_at
    )

    def why(now: datetime) -> str:
        return str(queries.why_not_countable(session, season, now=now))

    assert "has not closed" in why(season.vote_closes_at - SECOND)
    assert "may be confirmed for 15 minutes" in why(season.vote_closes_at)
    waiting.status = BallotStatus.VOID
    session.flush()
    assert "is being closed" in why(after)
    held = make_ballot(session, season, [], status=BallotStatus.HELD)
    close_log(session, platform, season)
    assert "1 ballots are held" in why(after)
    held.status = BallotStatus.INVALID
    session.flush()
    assert why(after) == "None"


def test_others_see_results_only_after_the_announcement(
    session: Session,
    platform: Platform,
    season: Season,
    box: dict[int, int],
    judy: User,
    alice: User,
) -> None:
    count(session, platform, season)
    later = season.announcement_at
    for person in (judy, alice, None):
        with pytest.raises(NotAllowed):
            queries.results_for(session, person, season, now=later)

    season.announced_at = later

    for person in (judy, alice, None):
        tally = queries.results_for(session, person, season, now=later)
        assert {line.entry_id: line.points for line in tally.lines} == box
        with pytest.raises(NotAllowed):
            queries.results_for(session, person, season, now=later - SECOND)


def test_a_mailbox_is_blocked_in_its_season_only(session: Session, season: Season) -> None:
    other = make_season(session, year=season.year - 1)
    session.add(BlockedVoter(season_id=season.id, voter_key="k" * 64, at=clock.now()))
    session.flush()

    assert queries.is_blocked(session, season.id, "k" * 64)
    assert not queries.is_blocked(session, other.id, "k" * 64)
    assert not queries.is_blocked(session, season.id, "j" * 64)
