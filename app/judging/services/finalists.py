"""Naming the finalists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.entries import services as entries
from app.judging import permissions, queries, rules
from app.judging.rules import RoundKind
from app.judging.services.holding import check_unsealed, lock_season
from app.texts import text


def choose_finalists(
    session: Session,
    *,
    actor: User,
    season: Season,
    now: datetime,
    entry_ids: Iterable[int] | None = None,
) -> list[int]:
    """Name the finalists: the best of each category of the first round, as many as the season's
    rules say, with everybody who shares the last place; or exactly `entry_ids`. Returns them."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    check_unsealed(session, season)
    if reason := rules.why_not_choosable(queries.rounds(session, season)):
        raise Refused(reason)
    by_rule = {
        entry_id
        for ranking in queries.rankings(session, season, RoundKind.FIRST).values()
        for entry_id in rules.finalists_by_rank(ranking, season.finalists_most)
    }
    chosen = by_rule if entry_ids is None else set(entry_ids)
    judged = {e.id for e in queries.entries_of_round(session, season, RoundKind.FIRST)}
    if not chosen <= judged:
        raise Refused(text("Only accepted entries of this season can be finalists."))
    if not chosen:
        raise Refused(text("Please choose at least one finalist."))
    entries.name_finalists(session, season=season, entry_ids=chosen, now=now)
    audit.record(
        session,
        actor,
        "judging.finalists-chosen",
        season.id,
        entries=sorted(chosen),
        added=sorted(chosen - by_rule),
        left_out=sorted(by_rule - chosen),
    )
    return sorted(chosen)
