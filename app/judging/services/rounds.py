"""Opening, filling and closing a round."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.judging import notifications, permissions, queries, rules
from app.judging.models import Assignment, JudgingRound
from app.judging.rules import Candidate, Method, RoundKind
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
    if reason := rules.why_not_openable(
        kind,
        queries.rounds(session, season),
        season.criteria,
        entry_count=len(queries.entries_of_round(session, season, kind)),
        judge_count=len(queries.working_judges(session)),
    ):
        raise Refused(reason)
    seed = secrets.randbits(32) if seed is None else seed
    round_ = JudgingRound(season_id=season.id, kind=kind, opened_at=now, method=Method.MEAN)
    if kind is RoundKind.FIRST:
        round_.method = method
        round_.anchors = rules.choose_anchors(
            _candidates(session, season, kind),
            [judge.id for judge in queries.working_judges(session)],
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


def top_up(session: Session, *, actor: User, season: Season, round_: JudgingRound) -> int:
    """Give judges to entries that have too few: new ones, or whose judges left or stepped aside.
    Nothing that is there moves. Returns how many assignments were added."""
    require(permissions.can_run_judging(actor))
    lock_round(session, round_)
    if round_.closed_at is not None:
        raise Refused(text("This round is closed."))
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
        audit.record(session, actor, "judging.round-closed", round_.id, kind=round_.kind)


def reopen_round(session: Session, *, actor: User, season: Season, round_: JudgingRound) -> None:
    """Go on with a round that was closed too early."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    lock_round(session, round_)
    if reason := rules.why_not_reopenable(round_, queries.rounds(session, season)):
        raise Refused(reason)
    round_.closed_at = None
    audit.record(session, actor, "judging.round-reopened", round_.id, kind=round_.kind)


def assign(
    session: Session,
    season: Season,
    round_: JudgingRound,
    seed: int,
    only: Collection[int] | None = None,
) -> int:
    """Add what a round lacks (for the entries `only`, if given), mail the judges, and return how
    many assignments that were."""
    judges = {judge.id: judge for judge in queries.working_judges(session)}
    there = queries.assignments_of(session, round_)
    counting = {
        (a.judge_id, a.entry_id): a.position
        for a in there
        if a.recusal is None
        and (a.judge_id in judges or rules.is_complete(a.scorecard, season.criteria))
    }
    planned = rules.plan_assignments(
        [
            each
            for each in _candidates(session, season, round_.kind)
            if only is None or each.entry_id in only
        ],
        judges,
        queries.conflicts(session),
        season.reviews_least
        if round_.kind == RoundKind.FIRST
        else len(judges) + len(counting),  # More than there can be: everybody who may.
        counting,
        seed,
        barred={(a.judge_id, a.entry_id) for a in there if (a.judge_id, a.entry_id) not in counting}
        | queries.recused_pairs(session, season),
        anchors=set(round_.anchors),
    )
    session.add_all(
        Assignment(
            round_id=round_.id,
            judge_id=each.judge_id,
            entry_id=each.entry_id,
            position=each.position,
            scorecard=None,
            recusal=None,
        )
        for each in planned
    )
    session.flush()
    for judge_id, count in sorted(Counter(each.judge_id for each in planned).items()):
        mail.send(session, notifications.judge_assigned(judges[judge_id], count))
    return len(planned)


def _candidates(session: Session, season: Season, kind: str) -> list[Candidate]:
    return [
        Candidate(entry.id, entry.school_id, entry.category_id)
        for entry in queries.entries_of_round(session, season, kind)
    ]


def lock_season(session: Session, season: Season) -> None:
    # Two organizers pressing at once wait for each other instead of opening a round twice.
    session.execute(select(Season.id).where(Season.id == season.id).with_for_update())


def lock_round(session: Session, round_: JudgingRound, *, shared: bool = False) -> None:
    """Hold the round as it is: whoever closes or fills it alone, whoever scores beside others."""
    session.execute(
        select(JudgingRound.id).where(JudgingRound.id == round_.id).with_for_update(read=shared)
    )
    session.refresh(round_)
