"""What keeps judges from schools, and what panels score."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Panel, Season
from app.contest.rules import Phase
from app.core import clock
from app.core.errors import NotAllowed, NotFound, Refused
from app.judging import queries, rules, services
from app.judging.models import Assignment, JudgingRound, Recusal
from app.judging.rules import Apart, ConflictKind, RoundKind
from app.schools import rules as school_rules
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import (
    make_assignment,
    make_entry,
    make_membership,
    make_round,
    make_season,
    make_user,
)
from tests.judging.test_services import fill_up

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.JUDGING)


# Apart


@pytest.mark.parametrize(
    ("address", "page", "office", "shared"),
    [
        ("a@honu.org", "https://www.honu.org/", "", True),
        ("a@mail.honu.org", "https://honu.org", "", True),
        ("a@k12.example.us", "https://kai.example", "office@K12.Example.us", True),
        ("a@k12.example.us", "https://kai.k12.example.us", "", False),
        ("a@gmail.com", "https://honu.org", "teacher@gmail.com", False),
        ("a@police.gov", "https://honu.org", "x@honu.org", False),
        ("broken", "https://honu.org", "broken", False),
        ("a@honu.org", "no address", "", False),
    ],
)
def test_where_judges_and_schools_get_their_mail(
    address: str, page: str, office: str, shared: bool
) -> None:
    assert school_rules.shares_domain(address, page, office) is shared


def test_households_are_whoever_is_linked() -> None:
    found = rules.households([(1, 2), (3, 4), (4, 2), (8, 9)])
    assert found[1] == {1, 2, 3, 4} == found[3]
    assert found[8] == {8, 9}
    assert 7 not in found


def test_every_way_a_judge_is_kept_from_a_school(
    session: Session, judy: User, school_a: School, school_b: School, olivia: User
) -> None:
    teacher = make_user(session, Role.JUDGE, Role.TEACHER)
    make_membership(session, teacher, school_a)
    mailed = make_user(session, Role.JUDGE, email="aide@office.waimea.example.org")
    school_b.web_page = "https://waimea.example.org"
    services.declare_household(
        session, actor=olivia, judge=judy, other_id=teacher.id, now=clock.now()
    )
    services.declare_conflict(
        session, actor=teacher, judge=teacher, school_id=school_b.id, now=clock.now(),
        kind=ConflictKind.FAMILY,
    )  # fmt: skip
    session.commit()
    why = {(k.judge_id, k.school_id): (k.why, k.through) for k in queries.kept_apart(session)}
    assert why[teacher.id, school_a.id] == (Apart.TEACHES, None)
    assert why[teacher.id, school_b.id] == (Apart.DECLARED, None)
    assert why[mailed.id, school_b.id] == (Apart.DOMAIN, None)
    assert why[judy.id, school_a.id] == (Apart.HOUSEHOLD, teacher.id)
    assert why[judy.id, school_b.id] == (Apart.HOUSEHOLD, teacher.id)


def test_a_household_found_late_voids_what_was_scored_and_finds_another_judge(
    session: Session, season: Season, judy: User, olivia: User, school_a: School
) -> None:
    other = make_user(session, Role.JUDGE)
    make_membership(session, other, school_a)
    spare = make_user(session, Role.JUDGE)
    season.reviews_least = 1
    entry = make_entry(session, season, school=school_a)
    round_ = make_round(session, season)
    mine = make_assignment(session, round_, judy, entry, scores=[5] * 5)
    home = services.declare_household(
        session, actor=judy, judge=judy, other_id=other.id, now=clock.now()
    )
    session.commit()
    # Her word alone keeps nobody from anything, and tells her nothing of the other one.
    assert mine.recusal is None
    assert queries.kept_from(session, judy) == []
    with pytest.raises(NotAllowed):
        services.confirm_household(session, actor=judy, household=home, now=clock.now())
    services.confirm_household(session, actor=other, household=home, now=clock.now())
    session.commit()
    assert mine.recusal is not None
    assert mine.scorecard is not None
    assert len(mine.scorecard.scores) == 5
    assert queries.rankings(session, season, RoundKind.FIRST)[entry.category_id][0].place is None
    assert {a.judge_id for a in queries.assignments_of(session, round_)} == {judy.id, spare.id}
    again = services.declare_household(
        session, actor=other, judge=other, other_id=judy.id, now=clock.now()
    )
    with pytest.raises(NotAllowed):
        services.remove_household(session, actor=spare, household=again)
    with pytest.raises(Refused):
        services.remove_household(session, actor=judy, household=again)
    services.remove_household(session, actor=olivia, household=again)
    session.commit()
    assert queries.households_of(session, judy) == []
    assert session.scalar(select(func.count()).select_from(Recusal)) == 1


def test_nobody_lives_with_herself_or_with_somebody_who_is_no_judge(
    session: Session, judy: User, alice: User
) -> None:
    for other in (judy.id, alice.id, 10**6):
        with pytest.raises(NotFound):
            services.declare_household(
                session, actor=judy, judge=judy, other_id=other, now=clock.now()
            )
    with pytest.raises(NotAllowed):
        services.declare_household(
            session, actor=alice, judge=judy, other_id=alice.id, now=clock.now()
        )


def test_a_judge_who_moves_to_a_school_is_noticed_when_queues_are_filled_up(
    session: Session, season: Season, judy: User, olivia: User, school_a: School
) -> None:
    entry = make_entry(session, season, school=school_a)
    round_ = make_round(session, season)
    mine = make_assignment(session, round_, judy, entry)
    school_a.office_email = "office@panel.example.org"
    session.commit()
    fill_up(session, olivia, round_)
    session.commit()
    assert mine.recusal is not None
    assert mine.recusal.reason == "Gets her mail at the school."


def test_the_pages_show_and_take_households(
    session: Session, season: Season, judy: User, olivia: User, sign_in: SignIn
) -> None:
    other = make_user(session, Role.JUDGE, name="Kai Kona")
    browser = sign_in(judy)
    page = browser.page("/judge/conflicts")
    page = browser.submit(page, "/judge/households", other=str(other.id))
    assert "Kai Kona" in page.text
    [home] = queries.households_of(session, judy)
    theirs = sign_in(other)
    page = theirs.page("/judge/conflicts")
    assert "says that you live together" in page.text
    page = theirs.submit(page, f"/judge/households/{home.id}/confirm")
    session.rollback()
    assert home.confirmed_at is not None
    browser = sign_in(judy)
    browser.submit(browser.page("/judge/conflicts"), f"/judge/households/{home.id}/remove")
    assert queries.households_of(session, judy) == []
    browser = sign_in(olivia)
    about = f"/organizer/judging/judges/{judy.id}"
    page = browser.submit(browser.page(about), f"{about}/households", other=str(other.id))
    [home] = queries.households_of(session, judy)
    page = browser.submit(page, f"/organizer/judging/households/{home.id}/remove")
    assert queries.households_of(session, judy) == []
    answer = browser.send(page, f"{about}/households", other="99999")
    assert answer.status_code == 409


# Panels


@pytest.fixture
def panels(session: Session, season: Season) -> list[Panel]:
    """Accuracy is for the safety people, craft for the film people, the rest for everybody."""
    made = [Panel(season_id=season.id, name=name) for name in ("Safety", "Film")]
    season.panels = made
    session.flush()
    season.criteria[0].panel_id = made[0].id
    season.criteria[3].panel_id = made[1].id
    session.flush()
    return made


def seat(session: Session, olivia: User, season: Season, judge: User, *panels: Panel) -> None:
    services.seat_judge(
        session, actor=olivia, season=season, judge=judge, panel_ids=[p.id for p in panels]
    )


def first_round(session: Session, olivia: User, season: Season) -> JudgingRound:
    return services.open_round(
        session, actor=olivia, season=season, kind=RoundKind.FIRST, now=clock.now(), seed=1
    )


def test_every_entry_has_its_judges_in_every_panel_and_each_is_asked_for_her_own(
    session: Session, season: Season, olivia: User, panels: list[Panel]
) -> None:
    safety, film = panels
    people = [make_user(session, Role.JUDGE) for _ in range(8)]
    for judge in people[:3]:
        seat(session, olivia, season, judge, safety)
    seat(session, olivia, season, people[3], safety, film)
    for judge in people[4:7]:
        seat(session, olivia, season, judge, film)
    entries = [make_entry(session, season) for _ in range(6)]
    season.reviews_least = 2
    session.commit()
    round_ = first_round(session, olivia, season)
    session.commit()
    given = queries.assignments_of(session, round_)
    ids = [criterion.id for criterion in season.criteria]
    everybody = [ids[1], ids[2], ids[4]]
    asked = {
        **{j.id: [ids[0], *everybody] for j in people[:3]},
        people[3].id: [],
        **{j.id: [*everybody[:2], ids[3], ids[4]] for j in people[4:7]},
        people[7].id: everybody,
    }
    assert {a.judge_id for a in given} <= set(asked)
    for assignment in given:
        assert sorted(assignment.criterion_ids) == sorted(asked[assignment.judge_id])
    for entry in entries:
        mine = [a for a in given if a.entry_id == entry.id]
        for criterion in season.criteria:
            scoring = [a for a in mine if criterion in rules.own_criteria(a, season.criteria)]
            assert len(scoring) >= 2
    lines = queries.coverage(session, olivia, round_, season)
    assert {(line.assigned, line.done) for line in lines} == {(2, 0)}
    assert fill_up(session, olivia, round_) == 0


def test_a_panel_without_a_judge_keeps_the_round_from_opening(
    session: Session, season: Season, olivia: User, judy: User, panels: list[Panel]
) -> None:
    seat(session, olivia, season, judy, panels[0])
    make_entry(session, season)
    with pytest.raises(Refused, match="“Film” has no judge yet"):
        first_round(session, olivia, season)


def test_a_judge_sees_scores_and_finishes_her_own_criteria_only(
    session: Session, season: Season, olivia: User, judy: User, panels: list[Panel],
    sign_in: SignIn,
) -> None:  # fmt: skip
    safety, film = panels
    jack = make_user(session, Role.JUDGE)
    seat(session, olivia, season, judy, safety)
    seat(session, olivia, season, jack, film)
    entry = make_entry(session, season)
    season.reviews_least = 1
    session.commit()
    round_ = first_round(session, olivia, season)
    session.commit()
    mine = session.scalars(select(Assignment).where(Assignment.judge_id == judy.id)).one()
    browser = sign_in(judy)
    page = browser.page(f"/judge/{mine.id}")
    assert season.criteria[3].name not in page.text
    own = [criterion for criterion in season.criteria if criterion is not season.criteria[3]]
    values = {f"score-{criterion.id}": "4" for criterion in own}
    with pytest.raises(Refused, match="The rubric has changed"):
        services.save_score(
            session, actor=judy, assignment=mine, criterion_id=season.criteria[3].id, value=1,
            now=clock.now(),
        )  # fmt: skip
    session.rollback()
    page = browser.submit(page, f"/judge/{mine.id}", then="complete", **values)
    assert page.url == "/judge/"
    session.rollback()
    # Craft has no score yet: no place, until the film people come.
    ranked = queries.rankings(session, season, RoundKind.FIRST)[entry.category_id][0]
    assert ranked.place is None
    theirs = session.scalars(select(Assignment).where(Assignment.judge_id == jack.id)).one()
    for criterion in rules.own_criteria(theirs, season.criteria):
        services.save_score(
            session, actor=jack, assignment=theirs, criterion_id=criterion.id, value=2,
            now=clock.now(),
        )  # fmt: skip
    services.complete_scorecard(session, actor=jack, assignment=theirs, now=clock.now())
    session.commit()
    ranked = queries.rankings(session, season, RoundKind.FIRST)[entry.category_id][0]
    # 30 % at 4, 15 % at 2, the other 55 % at 3 on average.
    assert (ranked.place, ranked.reviews) == (1, 1)
    assert ranked.mean == pytest.approx(0.3 * 4 + 0.15 * 2 + 0.55 * 3)
    with pytest.raises(Refused, match="scored already"):
        seat(session, olivia, season, judy, film)
    assert round_.id


def test_seats_are_the_organizers_to_give_and_only_in_this_season(
    session: Session, season: Season, olivia: User, judy: User, panels: list[Panel],
    sign_in: SignIn,
) -> None:  # fmt: skip
    with pytest.raises(NotAllowed):
        seat(session, judy, season, judy, panels[0])
    with pytest.raises(NotFound):
        services.seat_judge(
            session, actor=olivia, season=season, judge=judy, panel_ids=[panels[1].id + 1]
        )
    session.commit()
    about = f"/organizer/judging/judges/{judy.id}"
    browser = sign_in(olivia)
    page = browser.submit(browser.page(about), f"{about}/seats", panels=[str(panels[1].id)])
    assert queries.seats(session, season) == {judy.id: {panels[1].id}}
    page = browser.submit(page, f"{about}/seats", panels=None)
    session.rollback()
    assert queries.seats(session, season) == {}
    assert "Film" in page.text


def test_a_criterion_is_given_to_a_panel_on_its_page(
    session: Session, season: Season, olivia: User, sign_in: SignIn
) -> None:
    # Before judging opens: then the rubric stands.
    season.judging_opens_at = clock.now().replace(year=clock.now().year + 1)
    session.commit()
    browser = sign_in(olivia)
    browser.submit(browser.page("/organizer/season/panels/add"), name="Youth jury", position="1")
    session.rollback()
    (panel,) = season.panels
    criterion = season.criteria[1]
    page = browser.page(f"/organizer/season/rubric/{criterion.id}")
    page = browser.submit(page, panel_id=str(panel.id))
    session.rollback()
    session.refresh(criterion)
    assert criterion.panel_id == panel.id
    assert "Youth jury" in page.text
    answer = browser.submit(
        browser.page("/organizer/season/panels"), f"/organizer/season/panels/{panel.id}/remove",
        status=409,
    )  # fmt: skip
    assert "still in use" in answer.text


# A judge who has fallen silent


def test_what_a_silent_judge_has_not_finished_goes_to_others(
    session: Session, season: Season, judy: User, olivia: User, sign_in: SignIn
) -> None:
    others = [make_user(session, Role.JUDGE) for _ in range(2)]
    season.reviews_least = 1
    entries = [make_entry(session, season) for _ in range(3)]
    round_ = make_round(session, season)
    done, begun, waiting = (
        make_assignment(session, round_, judy, entry, scores=scores, complete=complete, position=at)
        for at, (entry, scores, complete) in enumerate(
            zip(entries, ([4] * 5, [2, 2], None), (True, False, False), strict=True), 1
        )
    )
    session.commit()
    about = f"/organizer/judging/judges/{judy.id}"
    browser = sign_in(olivia)
    page = browser.submit(browser.page(about), f"{about}/relieve")
    assert "2 entries went to other judges" in page.messages[0]
    session.rollback()
    session.expire_all()
    assert done.recusal is None
    assert begun.recusal is not None
    assert waiting.recusal is not None
    assert begun.scorecard is not None
    assert len(begun.scorecard.scores) == 2
    given = {
        (a.judge_id, a.entry_id)
        for a in queries.assignments_of(session, round_)
        if a.recusal is None
    }
    assert {judge for judge, entry in given if entry != done.entry_id} == {o.id for o in others}
    # Want of time keeps her from nothing in the finals.
    assert queries.recused_pairs(session, season) == set()
    with pytest.raises(NotAllowed):
        services.relieve(session, actor=judy, season=season, judge=judy, now=clock.now())
    services.close_round(session, actor=olivia, round_=round_, now=clock.now())
    with pytest.raises(Refused, match="No round is open"):
        services.relieve(session, actor=olivia, season=season, judge=judy, now=clock.now())
