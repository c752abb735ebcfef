"""Sealing the result of a season, and opening it again with two people."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.judging import permissions, queries, rules
from app.judging.models import Seal
from app.judging.services.holding import lock_season


def seal_result(session: Session, *, actor: User, season: Season, now: datetime) -> Seal:
    """Write down scorecards and places with their hash. From now on nothing about them changes."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    asked_again = queries.count_asked_again(session, season)
    if reason := rules.why_not_sealed(
        queries.rounds(session, season),
        queries.find_seal(session, season),
        queries.runoffs(session, season),
        asked_again=asked_again,
    ):
        raise Refused(reason)
    salt = secrets.token_hex(16)
    document = rules.document_of(queries.facts_to_seal(session, season, salt))
    seal = Seal(
        season_id=season.id,
        document=document,
        digest=rules.digest_of(document),
        salt=salt,
        sealed_by=actor.id,
        sealed_at=now,
        reason="",
    )
    session.add(seal)
    session.flush()
    audit.record(session, actor, "judging.sealed", seal.id, digest=seal.digest)
    return seal


def ask_to_open(
    session: Session, *, actor: User, season: Season, reason: str, now: datetime
) -> None:
    """The first of two people: why the sealed result has to change."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    seal = queries.find_seal(session, season)
    problem = rules.why_not_asked(seal, reason, rules.REASON_MOST)
    if seal is None or problem is not None:
        raise Refused(problem or rules.NOTHING_SEALED)
    seal.reason, seal.asked_by, seal.asked_at = reason.strip(), actor.id, now
    audit.record(session, actor, "judging.seal-questioned", seal.id, reason=reason.strip())


def open_seal(session: Session, *, actor: User, season: Season, now: datetime) -> None:
    """The second of two people agrees: the seal is history, and the judging can be corrected and
    sealed anew."""
    require(permissions.can_run_judging(actor))
    lock_season(session, season)
    seal = queries.find_seal(session, season)
    problem = rules.why_not_opened(seal, actor)
    if seal is None or problem is not None:
        raise Refused(problem or rules.NOTHING_SEALED)
    seal.opened_by, seal.opened_at = actor.id, now
    audit.record(session, actor, "judging.seal-opened", seal.id, reason=seal.reason)
