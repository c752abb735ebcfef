"""Proof of work, by ALTCHA: a nuisance for whoever asks for ballots by the thousand.

It proves nothing about people, and nothing is refused for the lack of it: a ballot without it waits
in a shorter queue, or is confirmed by its code instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.limits import Limits
from app.core.signing import Signer
from app.voting import rules
from app.voting.models import SolvedChallenge

ALGORITHM = "PBKDF2/SHA-256"
ROUNDS = 5_000
"""Of the key derivation, for each try."""
SOLVE_WITHIN = timedelta(minutes=20)


def new_challenge(signer: Signer, *, about: str, tries: int, now: datetime) -> Mapping[str, Any]:
    """A challenge that takes between `tries` and twice as many tries, good for `about` alone."""
    challenge = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=tries + secrets.randbelow(tries + 1),
        expires_at=now + SOLVE_WITHIN,
        data={"about": about},
        hmac_secret=signer.secret("work"),
        hmac_key_secret=signer.secret("work-key"),
    )
    return challenge.to_dict()


def tries_for(limits: Limits, network: str, *, usual: int, now: datetime) -> int:
    """How many tries a browser in this network is to make: more where very many ask."""
    minute = limits.counted("ballots-from", network, per=rules.BUDGET_PER, now=now)
    today = limits.counted("ballots-from-day", network, per=timedelta(days=1), now=now)
    return usual * rules.work_factor(minute, today)


def find_work(signer: Signer, payload: str, *, about: str) -> tuple[str, datetime] | None:
    """The challenge's signature and end, if `payload` solves one of ours that was made for
    `about`; None for anything else.

    The signature is looked at before anything is computed: nonsense costs next to nothing.
    """
    if not payload:
        return None
    done = altcha.verify_solution(
        payload, signer.secret("work"), hmac_key_secret=signer.secret("work-key")
    )
    if not done.verified:
        return None
    challenge = altcha.Payload.from_base64(payload).challenge
    data, ends = challenge.parameters.data or {}, challenge.parameters.expires_at
    if data.get("about") != about or challenge.signature is None or ends is None:
        return None
    return challenge.signature, datetime.fromtimestamp(ends, UTC)


def spend_work(session: Session, work: tuple[str, datetime] | None) -> bool:
    """Use a solved challenge up, together with what it is used for; False for none, and for one
    that was used before."""
    if work is None:
        return False
    signature, expires_at = work
    try:
        with session.begin_nested():
            session.add(SolvedChallenge(signature=signature, expires_at=expires_at))
    except IntegrityError:
        return False
    return True


def forget_solved(session: Session, *, now: datetime) -> None:
    """Delete the challenges that have run out: nobody can use them again."""
    session.execute(delete(SolvedChallenge).where(SolvedChallenge.expires_at < now))
