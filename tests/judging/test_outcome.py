"""From scores to a result that stands: flags, looking again, runoffs, the seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards import services as awards
from app.contest import services as contest
from app.contest.models import Season
from app.contest.rules import Phase, TieRule
from app.core import clock
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.entries.models import Entry
from app.judging import queries, rules, services
from app.judging.models import Assignment, Duel, JudgingRound, Rescore, Runoff, Seal
from app.judging.rules import Block, Card, Choice, FlagKind, Look, RoundKind
from tests.browsing import Browser
from tests.factories import make_assignment, make_entry, make_round, make_season, make_user

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def panel(session: Session, judy: User) -> list[User]:
    return [judy, *(make_user(session, Role.JUDGE) for _ in range(3))]


@pytest.fixture
def entries(session: Session, season: Season) -> list[Entry]:
    first = make_entry(session, season, title="One")
    others = [make_entry(session, season, title=title) for title in ("Two", "Three", "Four")]
    for entry in others:
        entry.category = first.category
    session.flush()
    return [first, *others]


def judged(
    session: Session,
    season: Season,
    panel: list[User],
    entries: list[Entry],
    scores: list[list[int]],
    kind: RoundKind = RoundKind.FINALS,
) -> JudgingRound:
    """A closed round: `scores` of each entry by each judge, the same on every criterion."""
    round_ = make_round(session, season, kind, closed_at=clock.now())
    for entry, values in zip(entries, scores, strict=True):
        for position, (judge, value) in enumerate(zip(panel, values, strict=True), 1):
            make_assignment(session, round_, judge, entry, scores=[value] * 5, position=position)
    if kind is RoundKind.FINALS:
        for entry in entries:
            entry.finalist_at = clock.now()
    session.commit()
    return round_


def order(session: Session, season: Season, kind: RoundKind = RoundKind.FINALS) -> list[tuple]:
    (ranking,) = queries.rankings(session, season, kind).values()
    return [(r.entry_id, r.place) for r in ranking]


# Ties


def tied(**over: object) -> list[tuple[int, int | None]]:
    """Two entries with the same mean; the second is better on criterion 1, judges prefer it."""
    cards = [Card(1, 10, {1: 3, 2: 5}), Card(1, 11, {1: 3, 2: 3}), Card(1, 12, {1: 3, 2: 1})]
    cards += [Card(2, 10, {1: 4, 2: 4}), Card(2, 11, {1: 3, 2: 3}), Card(2, 12, {1: 2, 2: 2})]
    values: dict = {
        "weights": {1: 50, 2: 50}, "decides_ties": 1, "reviews_least": 1, "chances": None,
        **over,
    }  # fmt: skip
    return [(r.entry_id, r.place) for r in rules.rank(cards, [1, 2], **values)]


def test_the_chain_for_ties_is_the_seasons() -> None:
    assert tied() == [(1, 1), (2, 1)]
    assert tied(chances={1: 0.6, 2: 0.4}) == [(1, 1), (2, 2)]
    assert tied(chances={1: 0.4, 2: 0.6}) == [(2, 1), (1, 2)]
    assert tied(chances={1: 0.6, 2: 0.4}, tie_rule=TieRule.JOINT) == [(1, 1), (2, 1)]
    ignored = tied(chances={1: 0.6, 2: 0.4}, tie_rule=TieRule.CRITERION)
    assert ignored == tied()


def test_a_criterion_decides_before_the_majority() -> None:
    cards = [Card(1, 10, {1: 5, 2: 1}), Card(1, 11, {1: 1, 2: 3})]
    cards += [Card(2, 10, {1: 2, 2: 4}), Card(2, 11, {1: 2, 2: 2})]
    ranking = rules.rank(cards, [1, 2], weights={1: 50, 2: 50}, decides_ties=1, reviews_least=1)
    assert [(r.entry_id, r.place) for r in ranking] == [(1, 1), (2, 2)]


def test_how_ties_are_parted_stands_once_judging_has_opened(
    session: Session, season: Season, olivia: User
) -> None:
    with pytest.raises(Refused):
        contest.update_season(
            session, actor=olivia, season=season, values={"tie_rule": TieRule.JOINT},
            now=clock.now(),
        )  # fmt: skip


# Flags


def totals(values: dict[tuple[int, int], float]) -> Block:
    return Block({pair: Fraction(value).limit_denominator(100) for pair, value in values.items()})


def even() -> dict[tuple[int, int], float]:
    """Ten entries by five judges who agree but for small differences."""
    return {
        (entry, judge): 2 + (entry % 4) * 0.5 + ((entry * 7 + judge * 5) % 5 - 2) * 0.05
        for entry in range(10)
        for judge in range(5)
    }


def kinds(values: dict[tuple[int, int], float], looks: list[Look] | None = None) -> set[tuple]:
    found = rules.flags_of([totals(values)], looks or [])
    return {(flag.kind, flag.judge_id, flag.entry_id) for flag in found}


def test_judges_who_agree_are_not_flagged() -> None:
    assert not {k for k, _judge, _entry in kinds(even())} - {FlagKind.UNEVEN, FlagKind.CLOSE}


def test_a_strict_judge_is_not_flagged_and_one_surprising_score_is() -> None:
    values = even()
    for entry in range(10):
        values[entry, 3] -= 1
    assert (FlagKind.FAR, 3, 4) not in kinds(values)
    values[4, 2] = 5.0
    assert (FlagKind.FAR, 2, 4) in kinds(values)
    assert {f.kind for f in rules.flags_of([totals(values)], [])} >= {FlagKind.FAR}


def test_the_same_score_for_everybody_is_flagged() -> None:
    values = even()
    for entry in range(10):
        values[entry, 1] = 3.0
    assert (FlagKind.FLAT, 1, None) in kinds(values)


def test_a_judge_who_drifts_is_flagged() -> None:
    values = even()
    looks = [Look(e, j, e + 1, None, None) for e in range(10) for j in range(5)]
    for entry in range(10):
        values[entry, 0] = max(1.0, values[entry, 0] + 1 - entry * 0.22)
    drifting = [f for f in rules.flags_of([totals(values)], looks) if f.kind is FlagKind.DRIFT]
    assert [(flag.judge_id, flag.figure < -1) for flag in drifting] == [(0, True)]


def test_finishing_before_the_film_was_shown_is_flagged() -> None:
    looks = [
        Look(1, 1, 1, 10, 30.0), Look(2, 1, 2, 29, 30.0), Look(3, 1, 3, None, 30.0),
        Look(4, 1, 4, 5, None),
    ]  # fmt: skip
    found = rules.flags_of([], looks)
    assert [(f.kind, f.entry_id, f.figure) for f in found] == [(FlagKind.FAST, 1, 0.333)]


@settings(max_examples=10, deadline=None)
@given(st.permutations(sorted(even())))
def test_flags_do_not_depend_on_the_order_of_rows(pairs: list[tuple[int, int]]) -> None:
    values = even()
    values[4, 2] = 5.0
    shuffled = {pair: values[pair] for pair in pairs}
    assert repr(rules.flags_of([totals(shuffled)], [])) == repr(
        rules.flags_of([totals(values)], [])
    )


def test_only_organizers_see_flags(
    session: Session, season: Season, judy: User, olivia: User
) -> None:
    assert queries.flags_for(session, olivia, season, RoundKind.FIRST) == []
    with pytest.raises(NotAllowed):
        queries.flags_for(session, judy, season, RoundKind.FIRST)


# Looking again


def one(session: Session, judge: User, entry: Entry) -> Assignment:
    return session.scalars(
        select(Assignment).where(Assignment.judge_id == judge.id, Assignment.entry_id == entry.id)
    ).one()


def ask(session: Session, olivia: User, assignment: Assignment, reason: str = "Please.") -> None:
    services.ask_again(session, actor=olivia, assignment=assignment, reason=reason, now=clock.now())


def test_a_judge_looks_again_though_the_round_is_closed_and_both_results_are_kept(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    judged(session, season, panel, entries, [[1, 5, 5, 5], [4] * 4, [3] * 4, [2] * 4])
    judy = panel[0]
    mine = one(session, judy, entries[0])
    before = order(session, season)
    ask(session, olivia, mine, "The others gave five.")
    session.commit()
    assert session.scalars(select(OutgoingMail.to)).all() == [judy.email]
    browser = sign_in(judy)
    assert "Please look at" in browser.page("/judge/").text
    page = browser.page(f"/judge/{mine.id}")
    assert "The others gave five." in page.text
    page = browser.submit(page, f"/judge/{mine.id}/reopen")
    session.rollback()
    # In the middle of it, what stood there before counts.
    assert order(session, season) == before
    values = {f"score-{criterion.id}": "5" for criterion in season.criteria}
    browser.submit(page, f"/judge/{mine.id}", then="complete", **values)
    session.rollback()
    kept = session.scalars(select(Rescore)).one()
    assert set(kept.before.values()) == {1}
    assert kept.after is not None
    assert set(kept.after.values()) == {5}
    assert order(session, season)[0] == (entries[0].id, 1)
    # The round is closed for everything else, and for her as well from now on.
    with pytest.raises(Refused, match="round is closed"):
        services.reopen_scorecard(session, actor=judy, assignment=mine, now=clock.now())
    other = one(session, judy, entries[1])
    with pytest.raises(Refused, match="round is closed"):
        services.reopen_scorecard(session, actor=judy, assignment=other, now=clock.now())


def test_a_judge_may_keep_her_scores_and_an_organizer_take_the_question_back(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    judged(session, season, panel, entries, [[4] * 4, [3] * 4, [2] * 4, [1] * 4])
    mine, other = one(session, panel[0], entries[0]), one(session, panel[0], entries[1])
    ask(session, olivia, mine)
    ask(session, olivia, other)
    session.commit()
    browser = sign_in(panel[0])
    browser.submit(browser.page(f"/judge/{mine.id}"), f"/judge/{mine.id}/keep")
    services.reopen_scorecard(session, actor=panel[0], assignment=other, now=clock.now())
    services.save_score(
        session, actor=panel[0], assignment=other, criterion_id=season.criteria[0].id, value=5,
        now=clock.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="begun to change"):
        services.keep_scores(session, actor=panel[0], assignment=other, now=clock.now())
    services.take_back_question(session, actor=olivia, assignment=other, now=clock.now())
    session.commit()
    assert other.scorecard is not None
    assert other.scorecard.completed_at is not None
    assert set(other.scorecard.values.values()) == {3}
    listed = session.scalars(select(Rescore).order_by(Rescore.id)).all()
    assert [each.before == each.after for each in listed] == [True, True]
    with pytest.raises(Refused, match="Nobody asked"):
        services.keep_scores(session, actor=panel[0], assignment=mine, now=clock.now())


def test_asking_again_needs_a_reason_a_finished_card_and_an_organizer(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User
) -> None:
    judged(session, season, panel, entries, [[4] * 4, [3] * 4, [2] * 4, [1] * 4])
    mine = one(session, panel[0], entries[0])
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(Refused):
            ask(session, olivia, mine, reason)
    with pytest.raises(NotAllowed):
        ask(session, panel[1], mine)
    ask(session, olivia, mine)
    with pytest.raises(Refused, match="asked already"):
        ask(session, olivia, mine)


# Runoffs


def test_the_majority_decides_between_two_and_strength_among_more() -> None:
    two = [Choice(j, 1, 2, 2 if j < 3 else 1) for j in range(5)]
    assert rules.order_of([1, 2], two) == [[2], [1]]
    assert rules.order_of([1, 2], [Choice(1, 1, 2, None)]) == [[1, 2]]
    assert rules.order_of([1, 2], []) == [[1, 2]]
    three = [
        *(Choice(j, 1, 2, 1) for j in range(3)), *(Choice(j, 2, 3, 2) for j in range(3)),
        *(Choice(j, 1, 3, 1) for j in range(3)),
    ]  # fmt: skip
    assert rules.order_of([3, 2, 1], three) == [[1], [2], [3]]
    circle = [Choice(1, 1, 2, 1), Choice(1, 2, 3, 2), Choice(1, 1, 3, 3)]
    assert rules.order_of([1, 2, 3], circle) == [[1, 2, 3]]


def test_a_runoff_moves_its_entries_on_the_places_they_hold() -> None:
    cards = [Card(e, 1, {1: v}) for e, v in ((1, 5), (2, 4), (3, 3), (4, 2))]
    ranking = rules.rank(
        cards, [1, 2, 3, 4], weights={1: 100}, decides_ties=None, reviews_least=1,
        settled=[[[3], [1]]],
    )  # fmt: skip
    assert [(r.entry_id, r.place) for r in ranking] == [(3, 1), (2, 2), (1, 3), (4, 4)]
    level = rules.rank(
        cards, [1, 2, 3, 4], weights={1: 100}, decides_ties=None, reviews_least=1,
        settled=[[[1, 2]], [[4], [3]]],
    )  # fmt: skip
    assert [(r.entry_id, r.place) for r in level] == [(1, 1), (2, 1), (4, 3), (3, 4)]
    # Two that are level take two places; who was between them is not pushed down for good.
    cards = [Card(e, 1, {1: v}) for e, v in ((1, 5), (9, 4), (2, 3), (8, 2), (3, 1))]
    apart = rules.rank(
        cards, [1, 2, 3, 8, 9], weights={1: 100}, decides_ties=None, reviews_least=1,
        settled=[[[1, 2], [3]]],
    )  # fmt: skip
    assert [r.entry_id for r in apart] == [1, 2, 9, 8, 3]


def test_judges_choose_in_pairs_and_their_order_counts(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    judged(session, season, panel, entries, [[5, 4, 4, 4], [4, 5, 4, 4], [2] * 4, [1] * 4])
    services.declare_conflict(
        session, actor=olivia, judge=panel[3], school_id=entries[0].school_id, now=clock.now()
    )
    session.commit()
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/result")
    assert "is close" in page.text
    page = browser.submit(page, "/organizer/judging/runoffs")
    session.rollback()
    runoff = session.scalars(select(Runoff)).one()
    assert sorted(runoff.entry_ids) == sorted(e.id for e in entries[:2])
    # Whoever has a conflict with one of the two is not asked.
    sent = session.scalars(select(OutgoingMail.to)).all()
    assert set(sent) == {judge.email for judge in panel[:3]}
    pair = (entries[0].id, entries[1].id)
    for judge in panel[1:3]:
        services.choose_between(
            session, actor=judge, runoff=runoff, pair=pair, chosen_id=pair[1], now=clock.now()
        )
    session.commit()
    mine = sign_in(panel[0])
    assert "too close to call" in mine.page("/judge/").text
    page = mine.page(f"/judge/runoff/{runoff.id}")
    assert entries[0].school.name not in page.text
    page = mine.submit(page, f"/judge/runoff/{runoff.id}", chosen=str(pair[0]))
    assert "That was all" in page.text
    page = mine.page(f"/judge/runoff/{runoff.id}?pair=1")
    mine.submit(page, f"/judge/runoff/{runoff.id}", chosen="neither")
    session.rollback()
    assert [d.chosen_id for d in session.scalars(select(Duel).order_by(Duel.id))] == [
        pair[1], pair[1], None,
    ]  # fmt: skip
    stranger = sign_in(panel[3])
    stranger.page(f"/judge/runoff/{runoff.id}", 404)
    browser = sign_in(olivia)
    page = browser.page("/organizer/judging/result")
    browser.submit(page, f"/organizer/judging/runoffs/{runoff.id}/close")
    session.rollback()
    assert order(session, season)[:2] == [(pair[1], 1), (pair[0], 2)]
    with pytest.raises(Refused, match="closed"):
        services.choose_between(
            session, actor=panel[0], runoff=runoff, pair=pair, chosen_id=None, now=clock.now()
        )


@pytest.mark.parametrize("chosen", ["", "x", "-1", "٣", "999999"])
def test_a_garbled_choice_is_none(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn, chosen: str,
) -> None:  # fmt: skip
    round_ = judged(session, season, panel, entries, [[4] * 4, [4] * 4, [2] * 4, [1] * 4])
    runoff = services.open_runoff(
        session, actor=olivia, season=season, round_=round_,
        category_id=entries[0].category_id, entry_ids=[e.id for e in entries[:2]],
        now=clock.now(),
    )  # fmt: skip
    session.commit()
    browser = sign_in(panel[0])
    page = browser.page(f"/judge/runoff/{runoff.id}")
    answer = browser.send(page, f"/judge/runoff/{runoff.id}", chosen=chosen)
    assert answer.status_code in (404, 409)
    session.rollback()
    assert session.scalars(select(Duel)).all() == []


def test_what_a_runoff_may_be_about(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User
) -> None:
    round_ = judged(session, season, panel, entries, [[4] * 4, [4] * 4, [2] * 4, [1] * 4])
    category = entries[0].category_id

    def attempt(actor: User, ids: list[int]) -> Runoff:
        return services.open_runoff(
            session, actor=actor, season=season, round_=round_, category_id=category,
            entry_ids=ids, now=clock.now(),
        )  # fmt: skip

    with pytest.raises(NotAllowed):
        attempt(panel[0], [e.id for e in entries[:2]])
    with pytest.raises(Refused):
        attempt(olivia, [entries[0].id])
    with pytest.raises(NotFound):
        attempt(olivia, [entries[0].id, entries[-1].id + 1])
    attempt(olivia, [e.id for e in entries[:2]])
    with pytest.raises(Refused, match="already"):
        attempt(olivia, [e.id for e in entries[:2]])
    round_.closed_at = None
    with pytest.raises(Refused, match="once the round is closed"):
        attempt(olivia, [e.id for e in entries[:2]])


# The seal


def test_a_sealed_result_stands_until_two_people_open_it(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    round_ = judged(session, season, panel, entries, [[5] * 4, [4] * 4, [3] * 4, [2] * 4])
    browser = sign_in(olivia)
    here = "/organizer/judging/result"
    page = browser.submit(browser.page(here), "/organizer/judging/seal")
    session.rollback()
    seal = session.scalars(select(Seal)).one()
    assert seal.digest in page.text
    assert "still give exactly this document" in page.text
    document = browser.get(f"/organizer/judging/seals/{seal.id}").data
    assert hashlib.sha256(document).hexdigest() == seal.digest
    facts = json.loads(document)
    assert [p["place"] for p in facts["rounds"][0]["places"]] == [1, 2, 3, 4]
    assert {judge.name for judge in panel} & set(document.decode()) == set()
    assert all(entry.title not in document.decode() for entry in entries)

    mine = one(session, panel[0], entries[0])
    for change in (
        lambda: services.reopen_round(session, actor=olivia, season=season, round_=round_),
        lambda: ask(session, olivia, mine),
        lambda: services.seal_result(session, actor=olivia, season=season, now=clock.now()),
        lambda: awards.give_placement(
            session, actor=olivia, season=season, category=entries[1].category,
            entry=entries[1], place=1, now=clock.now(),
        ),
        lambda: services.open_seal(session, actor=olivia, season=season, now=clock.now()),
    ):  # fmt: skip
        with pytest.raises(Refused):
            change()
        session.rollback()
    # A conflict that turns up now is written down and changes nothing that is sealed.
    services.declare_conflict(
        session, actor=olivia, judge=panel[0], school_id=entries[0].school_id, now=clock.now()
    )
    session.commit()
    assert mine.recusal is None

    page = browser.submit(
        browser.page(here), "/organizer/judging/seal/question", reason="A score was typed in wrong."
    )
    assert "Another organizer has to agree" in page.text
    with pytest.raises(Refused, match="You asked yourself"):
        services.open_seal(session, actor=olivia, season=season, now=clock.now())
    session.rollback()
    second = make_user(session, Role.ORGANIZER)
    session.commit()
    other = sign_in(second)
    page = other.submit(other.page(here), "/organizer/judging/seal/open")
    assert "A score was typed in wrong." in page.text
    services.reopen_round(session, actor=olivia, season=season, round_=round_)
    services.close_round(session, actor=olivia, round_=round_, now=clock.now())
    services.seal_result(session, actor=olivia, season=season, now=clock.now())
    session.commit()
    assert len(queries.seals(session, season)) == 2


def test_a_change_behind_the_softwares_back_shows(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    judged(session, season, panel, entries, [[5] * 4, [4] * 4, [3] * 4, [2] * 4])
    services.seal_result(session, actor=olivia, season=season, now=clock.now())
    session.commit()
    session.execute(text("UPDATE scores SET value = 1 WHERE id = (SELECT min(id) FROM scores)"))
    session.commit()
    page = sign_in(olivia).page("/organizer/judging/result")
    assert "no longer give this document" in page.text


def test_a_seal_waits_for_what_is_still_open(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User
) -> None:
    def attempt() -> Seal:
        return services.seal_result(session, actor=olivia, season=season, now=clock.now())

    with pytest.raises(Refused, match="once the last round is closed"):
        attempt()
    round_ = judged(session, season, panel, entries, [[5] * 4, [4] * 4, [3] * 4, [2] * 4])
    ask(session, olivia, one(session, panel[0], entries[0]))
    with pytest.raises(Refused, match="look at an entry again"):
        attempt()
    services.keep_scores(
        session, actor=panel[0], assignment=one(session, panel[0], entries[0]), now=clock.now()
    )
    runoff = services.open_runoff(
        session, actor=olivia, season=season, round_=round_,
        category_id=entries[0].category_id, entry_ids=[e.id for e in entries[:2]],
        now=clock.now(),
    )  # fmt: skip
    with pytest.raises(Refused, match="runoff is still open"):
        attempt()
    services.close_runoff(session, actor=olivia, runoff=runoff, now=clock.now())
    with pytest.raises(NotAllowed):
        services.seal_result(session, actor=panel[0], season=season, now=clock.now())
    seal = attempt()
    salt = seal.salt
    same = rules.document_of(queries.facts_to_seal(session, season, salt))
    assert same == seal.document
    services.pseudonymize_judges(session, season=season, now=clock.now())
    session.commit()
    session.refresh(seal)
    assert (seal.salt, seal.document) == ("", same)


def test_awards_follow_the_seal(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User
) -> None:
    judged(session, season, panel, entries, [[5] * 4, [4] * 4, [3] * 4, [2] * 4])
    services.seal_result(session, actor=olivia, season=season, now=clock.now())
    season.judging_closes_at = clock.now() - timedelta(hours=2)
    assert awards.give_suggested(session, actor=olivia, season=season, now=clock.now()) == 3


# Pictures of it


def test_the_matrix_says_who_scored_what_without_colour(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    round_ = make_round(session, season)
    make_assignment(session, round_, panel[0], entries[0], scores=[3] * 5)
    make_assignment(session, round_, panel[0], entries[1], scores=[3], complete=False, position=2)
    make_assignment(session, round_, panel[0], entries[2], position=3)
    make_assignment(session, round_, panel[0], entries[3], recused=True, position=4)
    page = sign_in(olivia).page("/organizer/judging/matrix")
    assert [row[1] for row in page.rows] == [
        "●finished", "◐begun", "○not begun", "×stepped aside",
    ]  # fmt: skip
    assert len(page.all("figure", class_="chart")) == 1


def test_the_ranking_shows_places_before_and_after(
    session: Session, season: Season, panel: list[User], entries: list[Entry], olivia: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    round_ = judged(
        session, season, panel, entries, [[5, 4, 4, 4], [4, 5, 4, 3], [2, 3, 2, 2], [1, 2, 1, 1]],
        RoundKind.FIRST,
    )  # fmt: skip
    round_.method = rules.Method.ADJUSTED
    session.commit()
    page = sign_in(olivia).page("/organizer/judging/ranking")
    assert "Places before and after evening out" in page.text
