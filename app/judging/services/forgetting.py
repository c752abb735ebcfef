"""Parting scores from who gave them. Whoever calls has asked the schedule."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import services as accounts
from app.accounts.models import User
from app.contest.models import Panel, Season
from app.core.audit import AuditEvent
from app.judging.models import (
    Assignment,
    Conflict,
    Duel,
    Household,
    JudgingRound,
    Note,
    PanelSeat,
    Recusal,
    Rescore,
    Runoff,
    Scorecard,
    Seal,
)
from app.judging.services.practice import forget_practice

TELLING = (
    "judging.recused",
    "judging.asked-again",
    "judging.answered-again",
    "judging.question-taken-back",
)
"""What the audit log says of an assignment and names its judge by."""


def pseudonymize_judges(session: Session, *, season: Season, now: datetime) -> None:
    """Put a number that nobody can trace in each judge's place, and delete what judges wrote.

    The scores of one judge stay together, because a ranking compares judges. The number is an
    erased account that never was anybody's; who it stands for is written nowhere.
    """
    rounds = select(JudgingRound.id).where(JudgingRound.season_id == season.id)
    assignments = select(Assignment.id).where(Assignment.round_id.in_(rounds))
    judges = set(
        session.scalars(
            select(Assignment.judge_id)
            .join(User, User.id == Assignment.judge_id)
            .where(Assignment.round_id.in_(rounds), User.erased_at.is_(None))
            .distinct()
        )
    ) | set(
        session.scalars(
            select(Duel.judge_id)
            .join(Runoff, Runoff.id == Duel.runoff_id)
            .join(User, User.id == Duel.judge_id)
            .where(Runoff.round_id.in_(rounds), User.erased_at.is_(None))
            .distinct()
        )
    )
    _forget_words(session, Scorecard.assignment_id.in_(assignments))
    session.execute(
        update(Recusal)
        .where(Recusal.assignment_id.in_(assignments))
        .values(reason="", conflict_id=None)
    )
    forget_practice(session, season=season)
    session.execute(update(Seal).where(Seal.season_id == season.id).values(salt="", reason=""))
    session.execute(update(Rescore).where(Rescore.assignment_id.in_(assignments)).values(reason=""))
    # What the audit log says of a scorecard would tell who the number is.
    ids = [str(key) for key in session.scalars(assignments)]
    runoffs = select(Runoff.id).where(Runoff.round_id.in_(rounds))
    chosen_in = [str(key) for key in session.scalars(runoffs)]
    session.execute(
        delete(AuditEvent).where(
            or_(
                AuditEvent.subject.in_(ids)
                & or_(
                    AuditEvent.action.startswith("scorecard."),
                    AuditEvent.action.in_(TELLING),
                ),
                AuditEvent.subject.in_(chosen_in) & (AuditEvent.action == "judging.runoff-chosen"),
            )
        )
    )
    # A panel of one would tell whose its scores are.
    session.execute(
        delete(PanelSeat).where(
            PanelSeat.panel_id.in_(select(Panel.id).where(Panel.season_id == season.id))
        )
    )
    # In no order: otherwise the numbers would tell who was judge before whom.
    for judge_id in sorted(judges, key=lambda _each: secrets.randbelow(1 << 62)):
        number = accounts.make_stand_in(session, now=now)
        session.execute(
            update(Duel)
            .where(
                Duel.judge_id == judge_id,
                Duel.runoff_id.in_(select(Runoff.id).where(Runoff.round_id.in_(rounds))),
            )
            .values(judge_id=number.id)
            .execution_options(synchronize_session=False)
        )
        for table in (Assignment, Recusal):
            of_round = (
                Assignment.round_id.in_(rounds)
                if table is Assignment
                else Recusal.assignment_id.in_(assignments)
            )
            session.execute(
                update(table)
                .where(table.judge_id == judge_id, of_round)
                .values(judge_id=number.id)
                .execution_options(synchronize_session=False)
            )
    session.expire_all()


def forget_judge(session: Session, person: User) -> None:
    """Delete whom she lives with and where she sits, as her account is erased."""
    session.execute(
        delete(Household).where(
            or_(Household.judge_id == person.id, Household.other_id == person.id)
        )
    )
    session.execute(delete(PanelSeat).where(PanelSeat.judge_id == person.id))
    session.execute(delete(Conflict).where(Conflict.judge_id == person.id))


def forget_comments(session: Session, entry_id: int) -> None:
    """Delete what judges wrote about an entry, notes for its team among it; scores stay."""
    of_entry = select(Assignment.id).where(Assignment.entry_id == entry_id)
    _forget_words(session, Scorecard.assignment_id.in_(of_entry))


def _forget_words(session: Session, which: ColumnElement[bool]) -> None:
    cards = select(Scorecard.id).where(which)
    session.execute(
        delete(Note)
        .where(Note.scorecard_id.in_(cards))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Scorecard)
        .where(which)
        .values(comment="")
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
