"""Who is one voter, when a ballot counts, and that the order of the ballot favors nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.contest.models import Season
from app.texts import Text
from app.voting import rules
from app.voting.models import Ballot
from app.voting.rules import BallotStatus

OPENS = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)
CLOSES = datetime(2027, 3, 13, 9, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PINNED = {0: [6, 5, 2, 1, 4, 3], 511: [3, 6, 1, 5, 4, 2]}

SPELLINGS = [
    "janedoe@gmail.com",
    "jane.doe@gmail.com",
    "j.a.n.e.d.o.e@gmail.com",
    "j.anedoe@gmail.com",
    "ja.nedoe@gmail.com",
    "jan.edoe@gmail.com",
    "janed.oe@gmail.com",
    "janedo.e@gmail.com",
    "jane..doe@gmail.com",
    ".janedoe@gmail.com",
    "janedoe.@gmail.com",
    "JaneDoe@gmail.com",
    "JANEDOE@GMAIL.COM",
    "janedoe@Gmail.Com",
    "Jane.Doe@Gmail.com",
    " janedoe@gmail.com",
    "janedoe@gmail.com ",
    "\tjanedoe@gmail.com\n",
    "janedoe@gmail.com.",
    "janedoe@GMAIL.COM.",
    "janedoe+vote@gmail.com",
    "janedoe+1@gmail.com",
    "janedoe+2@gmail.com",
    "janedoe+@gmail.com",
    "janedoe+a+b@gmail.com",
    "janedoe+a.b@gmail.com",
    "jane.doe+vote@gmail.com",
    "Jane.Doe+Vote@gmail.com",
    "j.a.n.e.d.o.e+x@gmail.com",
    "janedoe@googlemail.com",
    "jane.doe@googlemail.com",
    "JaneDoe@GoogleMail.com",
    "janedoe+vote@googlemail.com",
    "j.anedoe+vote@googlemail.com",
    "JANE.DOE+X@GOOGLEMAIL.COM",
    " Jane.Doe@googlemail.com ",
    "janedoe@googlemail.com.",
    "ｊａｎｅｄｏｅ@gmail.com",
    "janedoe@ｇｍａｉｌ.com",
    "Ｊane.doe+ｘ@gmail.com",
]

TEN_PEOPLE = [
    "jane.doe@school.example.org",
    "janedoe@school.example.org",
    "jane-doe@school.example.org",
    "jane_doe@school.example.org",
    "jane.doe@outlook.com",
    "janedoe@outlook.com",
    "jane-doe@yahoo.com",
    "jane-roe@yahoo.com",
    "janedoe1@gmail.com",
    "janedoe@mail.gmail.com.example.org",
]


def season(**over: datetime) -> Season:
    return Season(**({"vote_opens_at": OPENS, "vote_closes_at": CLOSES} | over))


def pending(**over: object) -> Ballot:
    return Ballot(**({"status": BallotStatus.PENDING, "created_at": CLOSES - SECOND} | over))


def test_forty_spellings_of_one_mailbox_are_one_voter() -> None:
    assert len(set(SPELLINGS)) == 40

    assert {rules.normalize_voter(spelling) for spelling in SPELLINGS} == {"janedoe@gmail.com"}


def test_ten_people_stay_ten_voters() -> None:
    assert len({rules.normalize_voter(address) for address in TEN_PEOPLE}) == 10


@pytest.mark.parametrize(
    ("address", "voter"),
    [
        ("Kai+vote@school.example.org", "kai@school.example.org"),
        ("kai@bücher.example", "kai@xn--bcher-kva.example"),
        ("kai@XN--BCHER-KVA.example", "kai@xn--bcher-kva.example"),
        ("+tag@school.example.org", "+tag@school.example.org"),
        ("...@gmail.com", "...@gmail.com"),
        (f"kai@{'x' * 64}.example", f"kai@{'x' * 64}.example"),
    ],
)
def test_voter_is_spelled_one_way(address: str, voter: str) -> None:
    assert rules.normalize_voter(address) == voter


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (OPENS - SECOND, "The vote has not opened yet."),
        (OPENS, None),
        (CLOSES - SECOND, None),
        (CLOSES, "The vote has closed."),
        (CLOSES + timedelta(minutes=1), "The vote has closed."),
    ],
)
def test_ballots_are_handed_out_from_opening_to_closing_without_grace(
    now: datetime, reason: str | None
) -> None:
    found = rules.why_not_votable(season(), now)

    assert (str(found) if found else None) == reason


def why_not(ballot: Ballot, season: Season, now: datetime) -> Text | None:
    return rules.why_not_castable(ballot.status, ballot.created_at, season, now)


def test_nobody_votes_after_the_announcement() -> None:
    announced = season(announced_at=CLOSES - timedelta(days=1))

    assert str(rules.why_not_votable(announced, CLOSES - SECOND)) == "The vote has closed."
    assert why_not(pending(), announced, CLOSES - SECOND) is not None


@pytest.mark.parametrize(
    ("now", "castable"),
    [
        (CLOSES - SECOND, True),
        (CLOSES, True),
        (CLOSES + timedelta(minutes=15) - SECOND, True),
        (CLOSES + timedelta(minutes=15), False),
        (OPENS - SECOND, False),
    ],
)
def test_ballot_asked_for_in_time_counts_up_to_15_minutes_after_closing(
    now: datetime, castable: bool
) -> None:
    assert (why_not(pending(), season(), now) is None) is castable


@pytest.mark.parametrize(
    ("waited", "castable"),
    [(timedelta(hours=24) - SECOND, True), (timedelta(hours=24), False)],
)
def test_ballot_waits_for_a_day(waited: timedelta, castable: bool) -> None:
    ballot = pending(created_at=OPENS)

    assert (why_not(ballot, season(), OPENS + waited) is None) is castable


@pytest.mark.parametrize("status", [BallotStatus.SUPERSEDED, BallotStatus.VOID])
def test_replaced_and_disowned_ballots_can_not_be_cast(status: BallotStatus) -> None:
    assert why_not(pending(status=status), season(), OPENS) is not None


@pytest.mark.parametrize(
    ("picks", "reason"),
    [
        ([], "Please pick at least one video."),
        (["a"], None),
        (["a", "b", "c"], None),
        (["a", "a", "a", "a"], None),
        (["a", "b", "c", "d"], "Please pick 3 at most; you have picked 4."),
        (["x"], "One of your picks is not on the ballot any more. Please choose again."),
        (["a", "x"], "One of your picks is not on the ballot any more. Please choose again."),
    ],
)
def test_picks(picks: list[str], reason: str | None) -> None:
    found = rules.why_not_picks(picks, ["a", "b", "c", "d"], 3)

    assert (str(found) if found else None) == reason


def test_code_is_eight_letters_of_a_keyed_hash() -> None:
    assert rules.confirmation_code("000102031f20ff40" + "00" * 24) == "ABCD9A9A"


def test_numbers_and_codes_are_read_as_people_type_them() -> None:
    number = "H7KM29QX4T"

    typed = f" {rules.in_halves(number).lower().replace('-', ' - ')}\n"

    assert rules.read_letters(typed) == number
    assert rules.in_halves("H7KM29QX4T") == "H7KM2-9QX4T"


def test_order_holds_every_entry_once_and_is_the_same_for_the_same_seed() -> None:
    entries = list(range(100, 124))

    for seed in range(rules.ORDERS):
        assert sorted(rules.shuffled(entries, seed)) == entries
    assert rules.shuffled(entries, 7) == rules.shuffled(entries, 7)
    assert entries == list(range(100, 124))


def test_orders_do_not_change_between_releases() -> None:
    """A visitor's order must last through an upgrade in the middle of the vote."""
    assert rules.shuffled([1, 2, 3, 4, 5, 6], 0) == PINNED[0]
    assert rules.shuffled([1, 2, 3, 4, 5, 6], 511) == PINNED[511]
    assert rules.shuffled([], 3) == []
    assert rules.shuffled([9], 3) == [9]


