"""Opening, filling and closing a round."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.judging import permissions, queries, rules
from app.judging.models import JudgingRound
from app.judging.rules import Method, RoundKind
from app.judging.services.assigning import ask_as_seated, assign, candidates_of
from app.judging.services.conflicts import keep_apart
from app.judging.services.holding import check_unsealed, lock_round, lock_season
from app.texts import text


def open_round(
    session: Session,
    *,
    actor: User,
    season: Season,
    kind: RoundKind,
    now: datetime,
    method: Method = Method.MEAN,
    anchors: int = 0,
    seed: int | None = None,
) -> JudgingRound:
    """Open a round, give every entry its judges, and tell them.

    The first round is about every accepted entry, and `anchors` of them go to every judge; in the
    finals every judge scores every finalist afresh, except where there is a conflict, and the plain
    mean decides. `seed` makes the plan repeatable; it is drawn, and kept in the trace, when none is
    given.
    """
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    check_unsealed(session, season)
    if reason := rules.why_not_openable(
        kind,
        queries.rounds(session, season),
        season.criteria,
        entry_count=len(queries.entries_of_round(session, season, kind)),
        judge_count=len(queries.working_judges(session)),
    ):
        raise Refused(reason)
    if kind is RoundKind.FINALS and queries.count_asked_again(session, season):
        raise Refused(
            text(
                "A judge was asked to look at an entry again. Wait for her, or take it back: after "
                "that the finals can open."
            )
        )
    working = [judge.id for judge in queries.working_judges(session)]
    if reason := rules.why_not_seated(
        season.panels, rules.groups_of(season.criteria, queries.seats(session, season), working)
    ):
        raise Refused(reason)
    seed = secrets.randbits(32) if seed is None else seed
    round_ = JudgingRound(season_id=season.id, kind=kind, opened_at=now, method=Method.MEAN)
    if kind is RoundKind.FIRST:
        round_.method = method
        round_.anchors = rules.choose_anchors(
            candidates_of(session, season, kind),
            working,
            queries.conflicts(session),
            anchors,
            seed,
        )
    session.add(round_)
    session.flush()
    given = assign(session, season, round_, seed)
    audit.record(
        session,
        actor,
        "judging.round-opened",
        round_.id,
        kind=kind,
        seed=seed,
        assigned=given,
        method=round_.method,
        anchors=len(round_.anchors),
    )
    return round_


def top_up(
    session: Session, *, actor: User, season: Season, round_: JudgingRound, now: datetime
) -> int:
    """Give judges to entries that have too few: new ones, or whose judges left or stepped aside.
    Nothing that is there moves, except from a judge who is kept from the school by now. Returns how
    many assignments were added."""
    require(permissions.can_run_judging(actor))
    lock_round(session, round_)
    if round_.closed_at is not None:
        raise Refused(text("This round is closed."))
    keep_apart(session, actor=actor, now=now)
    ask_as_seated(session, season, round_)
    seed = secrets.randbits(32)
    given = assign(session, season, round_, seed)
    audit.record(session, actor, "judging.round-topped-up", round_.id, seed=seed, assigned=given)
    return given


def close_round(session: Session, *, actor: User, round_: JudgingRound, now: datetime) -> None:
    """Take no more scores. Entries short of scorecards stay so; the ranking marks them."""
    require(permissions.can_run_judging(actor))
    lock_round(session, round_)
    if round_.closed_at is None:
        round_.closed_at = now
        session.flush()
        # Afterwards: nobody is given work in a round that closes at once.
        keep_apart(session, actor=actor, now=now)
        audit.record(session, actor, "judging.round-closed", round_.id, kind=round_.kind)


def reopen_round(session: Session, *, actor: User, season: Season, round_: JudgingRound) -> None:
    """Go on with a round that was closed too early."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    lock_round(session, round_)
    check_unsealed(session, season)
    if reason := rules.why_not_reopenable(round_, queries.rounds(session, season)):
        raise Refused(reason)
    round_.closed_at = None
    audit.record(session, actor, "judging.round-reopened", round_.id, kind=round_.kind)
