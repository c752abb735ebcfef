"""Runoffs: opening one, a judge's choices, closing it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.judging import notifications, permissions, queries, rules
from app.judging.models import Duel, JudgingRound, Runoff
from app.judging.services.holding import check_unsealed, lock_round, lock_season
from app.texts import text


def open_runoff(
    session: Session,
    *,
    actor: User,
    season: Season,
    round_: JudgingRound,
    category_id: int | None,
    entry_ids: Collection[int],
    now: datetime,
) -> Runoff:
    """Have every judge without a conflict choose between entries of a closed round, in pairs. Those
    who can get a mail."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    lock_round(session, round_)
    check_unsealed(session, season)
    judged = {
        entry.id: entry
        for entry in queries.entries_of_round(session, season, round_.kind)
        if entry.category_id == category_id
    }
    wanted = sorted(set(entry_ids))
    if not set(wanted) <= judged.keys():
        raise NotFound
    if reason := rules.why_not_runoff(
        closed=round_.closed_at is not None,
        under_way=any(
            runoff.closed_at is None and runoff.category_id == category_id
            for runoff in queries.runoffs(session, season)
        ),
        wanted=len(wanted),
    ):
        raise Refused(reason)
    runoff = Runoff(
        round=round_,
        category_id=category_id,
        entry_ids=wanted,
        opened_by=actor.id,
        opened_at=now,
        duels=[],
    )
    session.add(runoff)
    session.flush()
    audit.record(session, actor, "judging.runoff-opened", runoff.id, entries=wanted)
    apart = queries.conflicts(session)
    for judge in queries.working_judges(session):
        if queries.pairs_for(session, judge, runoff, apart):
            mail.send(session, notifications.runoff_opened(judge, runoff.id))
    return runoff


def choose_between(
    session: Session,
    *,
    actor: User,
    runoff: Runoff,
    pair: tuple[int, int],
    chosen_id: int | None,
    now: datetime,
) -> Duel:
    """A judge's choice between two entries; until the runoff closes the newest stands. None says
    that both are as good."""
    require(permissions.can_judge(actor))
    session.refresh(runoff, with_for_update=True)
    if runoff.closed_at is not None:
        raise Refused(text("This runoff is closed."))
    if pair not in queries.pairs_for(session, actor, runoff):
        raise NotFound
    if chosen_id is not None and chosen_id not in pair:
        raise NotFound
    found = next(
        (d for d in runoff.duels if d.judge_id == actor.id and (d.one_id, d.other_id) == pair), None
    )
    if found is None:
        found = Duel(judge_id=actor.id, one_id=pair[0], other_id=pair[1], at=now)
        runoff.duels.append(found)
    found.chosen_id, found.at = chosen_id, now
    session.flush()
    audit.record(session, actor, "judging.runoff-chosen", runoff.id, pair=pair, chosen=chosen_id)
    return found


def close_runoff(session: Session, *, actor: User, runoff: Runoff, now: datetime) -> None:
    """Take no more choices; their order takes the places these entries hold."""
    require(permissions.can_run_judging(actor))
    session.refresh(runoff, with_for_update=True)
    season = contest.get_season(session, runoff.round.season_id)
    check_unsealed(session, season)
    if runoff.closed_at is None:
        runoff.closed_at = now
        audit.record(session, actor, "judging.runoff-closed", runoff.id)