def deviation(
    shuffle: Callable[[Sequence[int], int], list[int]], entries: int, orders: int = rules.ORDERS
) -> float:
    """Pearson's statistic of how often each entry stands at each place, over so many orders."""
    expected = orders / entries
    places = Counter(
        (entry, place)
        for seed in range(orders)
        for place, entry in enumerate(shuffle(range(entries), seed))
    )
    return sum(
        (places[entry, place] - expected) ** 2 / expected
        for entry in range(entries)
        for place in range(entries)
    )


# The 99.9 % points of the chi-square distribution with (entries - 1) squared degrees of freedom.
LIMITS = {3: 18.46, 8: 85.35, 12: 174.81, 24: 635.23}


@pytest.mark.parametrize(("entries", "limit"), LIMITS.items())
def test_every_entry_stands_at_every_place_equally_often(entries: int, limit: float) -> None:
    assert deviation(rules.shuffled, entries) < limit


def test_ten_thousand_orders_favor_nobody() -> None:
    assert deviation(rules.shuffled, 12, orders=10_000) < LIMITS[12]


def test_measure_of_order_finds_an_unfair_shuffle() -> None:
    def swaps_with_anybody(entries: Sequence[int], seed: int) -> list[int]:
        """The well-known mistake: each place swaps with any other, not only with earlier ones."""
        order = list(entries)
        for place in range(len(order)):
            other = rules.shuffled(range(len(order)), seed * 64 + place)[0]
            order[place], order[other] = order[other], order[place]
        return order

    assert deviation(swaps_with_anybody, 12) > LIMITS[12]
    assert deviation(lambda entries, _seed: list(entries), 12) > LIMITS[12]


def test_neighbors_differ_between_orders() -> None:
    pairs = Counter(
        pair for seed in range(rules.ORDERS) for pair in pairwise(rules.shuffled(range(8), seed))
    )

    assert len(pairs) == 8 * 7
    assert max(pairs.values()) < 2 * rules.ORDERS / 8
