"""Rounds are opened, scored, stepped aside from and closed as the rules say, and leave a trace."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.db import will_write
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.judging import queries, services
from app.judging.models import Assignment, Conflict, JudgingRound, Recusal, Score, Scorecard
from app.judging.rules import Method, RoundKind
from app.schools.models import School
from tests.factories import (
    make_assignment,
    make_entry,
    make_membership,
    make_round,
    make_school,
    make_season,
    make_user,
)


@pytest.fixture
def season(session: Session) -> Season:
    """A season in the middle of its judging."""
    return make_season(session, Phase.JUDGING)


@pytest.fixture
def panel(session: Session, judy: User) -> list[User]:
    """Four judges."""
    return [judy, *(make_user(session, Role.JUDGE) for _ in range(3))]


@pytest.fixture
def mine(session: Session, season: Season, judy: User) -> Assignment:
    """An entry assigned to Judy, without any scorecard."""
    return make_assignment(session, make_round(session, season), judy, make_entry(session, season))


def trace(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def pairs(session: Session) -> set[tuple[int, int]]:
    """(judge, entry) of every assignment that nobody stepped aside from."""
    return {
        (a.judge_id, a.entry_id) for a in session.scalars(select(Assignment)) if a.recusal is None
    }


def open_first(session: Session, season: Season, olivia: User):
    return services.open_round(
        session, actor=olivia, season=season, kind=RoundKind.FIRST, now=clock.now(), seed=1
    )


# Rounds


def declared(session: Session, judge: User) -> list[Conflict]:
    """What was declared about a judge."""
    return list(session.scalars(select(Conflict).where(Conflict.judge_id == judge.id)))


def fill_up(session: Session, olivia: User, round_: JudgingRound) -> int:
    season = session.get_one(Season, round_.season_id)
    return services.top_up(session, actor=olivia, season=season, round_=round_, now=clock.now())


def test_opening_gives_every_accepted_entry_its_judges_and_tells_each_judge_once(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    entries = [make_entry(session, season) for _ in range(5)]
    make_entry(session, season, status=EntryStatus.SUBMITTED)
    left_out = make_user(session, Role.JUDGE, email_confirmed_at=None)
    open_first(session, season, olivia)
    made = pairs(session)
    assert Counter(e for _j, e in made) == {entry.id: 3 for entry in entries}
    assert max(Counter(j for j, _e in made).values()) == 4
    mails = session.scalars(select(OutgoingMail)).all()
    assert sorted(m.to for m in mails) == sorted(j.email for j in panel)
    assert sum(m.values["count"] for m in mails) == 15
    assert left_out.id not in {j for j, _e in made}
    assert trace(session) == ["season.created", "judging.round-opened"]


def test_anchors_go_to_every_judge_and_to_those_who_come_later(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    entries = [make_entry(session, season) for _ in range(12)]
    season.reviews_least = 2
    round_ = services.open_round(
        session,
        actor=olivia,
        season=season,
        kind=RoundKind.FIRST,
        method=Method.ADJUSTED,
        anchors=3,
        now=clock.now(),
        seed=4,
    )
    assert len(round_.anchors) == 3
    of = Counter(e for _j, e in pairs(session))
    assert {of[e] for e in round_.anchors} == {len(panel)}
    assert {of[e.id] for e in entries if e.id not in round_.anchors} == {2}

    late = make_user(session, Role.JUDGE)
    services.top_up(session, actor=olivia, season=season, round_=round_, now=clock.now())
    assert {e for j, e in pairs(session) if j == late.id} == set(round_.anchors)
    opened = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "judging.round-opened")
    ).one()
    assert (opened.details["method"], opened.details["anchors"]) == ("adjusted", 3)


def test_the_same_seed_gives_the_same_plan(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    for _ in range(5):
        make_entry(session, season)

    def plan(seed: int) -> list[tuple[int, int, int]]:
        round_ = services.open_round(
            session, actor=olivia, season=season, kind=RoundKind.FIRST, now=clock.now(), seed=seed
        )
        rows = [
            (a.judge_id, a.entry_id, a.position) for a in queries.assignments_of(session, round_)
        ]
        session.delete(round_)
        session.flush()
        return sorted(rows)

    assert plan(5) == plan(5)
    assert plan(5) != plan(6)


def test_only_organizers_run_rounds(
    session: Session, season: Season, judy: User, alice: User
) -> None:
    make_entry(session, season)
    round_ = make_round(session, season)
    for actor in (judy, alice):
        with pytest.raises(NotAllowed):
            open_first(session, season, actor)
        with pytest.raises(NotAllowed):
            services.top_up(session, actor=actor, season=season, round_=round_, now=clock.now())
        with pytest.raises(NotAllowed):
            services.close_round(session, actor=actor, round_=round_, now=clock.now())
        with pytest.raises(NotAllowed):
            services.reopen_round(session, actor=actor, season=season, round_=round_)
        with pytest.raises(NotAllowed):
            services.choose_finalists(session, actor=actor, season=season, now=clock.now())


def test_a_round_opens_once(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    make_entry(session, season)
    open_first(session, season, olivia)
    with pytest.raises(Refused, match="opened before"):
        open_first(session, season, olivia)


def test_a_judge_is_never_given_her_own_school_nor_one_she_declared(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    own, declared = make_school(session), make_school(session)
    judy = panel[0]
    make_membership(session, judy, own)
    services.declare_conflict(
        session, actor=judy, judge=judy, school_id=declared.id, now=clock.now()
    )
    for school in (own, declared, make_school(session)):
        for _ in range(3):
            make_entry(session, season, school=school)
    open_first(session, season, olivia)
    schools = {entry.id: entry.school_id for entry in session.scalars(select(Entry))}
    met = {schools[e] for j, e in pairs(session) if j == judy.id}
    assert met
    assert not met & {own.id, declared.id}


def test_filling_up_adds_what_is_lacking_and_moves_nothing(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    entries = [make_entry(session, season) for _ in range(4)]
    round_ = open_first(session, season, olivia)
    before = {(a.judge_id, a.entry_id): a.position for a in queries.assignments_of(session, round_)}
    late = make_entry(session, season)
    assert fill_up(session, olivia, round_) == 3
    after = {(a.judge_id, a.entry_id): a.position for a in queries.assignments_of(session, round_)}
    assert before.items() <= after.items()
    assert {e for _j, e in after.keys() - before.keys()} == {late.id}
    assert fill_up(session, olivia, round_) == 0
    assert Counter(e for _j, e in after) == {e.id: 3 for e in [*entries, late]}


def test_filling_up_replaces_a_judge_who_left_but_keeps_what_she_finished(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    season.reviews_least = 1
    judy, *others = panel
    round_ = make_round(session, season)
    finished, begun = make_entry(session, season), make_entry(session, season)
    make_assignment(session, round_, judy, finished, scores=[3] * 5)
    make_assignment(session, round_, judy, begun, scores=[3] * 3)
    judy.switched_off_at = clock.now()
    assert fill_up(session, olivia, round_) == 1
    judges = {a.entry_id: set() for a in queries.assignments_of(session, round_)}
    for a in queries.assignments_of(session, round_):
        judges[a.entry_id].add(a.judge_id)
    assert judges[finished.id] == {judy.id}
    assert len(judges[begun.id] & {o.id for o in others}) == 1


def test_a_closed_round_takes_no_more_and_can_go_on(
    session: Session, season: Season, olivia: User, judy: User, mine: Assignment
) -> None:
    now = clock.now()
    services.close_round(session, actor=olivia, round_=mine.round, now=now)
    services.close_round(session, actor=olivia, round_=mine.round, now=now)
    with pytest.raises(Refused, match="round is closed"):
        give(session, judy, mine, 4)
    with pytest.raises(Refused, match="round is closed"):
        services.top_up(session, actor=olivia, season=season, round_=mine.round, now=clock.now())
    with pytest.raises(Refused, match="round is closed"):
        services.recuse(session, actor=judy, assignment=mine, reason="I know them", now=now)
    services.reopen_round(session, actor=olivia, season=season, round_=mine.round)
    give(session, judy, mine, 4)
    assert trace(session).count("judging.round-closed") == 1
    assert "judging.round-reopened" in trace(session)


# Scorecards


def give(
    session: Session, actor: User, assignment: Assignment, value: int, which: int = 0
) -> Scorecard:
    season = session.get_one(Season, assignment.round.season_id)
    return services.save_score(
        session,
        actor=actor,
        assignment=assignment,
        criterion_id=season.criteria[which].id,
        value=value,
        now=clock.now(),
    )


def test_a_score_is_saved_at_once_and_can_be_said_again(
    session: Session, season: Season, judy: User, mine: Assignment
) -> None:
    first = season.criteria[0].id
    give(session, judy, mine, 4)
    give(session, judy, mine, 4)
    assert give(session, judy, mine, 2).values == {first: 2}
    session.commit()
    assert session.scalars(select(Score.value)).all() == [2]
    events = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "scorecard.scored").order_by(AuditEvent.id)
    ).all()
    assert [(e.details["before"], e.details["value"]) for e in events] == [(None, 4), (4, 2)]
    assert {e.actor_id for e in events} == {judy.id}


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_score_off_the_scale_is_refused(
    session: Session, judy: User, mine: Assignment, value: int
) -> None:
    with pytest.raises(Refused, match="1 to 5"):
        give(session, judy, mine, value)


def test_a_criterion_of_another_season_is_refused(
    session: Session, judy: User, mine: Assignment
) -> None:
    other = make_season(session, Phase.JUDGING, year=2031)
    with pytest.raises(Refused, match="rubric has changed"):
        services.save_score(
            session,
            actor=judy,
            assignment=mine,
            criterion_id=other.criteria[0].id,
            value=3,
            now=clock.now(),
        )


def test_nobody_writes_in_anothers_scorecard(
    session: Session, judy: User, olivia: User, mine: Assignment
) -> None:
    now = clock.now()
    for stranger in (make_user(session, Role.JUDGE), olivia):
        with pytest.raises(NotAllowed):
            give(session, stranger, mine, 3)
        with pytest.raises(NotAllowed):
            services.save_comment(session, actor=stranger, assignment=mine, comment="", now=now)
        with pytest.raises(NotAllowed):
            services.complete_scorecard(session, actor=stranger, assignment=mine, now=now)
        with pytest.raises(NotAllowed):
            services.reopen_scorecard(session, actor=stranger, assignment=mine, now=now)
        with pytest.raises(NotAllowed):
            services.recuse(session, actor=stranger, assignment=mine, reason="no", now=now)


def test_scores_are_taken_only_while_judging_is_open(
    session: Session, season: Season, judy: User, mine: Assignment
) -> None:
    season.judging_opens_at = clock.now() + timedelta(minutes=1)
    with pytest.raises(Refused, match="not opened"):
        give(session, judy, mine, 3)
    season.judging_opens_at = clock.now() - timedelta(days=2)
    season.judging_closes_at = clock.now() - timedelta(seconds=1)
    with pytest.raises(Refused, match="closed"):
        give(session, judy, mine, 3)


def test_a_scorecard_is_finished_with_every_criterion_and_opens_again(
    session: Session, season: Season, judy: User, mine: Assignment
) -> None:
    now = clock.now()
    for which in range(4):
        give(session, judy, mine, 3, which)
    with pytest.raises(Refused, match="Still without a score: Fits the brief"):
        services.complete_scorecard(session, actor=judy, assignment=mine, now=now)
    give(session, judy, mine, 5, 4)
    services.complete_scorecard(session, actor=judy, assignment=mine, now=now)
    assert queries.queue_for(session, judy, season).done == 1
    with pytest.raises(Refused, match="finished"):
        give(session, judy, mine, 1)
    with pytest.raises(Refused, match="finished"):
        services.save_comment(session, actor=judy, assignment=mine, comment="Oh", now=now)
    services.reopen_scorecard(session, actor=judy, assignment=mine, now=now)
    assert queries.queue_for(session, judy, season).done == 0
    give(session, judy, mine, 1)
    services.complete_scorecard(session, actor=judy, assignment=mine, now=now)
    session.commit()
    category = season.categories[0].id
    [ranked] = queries.rankings(session, season, RoundKind.FIRST)[category]
    # 30 % · 1 + (25 + 20 + 15) % · 3 + 10 % · 5
    assert ranked.mean == pytest.approx(2.6)


def test_a_comment_is_kept_and_has_a_limit(session: Session, judy: User, mine: Assignment) -> None:
    now = clock.now()
    services.save_comment(session, actor=judy, assignment=mine, comment="Strong end", now=now)
    services.save_comment(session, actor=judy, assignment=mine, comment="Strong end", now=now)
    with pytest.raises(Refused, match="2000"):
        services.save_comment(session, actor=judy, assignment=mine, comment="x" * 2001, now=now)
    session.commit()
    assert session.scalars(select(Scorecard.comment)).all() == ["Strong end"]
    assert trace(session).count("scorecard.commented") == 1
    # What she wrote about children's work is not copied into the log.
    assert "Strong" not in str(session.scalars(select(AuditEvent.details)).all())


def test_scores_from_many_devices_at_once_are_all_kept(
    session: Session, season: Season, judy: User, mine: Assignment, platform: Platform
) -> None:
    session.commit()
    wanted = {criterion.id: 1 + n % 5 for n, criterion in enumerate(season.criteria)}

    def save(criterion_id: int) -> None:
        with platform.sessions() as own:
            will_write(own)
            services.save_score(
                own,
                actor=own.get_one(User, judy.id),
                assignment=own.get_one(Assignment, mine.id),
                criterion_id=criterion_id,
                value=wanted[criterion_id],
                now=clock.now(),
            )
            own.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(save, [*wanted, *wanted, *wanted]))
    session.expire_all()
    assert len(session.scalars(select(Scorecard)).all()) == 1
    assert mine.scorecard is not None
    assert mine.scorecard.values == wanted


def test_forty_judges_who_save_at_once_lose_nothing(
    session: Session, season: Season, platform: Platform
) -> None:
    """Each scores two entries, from her own thread, as in a hall on the last evening."""
    round_ = make_round(session, season)
    entries = [make_entry(session, season) for _ in range(2)]
    wanted = {}
    for number in range(40):
        judge = make_user(session, Role.JUDGE)
        for position, entry in enumerate(entries, 1):
            assignment = make_assignment(session, round_, judge, entry, position=position)
            wanted[assignment.id] = {
                criterion.id: 1 + (number + position + at) % 5
                for at, criterion in enumerate(season.criteria)
            }
    session.commit()
    people = {a.id: a.judge_id for a in queries.assignments_of(session, round_)}
    session.rollback()

    def judge(judge_id: int) -> None:
        for assignment_id in [a for a, owner in people.items() if owner == judge_id]:
            for criterion_id, value in wanted[assignment_id].items():
                with platform.sessions() as own:
                    will_write(own)
                    services.save_score(
                        own,
                        actor=own.get_one(User, judge_id),
                        assignment=own.get_one(Assignment, assignment_id),
                        criterion_id=criterion_id,
                        value=value,
                        now=clock.now(),
                        seen=None,
                    )
                    own.commit()

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(judge, sorted(set(people.values()))))
    session.expire_all()
    saved = {
        a.id: a.scorecard.values if a.scorecard else {}
        for a in queries.assignments_of(session, round_)
    }
    assert saved == wanted


# Stepping aside


def test_stepping_aside_keeps_the_scores_uncounted_and_finds_another_judge(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    season.reviews_least = 1
    judy = panel[0]
    entry = make_entry(session, season)
    round_ = make_round(session, season)
    mine = make_assignment(session, round_, judy, entry, scores=[5] * 5)
    services.recuse(
        session, actor=judy, assignment=mine, reason=" My niece is in it. ", now=clock.now()
    )
    [recusal] = session.scalars(select(Recusal)).all()
    assert (recusal.judge_id, recusal.entry_id) == (judy.id, entry.id)
    assert recusal.reason == "My niece is in it."
    [(replacement, of)] = pairs(session)
    assert of == entry.id
    assert replacement in {judge.id for judge in panel[1:]}
    [mail] = session.scalars(select(OutgoingMail)).all()
    assert mail.to == session.get_one(User, replacement).email
    [ranked] = queries.rankings(session, season, RoundKind.FIRST)[season.categories[0].id]
    assert (ranked.reviews, ranked.mean) == (0, None)
    assert session.scalars(select(Score.value)).all() == [5] * 5
    assert "niece" not in str(session.scalars(select(AuditEvent.details)).all())


def test_without_another_judge_the_entry_stays_short(
    session: Session, season: Season, olivia: User, judy: User, mine: Assignment
) -> None:
    services.recuse(session, actor=judy, assignment=mine, reason="I know them", now=clock.now())
    assert pairs(session) == set()
    [line] = queries.coverage(session, olivia, mine.round, season)
    assert (line.assigned, line.done) == (0, 0)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_stepping_aside_needs_a_reason_of_sane_length(
    session: Session, judy: User, mine: Assignment, reason: str
) -> None:
    with pytest.raises(Refused):
        services.recuse(session, actor=judy, assignment=mine, reason=reason, now=clock.now())


def test_after_stepping_aside_nothing_can_be_written(
    session: Session, judy: User, mine: Assignment
) -> None:
    services.recuse(session, actor=judy, assignment=mine, reason="I know them", now=clock.now())
    with pytest.raises(Refused, match="stepped aside"):
        give(session, judy, mine, 5)
    with pytest.raises(Refused, match="stepped aside"):
        services.recuse(session, actor=judy, assignment=mine, reason="Again", now=clock.now())


def test_who_stepped_aside_in_the_first_round_is_not_asked_in_the_finals(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    judy = panel[0]
    known, other = make_entry(session, season), make_entry(session, season)
    first = make_round(session, season)
    mine = make_assignment(session, first, judy, known)
    services.recuse(session, actor=judy, assignment=mine, reason="I know them", now=clock.now())
    services.close_round(session, actor=olivia, round_=first, now=clock.now())
    services.choose_finalists(
        session, actor=olivia, season=season, now=clock.now(), entry_ids=[known.id, other.id]
    )
    finals = services.open_round(
        session, actor=olivia, season=season, kind=RoundKind.FINALS, now=clock.now()
    )
    made = {(a.judge_id, a.entry_id) for a in queries.assignments_of(session, finals)}
    assert made == {(j.id, e.id) for j in panel for e in (known, other)} - {(judy.id, known.id)}


# Conflicts


def test_a_conflict_found_late_voids_the_scores_and_reassigns(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    season.reviews_least = 1
    judy = panel[0]
    school = make_school(session)
    met, other = make_entry(session, season, school=school), make_entry(session, season)
    round_ = make_round(session, season)
    make_assignment(session, round_, judy, met, scores=[5] * 5)
    make_assignment(session, round_, judy, other, scores=[4] * 5)
    conflict = services.declare_conflict(
        session, actor=olivia, judge=judy, school_id=school.id, now=clock.now()
    )
    again = services.declare_conflict(
        session, actor=judy, judge=judy, school_id=school.id, now=clock.now()
    )
    assert again is conflict
    category = season.categories[0].id
    ranking = queries.rankings(session, season, RoundKind.FIRST)[category]
    assert [(r.entry_id, r.reviews) for r in ranking] == [(other.id, 1), (met.id, 0)]
    assert {j for j, e in pairs(session) if e == met.id} <= {j.id for j in panel[1:]}
    assert len({j for j, e in pairs(session) if e == met.id}) == 1

    services.remove_conflict(session, actor=olivia, conflict=conflict)
    session.commit()
    session.expire_all()
    ranking = queries.rankings(session, season, RoundKind.FIRST)[category]
    assert [(r.entry_id, r.reviews) for r in ranking] == [(met.id, 1), (other.id, 1)]
    assert session.scalars(select(Recusal)).all() == []
    assert session.scalars(select(Conflict)).all() == []
    assert [a for a in trace(session) if "conflict" in a] == [
        "judging.conflict-declared",
        "judging.conflict-removed",
    ]


def test_a_conflict_does_not_change_what_was_announced(
    session: Session, olivia: User, judy: User
) -> None:
    last = make_season(session, Phase.ANNOUNCED)
    entry = make_entry(session, last)
    make_assignment(session, make_round(session, last), judy, entry, scores=[5] * 5)
    services.declare_conflict(
        session, actor=judy, judge=judy, school_id=entry.school_id, now=clock.now()
    )
    [ranked] = queries.rankings(session, last, RoundKind.FIRST)[last.categories[0].id]
    assert ranked.reviews == 1


def test_who_may_declare_and_take_back(
    session: Session, season: Season, olivia: User, judy: User, school_a: School, school_b: School
) -> None:
    now = clock.now()
    colleague = make_user(session, Role.JUDGE)
    with pytest.raises(NotAllowed):
        services.declare_conflict(
            session, actor=colleague, judge=judy, school_id=school_a.id, now=now
        )
    with pytest.raises(NotFound):
        services.declare_conflict(
            session, actor=judy, judge=judy, school_id=school_b.id + 1000, now=now
        )
    own = services.declare_conflict(session, actor=judy, judge=judy, school_id=school_a.id, now=now)
    given = services.declare_conflict(
        session, actor=olivia, judge=judy, school_id=school_b.id, now=now
    )
    with pytest.raises(NotAllowed):
        services.remove_conflict(session, actor=colleague, conflict=own)
    with pytest.raises(NotAllowed):
        services.remove_conflict(session, actor=judy, conflict=given)
    make_round(session, season)
    with pytest.raises(Refused, match="tell an organizer"):
        services.remove_conflict(session, actor=judy, conflict=own)
    services.remove_conflict(session, actor=olivia, conflict=own)
    assert declared(session, judy) == [given]


def test_a_judge_takes_back_her_own_word_before_the_judging(
    session: Session, season: Season, judy: User, school_a: School
) -> None:
    own = services.declare_conflict(
        session, actor=judy, judge=judy, school_id=school_a.id, now=clock.now()
    )
    services.remove_conflict(session, actor=judy, conflict=own)
    assert declared(session, judy) == []


# Finalists


def scored(session: Session, season: Season, judy: User, *values: int) -> list[Entry]:
    """A closed first round in which one judge gave each entry one value throughout."""
    round_ = make_round(session, season, closed_at=clock.now())
    entries = [make_entry(session, season) for _ in values]
    for entry, value in zip(entries, values, strict=True):
        make_assignment(session, round_, judy, entry, scores=[value] * 5)
    return entries


def finalists(session: Session, season: Season) -> set[int]:
    session.flush()
    return set(session.scalars(select(Entry.id).where(Entry.finalist_at.is_not(None))))


def test_the_best_of_each_category_go_through_with_whoever_shares_the_last_place(
    session: Session, season: Season, olivia: User, judy: User
) -> None:
    season.finalists_most = 2
    a, b, c, d, e = scored(session, season, judy, 5, 4, 4, 3, 2)
    e.category = season.categories[1]
    session.flush()
    chosen = services.choose_finalists(session, actor=olivia, season=season, now=clock.now())
    assert set(chosen) == finalists(session, season) == {a.id, b.id, c.id, e.id}
    assert d.finalist_at is None


def test_an_organizer_may_decide_otherwise_and_the_trace_says_how(
    session: Session, season: Season, olivia: User, judy: User
) -> None:
    season.finalists_most = 1
    a, b, c = scored(session, season, judy, 5, 4, 3)
    services.choose_finalists(session, actor=olivia, season=season, now=clock.now())
    assert finalists(session, season) == {a.id}
    services.choose_finalists(
        session, actor=olivia, season=season, now=clock.now(), entry_ids=[b.id, c.id]
    )
    assert finalists(session, season) == {b.id, c.id}
    event = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.action == "judging.finalists-chosen")
        .order_by(AuditEvent.id.desc())
    ).first()
    assert event is not None
    assert event.details == {"entries": [b.id, c.id], "added": [b.id, c.id], "left_out": [a.id]}


def test_finalists_must_be_entries_of_the_season_and_somebody(
    session: Session, season: Season, olivia: User, judy: User
) -> None:
    scored(session, season, judy, 5)
    foreign = make_entry(session, make_season(session, year=2031))
    returned = make_entry(session, season, status=EntryStatus.RETURNED)
    now = clock.now()
    for wrong in ([foreign.id], [returned.id], []):
        with pytest.raises(Refused):
            services.choose_finalists(
                session, actor=olivia, season=season, now=now, entry_ids=wrong
            )


def test_finalists_wait_for_the_first_round_to_close(
    session: Session, season: Season, olivia: User, judy: User
) -> None:
    with pytest.raises(Refused, match="once the first round is closed"):
        services.choose_finalists(session, actor=olivia, season=season, now=clock.now())
    make_assignment(
        session, make_round(session, season), judy, make_entry(session, season), scores=[5] * 5
    )
    with pytest.raises(Refused, match="once the first round is closed"):
        services.choose_finalists(session, actor=olivia, season=season, now=clock.now())


def test_in_the_finals_every_judge_scores_every_finalist_afresh(
    session: Session, season: Season, olivia: User, panel: list[User]
) -> None:
    judy = panel[0]
    season.finalists_most = 2
    a, b, _c = scored(session, season, judy, 5, 4, 3)
    make_membership(session, judy, a.school)
    services.choose_finalists(session, actor=olivia, season=season, now=clock.now())
    finals = services.open_round(
        session, actor=olivia, season=season, kind=RoundKind.FINALS, now=clock.now()
    )
    made = {(x.judge_id, x.entry_id) for x in queries.assignments_of(session, finals)}
    assert made == {(j.id, e.id) for j in panel for e in (a, b)} - {(judy.id, a.id)}
    assert queries.queue_for(session, judy, season).done == 0
    newcomer = make_user(session, Role.JUDGE)
    assert fill_up(session, olivia, finals) == 2
    assert queries.queue_for(session, newcomer, season).total == 2
    with pytest.raises(Refused, match="finals were opened"):
        services.choose_finalists(session, actor=olivia, season=season, now=clock.now())
    first = queries.get_round(session, season, RoundKind.FIRST)
    with pytest.raises(Refused, match="stays closed"):
        services.reopen_round(session, actor=olivia, season=season, round_=first)


def test_the_mail_to_a_judge_says_how_many_and_where(
    session: Session, season: Season, olivia: User, judy: User, platform: Platform
) -> None:
    make_entry(session, season)
    open_first(session, season, olivia)
    [row] = session.scalars(select(OutgoingMail)).all()
    mail = platform.postman.render(row)
    assert mail.subject == "1 entry waits for your scores"
    assert "Hello Judy Jones," in mail.text
    assert "\nhttp://localhost/judge/\n" in mail.text
    row.values = {**row.values, "count": 24}
    assert platform.postman.render(row).subject == "24 entries wait for your scores"
