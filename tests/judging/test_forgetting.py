"""After half a year nobody can tell whose scores they were."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Panel, Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.judging import queries, services
from app.judging.models import Conflict, Household, PanelSeat, Rescore, Seal
from app.judging.rules import RoundKind
from app.schools.models import School
from tests.factories import make_assignment, make_entry, make_round, make_season


def test_no_trace_of_a_judge_is_left_beside_her_scores(
    session: Session, judy: User, olivia: User
) -> None:
    season: Season = make_season(session, Phase.JUDGING)
    panel = Panel(season_id=season.id, name="Safety")
    session.add(panel)
    session.flush()
    session.add(PanelSeat(panel_id=panel.id, judge_id=judy.id))
    entries = [make_entry(session, season) for _ in range(2)]
    entries[1].category = entries[0].category
    round_ = make_round(session, season, closed_at=clock.now())
    mine = [
        make_assignment(session, round_, judy, entry, scores=[4] * 5, position=at)
        for at, entry in enumerate(entries, 1)
    ]
    services.ask_again(
        session, actor=olivia, assignment=mine[0], reason="Judy, look again", now=clock.now()
    )
    services.keep_scores(session, actor=judy, assignment=mine[0], now=clock.now())
    runoff = services.open_runoff(
        session, actor=olivia, season=season, round_=round_,
        category_id=entries[0].category_id, entry_ids=[e.id for e in entries], now=clock.now(),
    )  # fmt: skip
    services.choose_between(
        session, actor=judy, runoff=runoff, pair=(entries[0].id, entries[1].id),
        chosen_id=None, now=clock.now(),
    )  # fmt: skip
    services.close_runoff(session, actor=olivia, runoff=runoff, now=clock.now())
    services.seal_result(session, actor=olivia, season=season, now=clock.now())
    services.ask_to_open(
        session, actor=olivia, season=season, reason="Judy was tired", now=clock.now()
    )
    session.commit()
    before = queries.rankings(session, season, RoundKind.FIRST)

    services.pseudonymize_judges(session, season=season, now=clock.now())
    session.commit()

    assert queries.rankings(session, season, RoundKind.FIRST) == before
    assert judy.id not in {a.judge_id for a in queries.assignments_of(session, round_)}
    assert judy.id not in {d.judge_id for d in runoff.duels}
    assert session.scalars(select(PanelSeat)).all() == []
    assert session.scalars(select(Rescore.reason)).all() == [""]
    assert session.execute(select(Seal.salt, Seal.reason)).all() == [("", "")]
    left = session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == judy.id)).all()
    assert left == []
    asked = select(AuditEvent).where(AuditEvent.action == "judging.asked-again")
    assert session.scalars(asked).all() == []


def test_an_erased_account_lives_with_nobody(
    session: Session, judy: User, olivia: User, school_a: School
) -> None:
    services.declare_conflict(
        session, actor=judy, judge=judy, school_id=school_a.id, now=clock.now()
    )
    session.add(
        Household(
            judge_id=olivia.id, other_id=judy.id, declared_by=olivia.id, declared_at=clock.now()
        )
    )
    session.flush()
    services.forget_judge(session, judy)
    session.commit()
    assert session.scalars(select(Household)).all() == []
    assert session.scalars(select(Conflict)).all() == []
