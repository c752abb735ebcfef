"""Finding what is held, and reading ballots the way detectors see them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.errors import NotFound, require
from app.core.mail import OutgoingMail
from app.core.signing import Signer
from app.voting import permissions, rules
from app.voting.models import Anomaly, Ballot, BallotTrace, HeldBallot
from app.voting.queries.keys import open_picks, sealer_of
from app.voting.rules import BallotStatus, Lane, Sample


def samples(
    session: Session, signer: Signer, season_id: int, *, since: datetime, until: datetime
) -> list[Sample]:
    """Ballots cast by mail in a span of time, opened for the detectors' eyes alone.

    Slips are left out: a class that votes after a lesson comes all at once, and its slips are
    counted beforehand.
    """
    sealer = sealer_of(signer)
    rows = session.execute(
        select(Ballot, BallotTrace, OutgoingMail.sent_at)
        .outerjoin(BallotTrace, BallotTrace.ballot_id == Ballot.id)
        .outerjoin(OutgoingMail, OutgoingMail.id == BallotTrace.mail_id)
        .where(Ballot.season_id == season_id, Ballot.lane == Lane.MAIL)
        .where(Ballot.status.in_(rules.IN_THE_BOX))
        .where(Ballot.cast_at >= since, Ballot.cast_at < until)
        .order_by(Ballot.cast_at, Ballot.id)
    )
    found = []
    for ballot, trace, sent_at in rows:
        _nonce, picks = open_picks(sealer, number=ballot.number, sealed=ballot.sealed)
        found.append(
            Sample(
                ballot.id,
                ballot.cast_at or ballot.created_at,  # The database refuses a cast one without.
                tuple(picks),
                domain=trace.domain if trace else "",
                network=trace.network if trace else "",
                likeness=tuple(trace.likeness) if trace else (),
                stem=trace.stem if trace else "",
                mailed_at=sent_at,
            )
        )
    return found


def asked_and_confirmed(
    session: Session, season_id: int, *, since: datetime, until: datetime
) -> tuple[int, int]:
    """How many ballots were asked for by mail in a span of time, and how many of them were cast."""
    rows = dict(
        session.execute(
            select(Ballot.status, func.count(Ballot.id))
            .where(Ballot.season_id == season_id, Ballot.slip_id.is_(None))
            .where(Ballot.created_at >= since, Ballot.created_at < until)
            .group_by(Ballot.status)
        ).all()
    )
    asked = sum(rows.values()) - rows.get(BallotStatus.VOID, 0)
    return asked, asked - rows.get(BallotStatus.PENDING, 0)


def anomalies(session: Session, season_id: int) -> list[Anomaly]:
    """Newest first."""
    return list(
        session.scalars(
            select(Anomaly).where(Anomaly.season_id == season_id).order_by(Anomaly.id.desc())
        )
    )


def get_anomaly_for(session: Session, actor: User, anomaly_id: int) -> Anomaly:
    require(permissions.can_decide(actor))
    anomaly = session.get(Anomaly, anomaly_id)
    if anomaly is None:
        raise NotFound
    return anomaly


def held_of(session: Session, anomaly_ids: Sequence[int]) -> dict[int, int]:
    """How many ballots each anomaly holds still."""
    return dict(
        session.execute(
            select(HeldBallot.anomaly_id, func.count(Ballot.id))
            .join(Ballot, Ballot.id == HeldBallot.ballot_id)
            .where(HeldBallot.anomaly_id.in_(anomaly_ids), Ballot.status == BallotStatus.HELD)
            .group_by(HeldBallot.anomaly_id)
        ).all()
    )
