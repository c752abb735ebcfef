"""Counting ballots, and keeping the count from everybody until it is due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, NotFound
from app.entries.models import Entry
from app.voting import queries, rules
from app.voting.models import BlockedVoter
from app.voting.queries import Count
from app.voting.rules import BallotStatus
from tests.factories import make_ballot, make_entry, make_season

SECOND = timedelta(seconds=1)


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.VOTING)


@pytest.fixture
def finalists(session: Session, season: Season) -> list[Entry]:
    return [make_entry(session, season, finalist_at=clock.now()) for _ in range(3)]


@pytest.fixture
def tally(session: Session, season: Season, finalists: list[Entry]) -> list[tuple[int, int]]:
    """What seven ballots come to, of which three do not count, nor one of another season."""
    a, b, c = finalists
    for picks in ([a], [a, b], [a, b], [c]):
        make_ballot(session, season, picks)
    for status in (BallotStatus.PENDING, BallotStatus.SUPERSEDED, BallotStatus.VOID):
        make_ballot(session, season, [c], status=status)
    make_ballot(session, make_season(session, year=season.year - 1), [c])
    return [(a.id, 3), (b.id, 2), (c.id, 1)]


def test_ballot_is_found_by_its_number(session: Session, season: Season) -> None:
    ballot = make_ballot(session, season, [])

    assert queries.get_ballot_by_number(session, ballot.number) is ballot
    assert queries.find_ballot_by_number(session, "NOSUCHBALLOT") is None
    with pytest.raises(NotFound):
        queries.get_ballot_by_number(session, "NOSUCHBALLOT")


def test_tally_counts_picks_of_cast_ballots_of_the_season(
    session: Session, season: Season, tally: list[tuple[int, int]]
) -> None:
    assert queries.tally(session, season) == tally


def test_entries_with_as_many_picks_stand_in_the_order_of_their_ids(
    session: Session, season: Season, finalists: list[Entry]
) -> None:
    make_ballot(session, season, reversed(finalists))

    assert queries.tally(session, season) == [(entry.id, 1) for entry in finalists]


def test_count_tells_how_many_ballots_and_not_what_is_on_them(
    session: Session, season: Season, tally: list[tuple[int, int]]
) -> None:
    now = clock.now()
    make_ballot(
        session, season, [], status=BallotStatus.PENDING, created_at=now - timedelta(hours=25)
    )

    assert queries.count_ballots(session, season, now=now) == Count(cast=4, pending=1)


def test_nobody_sees_results_while_the_vote_is_open(
    session: Session,
    season: Season,
    tally: list[tuple[int, int]],
    olivia: User,
    judy: User,
    alice: User,
) -> None:
    for person in (olivia, judy, alice, None):
        for now in (season.vote_opens_at, clock.now(), season.vote_closes_at - SECOND):
            with pytest.raises(NotAllowed):
                queries.results_for(session, person, season, now=now)


def test_organizers_see_results_when_no_ballot_can_change_them(
    session: Session, season: Season, tally: list[tuple[int, int]], olivia: User
) -> None:
    waiting = make_ballot(
        session,
        season,
        [],
        status=BallotStatus.PENDING,
        created_at=season.vote_closes_at - SECOND,
    )
    closed, shut = season.vote_closes_at, rules.box_shuts_at(season)

    for now in (closed, shut - SECOND):
        with pytest.raises(NotAllowed):
            queries.results_for(session, olivia, season, now=now)
    assert queries.results_for(session, olivia, season, now=shut) == tally
    # With nobody left to confirm, there is nothing to wait for.
    waiting.status, waiting.cast_at = BallotStatus.CAST, closed
    session.flush()
    assert queries.results_for(session, olivia, season, now=closed) == tally


def test_others_see_results_only_after_the_announcement(
    session: Session,
    season: Season,
    tally: list[tuple[int, int]],
    judy: User,
    alice: User,
) -> None:
    later = season.announcement_at
    for person in (judy, alice, None):
        with pytest.raises(NotAllowed):
            queries.results_for(session, person, season, now=later)

    season.announced_at = later

    for person in (judy, alice, None):
        assert queries.results_for(session, person, season, now=later) == tally
        with pytest.raises(NotAllowed):
            queries.results_for(session, person, season, now=later - SECOND)


def test_a_mailbox_is_blocked_in_its_season_only(session: Session, season: Season) -> None:
    other = make_season(session, year=season.year - 1)
    session.add(BlockedVoter(season_id=season.id, voter_key="k" * 64, at=clock.now()))
    session.flush()

    assert queries.is_blocked(session, season.id, "k" * 64)
    assert not queries.is_blocked(session, other.id, "k" * 64)
    assert not queries.is_blocked(session, season.id, "j" * 64)
