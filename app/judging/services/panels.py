"""Who sits in which panel."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import NotFound, Refused, require
from app.judging import permissions, queries, rules
from app.judging.models import Assignment, JudgingRound, PanelSeat


def seat_judge(
    session: Session, *, actor: User, season: Season, judge: User, panel_ids: Collection[int]
) -> None:
    """Give a judge her seats in this season's panels, instead of those she had. What she was given
    and has not begun is hers to score by her new panels. Raises Refused once she has scored."""
    require(permissions.can_run_judging(actor))
    own = {panel.id for panel in season.panels}
    wanted = set(panel_ids)
    if not wanted <= own:
        raise NotFound
    if wanted == queries.seats(session, season).get(judge.id, set()):
        return
    given = session.scalars(
        select(Assignment)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id, Assignment.judge_id == judge.id)
    ).all()
    if reason := rules.why_not_moved(given, season.criteria, wanted):
        raise Refused(reason)
    session.execute(
        delete(PanelSeat).where(PanelSeat.judge_id == judge.id, PanelSeat.panel_id.in_(own))
    )
    session.add_all(PanelSeat(panel_id=panel, judge_id=judge.id) for panel in sorted(wanted))
    asked = rules.asked_of(season.criteria, wanted)
    for assignment in given:
        assignment.criterion_ids = asked
    session.flush()
    audit.record(session, actor, "judging.judge-seated", judge.id, panels=sorted(wanted))
