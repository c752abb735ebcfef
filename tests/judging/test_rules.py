"""The plan keeps its promises whatever it is given; the ranking says the same in any order."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contest.models import Criterion, Season
from app.entries.models import AppearingPerson, Entry, Release
from app.entries.rules import EntryStatus
from app.judging import rules
from app.judging.models import Assignment, JudgingRound, Recusal, Score, Scorecard
from app.judging.rules import Candidate, Card, Ranked, RoundKind

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def make_criteria(*weights: int) -> list[Criterion]:
    return [
        Criterion(id=n, name=f"Criterion {n}", weight=weight, levels=[], decides_ties=n == 1)
        for n, weight in enumerate(weights, 1)
    ]


def make_assignment(
    *,
    closed_at: datetime | None = None,
    recused: bool = False,
    scores: dict[int, int] | None = None,
) -> Assignment:
    scorecard = None
    if scores is not None:
        scorecard = Scorecard(
            scores=[Score(criterion_id=each, value=value) for each, value in scores.items()]
        )
    return Assignment(
        round=JudgingRound(kind=RoundKind.FIRST, opened_at=NOON, closed_at=closed_at),
        scorecard=scorecard,
        recusal=Recusal(reason="I know them", at=NOON) if recused else None,
    )


# Assigning


@st.composite
def contests(draw: st.DrawFn) -> dict:
    """Any contest: entries of some schools, judges with some conflicts and some recusals, part of
    the work handed out already."""
    entry_count = draw(st.integers(0, 24))
    judge_count = draw(st.integers(0, 8))
    school_count = draw(st.integers(1, 6))
    candidates = [
        Candidate(1000 + n, draw(st.integers(1, school_count)), draw(st.integers(1, 3)))
        for n in range(entry_count)
    ]
    judges = list(range(1, judge_count + 1))
    pairs_with_schools = [(j, s) for j in judges for s in range(1, school_count + 1)]
    conflicts = draw(st.sets(st.sampled_from(pairs_with_schools))) if pairs_with_schools else set()
    fitting = [
        (j, c.entry_id) for j in judges for c in candidates if (j, c.school_id) not in conflicts
    ]
    existing = draw(st.sets(st.sampled_from(fitting), max_size=15)) if fitting else set()
    left = [pair for pair in fitting if pair not in existing]
    barred = draw(st.sets(st.sampled_from(left), max_size=10)) if left else set()
    positions: Counter[int] = Counter()
    for judge, _entry in sorted(existing):
        positions[judge] += 1
    return {
        "candidates": candidates,
        "judges": judges,
        "conflicts": conflicts,
        "reviews": draw(st.integers(1, 5)),
        "existing": {pair: n for n, pair in enumerate(sorted(existing), 1)},
        "barred": barred,
        "seed": draw(st.integers(0, 2**32)),
    }


def test_ten_thousand_random_plans_keep_every_constraint() -> None:
    """Small ones, where constraints bite: few judges, many conflicts, work handed out already."""
    chance = random.Random(20261126)  # noqa: S311
    for number in range(10_000):
        judges = range(1, chance.randint(1, 6) + 1)
        schools = range(1, chance.randint(1, 5) + 1)
        candidates = [
            Candidate(entry, chance.choice(schools), chance.randint(1, 2))
            for entry in range(100, 100 + chance.randint(1, 9))
        ]
        apart = {(j, s) for j in judges for s in schools if chance.random() < 0.25}
        may = [(j, c.entry_id) for j in judges for c in candidates if (j, c.school_id) not in apart]
        existing = {pair: at for at, pair in enumerate(may, 1) if chance.random() < 0.2}
        barred = {pair for pair in may if pair not in existing and chance.random() < 0.1}
        anchors = {c.entry_id for c in candidates if chance.random() < 0.1}
        reviews = chance.randint(1, 4)
        planned = rules.plan_assignments(
            candidates, judges, apart, reviews, existing, number, barred=barred, anchors=anchors
        )
        new = [(p.judge_id, p.entry_id) for p in planned]
        assert len(set(new)) == len(new), number
        assert set(new) <= set(may) - existing.keys() - barred, number
        for candidate in candidates:
            has = sum(entry == candidate.entry_id for _judge, entry in [*existing, *new])
            could = sum(entry == candidate.entry_id for _judge, entry in set(may) - barred)
            wanted = len(judges) if candidate.entry_id in anchors else reviews
            given = sum(entry == candidate.entry_id for _judge, entry in existing)
            assert has == max(given, min(wanted, could)), number


@settings(max_examples=300, deadline=None)
@given(contests())
def test_any_plan_keeps_every_constraint(contest: dict) -> None:
    planned = rules.plan_assignments(**contest)
    candidates = {c.entry_id: c for c in contest["candidates"]}
    made = [(p.judge_id, p.entry_id) for p in planned]
    assert len(made) == len(set(made))
    assert not set(made) & set(contest["existing"])
    assert not set(made) & contest["barred"]
    assert all((j, candidates[e].school_id) not in contest["conflicts"] for j, e in made)
    assert {j for j, _e in made} <= set(contest["judges"])
    reviews: Counter[int] = Counter(e for _j, e in [*made, *contest["existing"]])
    for entry, candidate in candidates.items():
        had = sum(e == entry for _j, e in contest["existing"])
        possible = sum(
            (j, candidate.school_id) not in contest["conflicts"]
            and (j, entry) not in contest["barred"]
            for j in contest["judges"]
        )
        assert reviews[entry] == max(had, min(contest["reviews"], possible))


@settings(max_examples=200, deadline=None)
@given(contests())
def test_no_new_assignment_could_move_to_a_judge_with_two_fewer(contest: dict) -> None:
    planned = rules.plan_assignments(**contest)
    candidates = {c.entry_id: c for c in contest["candidates"]}
    all_pairs = {(p.judge_id, p.entry_id) for p in planned} | set(contest["existing"])
    load = Counter(j for j, _e in all_pairs)
    for p in planned:
        for judge in contest["judges"]:
            free = (
                (judge, p.entry_id) not in all_pairs
                and (judge, p.entry_id) not in contest["barred"]
                and (judge, candidates[p.entry_id].school_id) not in contest["conflicts"]
            )
            assert not free or load[judge] >= load[p.judge_id] - 1


@settings(max_examples=100, deadline=None)
@given(contests())
def test_a_plan_depends_on_its_seed_and_not_on_the_order_of_what_it_is_given(contest: dict) -> None:
    turned = {
        **contest,
        "candidates": contest["candidates"][::-1],
        "judges": contest["judges"][::-1],
    }
    assert rules.plan_assignments(**turned) == rules.plan_assignments(**contest)


@settings(max_examples=100, deadline=None)
@given(contests())
def test_a_full_plan_is_not_added_to(contest: dict) -> None:
    planned = rules.plan_assignments(**contest)
    existing = contest["existing"] | {(p.judge_id, p.entry_id): p.position for p in planned}
    assert rules.plan_assignments(**{**contest, "existing": existing}) == []


@settings(max_examples=100, deadline=None)
@given(contests())
def test_new_work_goes_on_where_a_judges_queue_ends(contest: dict) -> None:
    ends: Counter[int] = Counter()
    for (judge, _entry), position in contest["existing"].items():
        ends[judge] = max(ends[judge], position)
    positions = defaultdict(list)
    for p in rules.plan_assignments(**contest):
        positions[p.judge_id].append(p.position)
    for judge, given_positions in positions.items():
        first = ends[judge] + 1
        assert sorted(given_positions) == list(range(first, first + len(given_positions)))


def test_without_conflicts_loads_are_within_one_and_each_judge_has_another_order() -> None:
    candidates = [Candidate(n, n % 18, n % 3) for n in range(61)]
    planned = rules.plan_assignments(candidates, range(1, 10), set(), 3, {}, seed=7)
    loads = Counter(p.judge_id for p in planned)
    assert sum(loads.values()) == 61 * 3
    assert max(loads.values()) - min(loads.values()) <= 1
    everything = rules.plan_assignments(candidates, range(1, 10), set(), 9, {}, seed=7)
    orders = defaultdict(list)
    for p in sorted(everything, key=lambda p: p.position):
        orders[p.judge_id].append(p.entry_id)
    assert len({tuple(order) for order in orders.values()}) == 9
    assert all(order != sorted(order) for order in orders.values())


@settings(max_examples=100, deadline=None)
@given(contests(), st.integers(0, 6))
def test_anchors_have_every_judge_who_may_and_change_nothing_else(
    contest: dict, number: int
) -> None:
    anchors = rules.choose_anchors(
        contest["candidates"], contest["judges"], contest["conflicts"], number, contest["seed"]
    )
    assert len(set(anchors)) == len(anchors) == min(number, len(contest["candidates"]))
    planned = rules.plan_assignments(**contest, anchors=set(anchors))
    made = {(p.judge_id, p.entry_id) for p in planned} | set(contest["existing"])
    for candidate in contest["candidates"]:
        may = {
            judge
            for judge in contest["judges"]
            if (judge, candidate.school_id) not in contest["conflicts"]
            and (judge, candidate.entry_id) not in contest["barred"]
        }
        given_to = {judge for judge, entry in made if entry == candidate.entry_id}
        if candidate.entry_id in anchors:
            assert may <= given_to
        assert all((j, candidate.school_id) not in contest["conflicts"] for j in may)


def test_anchors_are_those_with_few_conflicts_spread_over_the_categories() -> None:
    candidates = [Candidate(n, n % 4, n % 3) for n in range(24)]
    conflicts = {(1, 0), (2, 0), (3, 1)}

    chosen = rules.choose_anchors(candidates, [1, 2, 3], conflicts, 6, seed=1)

    about = [candidates[n] for n in chosen]
    assert {c.school_id for c in about} <= {2, 3}
    assert Counter(c.category_id for c in about) == {0: 2, 1: 2, 2: 2}
    assert chosen == rules.choose_anchors(candidates[::-1], [1, 2, 3], conflicts, 6, seed=1)


@pytest.mark.parametrize(
    ("entries", "anchors"), [(5, 0), (20, 0), (21, 3), (60, 3), (61, 4), (200, 10)]
)
def test_a_twentieth_are_anchors(entries: int, anchors: int) -> None:
    assert rules.anchors_needed(entries) == anchors


def test_judges_are_well_mixed() -> None:
    """With 12 entries, 6 judges and 3 reviews each pair of judges meets at about 2.4 entries."""
    candidates = [Candidate(n, n, 1) for n in range(12)]
    planned = rules.plan_assignments(candidates, range(1, 7), set(), 3, {}, seed=3)
    by_entry = defaultdict(set)
    for p in planned:
        by_entry[p.entry_id].add(p.judge_id)
    met = Counter((a, b) for judges in by_entry.values() for a in judges for b in judges if a < b)
    assert len(met) == 15
    assert max(met.values()) <= 4


def test_a_judge_who_may_score_little_does_not_leave_the_others_with_more_than_needed() -> None:
    """Judge 1 may only score school 1; a chain hands work on so that she is not idle."""
    candidates = [Candidate(n, 1 if n < 4 else 2, 1) for n in range(12)]
    planned = rules.plan_assignments(candidates, [1, 2, 3], {(1, 2)}, 1, {}, seed=1)
    assert Counter(p.judge_id for p in planned) == {1: 4, 2: 4, 3: 4}


# Watching and scoring

SEASON = Season(
    judging_opens_at=NOON - DAY, judging_closes_at=NOON + DAY, announced_at=None, zone="UTC"
)


@pytest.mark.parametrize(
    ("assignment", "now", "reason"),
    [
        (make_assignment(), NOON, None),
        (make_assignment(), SEASON.judging_opens_at, None),
        (make_assignment(), NOON - 2 * DAY, "Judging has not opened yet."),
        (make_assignment(), SEASON.judging_closes_at, "Judging has closed."),
        (make_assignment(closed_at=NOON), NOON, "This round is closed."),
        (make_assignment(recused=True), NOON, "You stepped aside from this entry."),
    ],
)
def test_why_not_scorable(assignment: Assignment, now: datetime, reason: str | None) -> None:
    words = rules.why_not_scorable(assignment, SEASON, now)
    assert (str(words) if words else None) == reason


def test_a_video_may_be_watched_before_judging_opens_but_not_after_the_round_or_a_recusal() -> None:
    assert rules.why_not_watchable(make_assignment()) is None
    assert rules.why_not_watchable(make_assignment(closed_at=NOON)) is not None
    assert rules.why_not_watchable(make_assignment(recused=True)) is not None


@pytest.mark.parametrize(
    ("scores", "completed", "complete", "missing"),
    [
        (None, False, False, [1, 2]),
        ({}, True, False, [1, 2]),
        ({1: 5}, True, False, [2]),
        ({1: 5, 2: 1}, False, False, []),
        ({1: 5, 2: 1}, True, True, []),
        ({1: 5, 2: 1, 9: 3}, True, True, []),
    ],
)
def test_a_scorecard_is_complete_when_said_so_and_every_criterion_has_its_score(
    scores: dict[int, int] | None, completed: bool, complete: bool, missing: list[int]
) -> None:
    scorecard = make_assignment(scores=scores).scorecard
    if scorecard is not None and completed:
        scorecard.completed_at = NOON
    criteria = make_criteria(60, 40)
    assert rules.is_complete(scorecard, criteria) is complete
    assert [c.id for c in rules.missing_scores(scorecard, criteria)] == missing


@pytest.mark.parametrize("status", list(EntryStatus))
def test_only_accepted_entries_are_judged(status: EntryStatus) -> None:
    assert rules.is_judgeable(Entry(status=status)) is (status is EntryStatus.ACCEPTED)


def test_an_entry_is_not_judged_once_somebody_takes_that_permission_back() -> None:
    release = Release(rung="C1")
    entry = Entry(
        status=EntryStatus.ACCEPTED, people=[AppearingPerson(alias="Kai", releases=[release])]
    )
    assert rules.is_judgeable(entry)
    release.revoked_at = NOON
    assert not rules.is_judgeable(entry)


# Rounds

OPEN = JudgingRound(kind=RoundKind.FIRST, opened_at=NOON)
CLOSED = JudgingRound(kind=RoundKind.FIRST, opened_at=NOON, closed_at=NOON)
FINALS = JudgingRound(kind=RoundKind.FINALS, opened_at=NOON)


@pytest.mark.parametrize(
    ("kind", "rounds", "weights", "entries", "judges", "reason"),
    [
        ("first", [], (60, 40), 3, 2, None),
        ("first", [OPEN], (60, 40), 3, 2, "This round was opened before."),
        ("first", [], (60, 30), 3, 2, "The weights add up to 90 %, not to 100 %."),
        ("first", [], (), 3, 2, "The rubric has no criteria yet."),
        ("first", [], (60, 40), 0, 2, "There is no accepted entry to judge yet."),
        (
            "first",
            [],
            (60, 40),
            3,
            0,
            "There is no judge yet who can sign in. Invite judges on the page “People”.",
        ),
        ("finals", [], (60, 40), 3, 2, "The finals can open once the first round is closed."),
        ("finals", [OPEN], (60, 40), 3, 2, "The finals can open once the first round is closed."),
        ("finals", [CLOSED], (60, 40), 0, 2, "Please choose the finalists first."),
        ("finals", [CLOSED], (60, 40), 3, 2, None),
        ("finals", [CLOSED, FINALS], (60, 40), 3, 2, "This round was opened before."),
    ],
)
def test_why_not_openable(
    kind: str,
    rounds: list[JudgingRound],
    weights: tuple[int, ...],
    entries: int,
    judges: int,
    reason: str | None,
) -> None:
    words = rules.why_not_openable(
        RoundKind(kind),
        {RoundKind(each.kind): each for each in rounds},
        make_criteria(*weights),
        entry_count=entries,
        judge_count=judges,
    )
    assert (str(words) if words else None) == reason


@pytest.mark.parametrize(
    ("rounds", "reopenable", "choosable"),
    [
        ([], None, False),
        ([OPEN], False, False),
        ([CLOSED], True, True),
        ([CLOSED, FINALS], False, False),
    ],
)
def test_a_closed_first_round_can_go_on_or_give_finalists_until_the_finals_open(
    rounds: list[JudgingRound], reopenable: bool | None, choosable: bool
) -> None:
    by_kind = {RoundKind(each.kind): each for each in rounds}
    if rounds:
        assert (rules.why_not_reopenable(rounds[0], by_kind) is None) is reopenable
    assert (rules.why_not_choosable(by_kind) is None) is choosable


def test_a_judge_may_take_back_a_conflict_only_before_the_first_round() -> None:
    assert rules.why_not_removable([]) is None
    assert rules.why_not_removable([OPEN]) is not None


# Ranking


def mean_of(scores: dict[int, int], weights: dict[int, int]) -> float:
    """What one scorecard alone gives its entry."""
    cards = [Card(1, 10, scores)]
    [only] = rules.rank(cards, [1], weights=weights, decides_ties=None, reviews_least=1)
    assert only.mean is not None
    return only.mean


@pytest.mark.parametrize(
    ("scores", "weights", "mean"),
    [
        ({1: 5, 2: 5}, {1: 60, 2: 40}, 5.0),
        ({1: 1, 2: 1}, {1: 60, 2: 40}, 1.0),
        ({1: 5, 2: 1}, {1: 75, 2: 25}, 4.0),
        ({1: 4, 2: 3, 3: 5, 4: 2, 5: 1}, {1: 30, 2: 25, 3: 20, 4: 15, 5: 10}, 3.35),
        ({1: 2, 2: 4, 9: 5}, {1: 1, 2: 1}, 3.0),
    ],
)
def test_weighted_mean(scores: dict[int, int], weights: dict[int, int], mean: float) -> None:
    assert mean_of(scores, weights) == pytest.approx(mean, abs=1e-12)


def test_an_entry_has_a_mean_once_every_criterion_has_a_score() -> None:
    [only] = rules.rank(
        [Card(1, 10, {1: 5})], [1], weights={1: 60, 2: 40}, decides_ties=None, reviews_least=1
    )
    assert (only.mean, only.place, only.short) == (None, None, True)


def test_criteria_of_panels_are_each_averaged_over_their_own_judges() -> None:
    """Accuracy (60 %) by two safety people, craft (40 %) by one who knows films."""
    cards = [Card(1, 10, {1: 5}), Card(1, 11, {1: 4}), Card(1, 20, {2: 1})]
    cards += [Card(2, 10, {1: 3}), Card(2, 11, {1: 3}), Card(2, 20, {2: 5})]
    ranking = rules.rank(cards, [1, 2], weights={1: 60, 2: 40}, decides_ties=1, reviews_least=2)
    # 0.6 x 3 + 0.4 x 5 = 3.8 against 0.6 x 4.5 + 0.4 x 1 = 3.1
    assert [(r.entry_id, round(r.mean or 0, 9), r.reviews) for r in ranking] == [
        (2, 3.8, 1),
        (1, 3.1, 1),
    ]
    assert ranking[0].short


def places(ranking: list[Ranked]) -> list[tuple[int, int | None]]:
    return [(r.entry_id, r.place) for r in ranking]


def rank(*cards: tuple[int, int, tuple[int, int]], entries: list[int]) -> list[Ranked]:
    """Cards as (entry, judge, (score, score)); both criteria weigh the same, the first decides."""
    return rules.rank(
        [Card(entry, judge, {1: a, 2: b}) for entry, judge, (a, b) in cards],
        entries,
        weights={1: 50, 2: 50},
        decides_ties=1,
        reviews_least=2,
    )


def test_a_hand_made_case() -> None:
    ranking = rank(
        (1, 10, (5, 4)),
        (1, 11, (4, 4)),
        (2, 10, (3, 3)),
        (3, 11, (5, 5)),
        entries=[1, 2, 3, 4],
    )
    assert ranking == [
        Ranked(3, 5.0, 1, 1, {1: 5.0, 2: 5.0}, True),
        Ranked(1, 4.25, 2, 2, {1: 4.5, 2: 4.0}, False),
        Ranked(2, 3.0, 1, 3, {1: 3.0, 2: 3.0}, True),
        Ranked(4, None, 0, None, {}, True),
    ]


def test_equal_means_are_parted_by_the_criterion_that_decides() -> None:
    ranking = rank((1, 10, (3, 4)), (2, 11, (4, 3)), entries=[1, 2])
    assert places(ranking) == [(2, 1), (1, 2)]


def test_then_by_the_majority_of_judges_who_scored_both() -> None:
    """Both have means 3 and 3 by criterion; two of three judges put entry 2 higher."""
    ranking = rank(
        (1, 10, (5, 3)),
        (1, 11, (2, 3)),
        (1, 12, (2, 3)),
        (2, 10, (1, 3)),
        (2, 11, (4, 3)),
        (2, 12, (4, 3)),
        entries=[1, 2],
    )
    assert ranking[0].mean == ranking[1].mean
    assert ranking[0].per_criterion == ranking[1].per_criterion
    assert places(ranking) == [(2, 1), (1, 2)]


def test_what_is_still_equal_shares_its_place_and_the_next_is_left_out() -> None:
    ranking = rank(
        (1, 10, (4, 4)), (2, 11, (4, 4)), (3, 10, (2, 2)), (4, 10, (5, 5)), entries=[3, 2, 1, 4]
    )
    assert places(ranking) == [(4, 1), (1, 2), (2, 2), (3, 4)]


def test_three_that_beat_each_other_in_a_circle_share_the_place() -> None:
    ranking = rank(
        (1, 10, (5, 3)), (2, 10, (3, 3)), (3, 10, (1, 3)),
        (2, 11, (5, 3)), (3, 11, (3, 3)), (1, 11, (1, 3)),
        (3, 12, (5, 3)), (1, 12, (3, 3)), (2, 12, (1, 3)),
        entries=[1, 2, 3],
    )  # fmt: skip
    assert places(ranking) == [(1, 1), (2, 1), (3, 1)]


def test_means_that_only_rounding_would_part_are_equal() -> None:
    """Added up in the other order, these floating-point means differ in the last place."""
    weights = {1: 30, 2: 25, 3: 20, 4: 15, 5: 10}
    given_scores = [
        {1: 4, 2: 1, 3: 3, 4: 5, 5: 1},
        {1: 3, 2: 2, 3: 1, 4: 2, 5: 1},
        {1: 2, 2: 4, 3: 1, 4: 1, 5: 1},
    ]
    floats = [mean_of(scores, weights) for scores in given_scores]
    assert sum(floats) / 3 != sum(reversed(floats)) / 3
    cards = [Card(1, judge, scores) for judge, scores in enumerate(given_scores)]
    cards += [Card(2, judge + 10, scores) for judge, scores in enumerate(reversed(given_scores))]
    ranking = rules.rank(cards, [1, 2], weights=weights, decides_ties=1, reviews_least=3)
    assert [r.place for r in ranking] == [1, 1]


scorecards = st.dictionaries(
    st.tuples(st.integers(1, 7), st.integers(1, 5)),
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5)),
    max_size=30,
)


def ranked(cards: dict[tuple[int, int], tuple[int, int, int]], order: list) -> list[Ranked]:
    listed = [Card(e, j, dict(zip((1, 2, 3), cards[e, j], strict=True))) for e, j in order]
    return rules.rank(
        listed, range(1, 8), weights={1: 50, 2: 30, 3: 20}, decides_ties=2, reviews_least=3
    )


@settings(max_examples=200, deadline=None)
@given(scorecards, st.randoms(use_true_random=False))
def test_the_ranking_is_the_same_for_every_order_of_rows(cards: dict, chance) -> None:
    shuffled = list(cards)
    chance.shuffle(shuffled)
    assert repr(ranked(cards, shuffled)) == repr(ranked(cards, sorted(cards)))


@settings(max_examples=200, deadline=None)
@given(scorecards)
def test_every_ranking_is_in_order_and_counts_places_as_sport_does(cards: dict) -> None:
    ranking = ranked(cards, sorted(cards))
    assert sorted(r.entry_id for r in ranking) == list(range(1, 8))
    scored = [r for r in ranking if r.reviews]
    assert all(r.place is None and r.mean is None for r in ranking[len(scored) :])
    for at, r in enumerate(scored):
        assert r.place == 1 + sum(1 for other in scored if other.place < r.place)
        assert r.place <= at + 1
        if at:
            assert scored[at - 1].mean >= r.mean
        own = [v for (e, _j), v in cards.items() if e == r.entry_id]
        exact = sum(Fraction(50 * a + 30 * b + 20 * c, 100) for a, b, c in own) / len(own)
        assert r.mean == float(exact)
        assert r.short is (len(own) < 3)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 3), scorecards)
def test_what_one_judge_adds_to_all_moves_nobody_when_all_see_all(judge: int, cards: dict) -> None:
    """A severe judge is no harm when everybody scored everything: the finals are built on it."""
    everything = {
        (e, j): (1 + (e * j) % 3, 1 + e % 3, 1 + (e + j) % 3)
        for e in range(1, 8)
        for j in (1, 2, 3)
    }
    everything |= {
        pair: tuple(min(3, v) for v in values)
        for pair, values in cards.items()
        if pair in everything
    }
    milder = {
        (e, j): tuple(v + 2 * (j == judge) for v in values) for (e, j), values in everything.items()
    }
    assert places(ranked(everything, sorted(everything))) == places(ranked(milder, sorted(milder)))


@pytest.mark.parametrize(
    ("most", "through"),
    [(1, [1]), (2, [1, 2, 3]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (9, [1, 2, 3, 4])],
)
def test_whoever_shares_the_last_place_goes_to_the_finals_too(
    most: int, through: list[int]
) -> None:
    ranking = [
        Ranked(entry, 4.0 if place else None, 3 if place else 0, place, {}, False)
        for entry, place in [(1, 1), (2, 2), (3, 2), (4, 4), (5, None)]
    ]
    assert rules.finalists_by_rank(ranking, most) == through
