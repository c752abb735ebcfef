"""Holding still what is about to change: a season, a round, one judge's assignment."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core.errors import Refused
from app.judging import queries, rules
from app.judging.models import Assignment, JudgingRound


def lock_season(session: Session, season: Season) -> None:
    # Two organizers pressing at once wait for each other instead of opening a round twice.
    session.execute(select(Season.id).where(Season.id == season.id).with_for_update())


def lock_round(session: Session, round_: JudgingRound, *, shared: bool = False) -> None:
    """Hold the round as it is: whoever closes or fills it alone, whoever scores beside others."""
    session.execute(
        select(JudgingRound.id).where(JudgingRound.id == round_.id).with_for_update(read=shared)
    )
    session.refresh(round_)


def lock_assignment(session: Session, assignment: Assignment) -> None:
    """Hold one judge's assignment, and the round as it is beside others: two devices of one judge,
    or two presses, save one after the other."""
    lock_round(session, assignment.round, shared=True)
    session.execute(select(Assignment.id).where(Assignment.id == assignment.id).with_for_update())
    session.refresh(assignment, ["scorecard", "recusal", "rescores"])


def check_unsealed(session: Session, season: Season) -> None:
    """Raise Refused while the season's result is sealed."""
    if reason := rules.why_not_changed(queries.find_seal(session, season)):
        raise Refused(reason)
