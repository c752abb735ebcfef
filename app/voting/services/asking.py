"""Asking for a ballot by mail. Whoever asks learns nothing: new, known or refused, the same is
written, takes as long, and reads the same."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from disposable_email_domains import blocklist
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core import mail
from app.core.errors import Refused
from app.core.jobs import Job, JobState
from app.core.limits import Limits
from app.core.signing import Keyring, Signer
from app.entries.models import Entry
from app.schools import queries as schools
from app.schools.rules import HostKind
from app.voting import notifications, queries, rules
from app.voting.models import Ballot, BallotTrace, Candidate
from app.voting.rules import BallotStatus
from app.voting.services.keys import note_key, voter_key
from app.voting.services.log import candidates


def new_ballot_number() -> str:
    """Random, public and unguessable."""
    return "".join(secrets.choice(rules.LETTERS) for _ in range(rules.NUMBER_LENGTH))


@dataclass(frozen=True)
class Turn:
    """What becomes of the mail of one ballot that was asked for."""

    delay: timedelta
    """How long it waits."""
    within_limit: bool
    """Whether this mailbox may still get one today."""


def mails_waiting(session: Session, *, now: datetime) -> int:
    """How many mails are in the queue, of whatever kind: what the mail server has before it."""
    waiting = select(func.count(Job.id)).where(
        Job.name == "mail.send", Job.state == JobState.QUEUED, Job.run_at > now - timedelta(hours=1)
    )
    return session.scalar(waiting) or 0


def take_turn(
    limits: Limits, network: str, key: str, *, waiting: int, worked: bool, now: datetime
) -> Turn:
    """Count one ballot asked for from a network, for a voter's key. Nobody is refused.

    `waiting` is `mails_waiting`'s answer; `worked` says whether the browser did its proof of work.
    The counters take a transaction of their own: call it while no other of this thread holds the
    database.
    """
    minute, day = rules.BUDGET_PER, timedelta(days=1)
    from_network, _today, mails = limits.count_all(
        [
            ("ballots-from" if worked else "ballots-unworked-from", network, minute),
            ("ballots-from-day", network, day),
            ("ballot-mail", key, rules.MAILS_PER),
        ],
        now=now,
    )
    delay = rules.mail_delay(from_network, waiting, worked=worked)
    return Turn(delay, mails <= rules.MAILS_MOST)


def seal_picks(signer: Signer, number: str, picked: Sequence[Candidate]) -> tuple[bytes, str]:
    """The sealed picks of the ballot with this number, and the commitment that the log shows in
    their stead."""
    nonce = secrets.token_bytes(rules.NONCE_BYTES)
    packed = rules.pack_picks(nonce, [each.id for each in picked])
    commitment = rules.commitment(nonce, [each.mark for each in picked])
    return queries.sealer_of(signer).seal(packed, number), commitment


def request_ballot(
    session: Session,
    *,
    voters: Keyring,
    season: Season,
    finalists: Sequence[Entry],
    address: str,
    picks: Sequence[int],
    within_limit: bool,
    now: datetime,
    network: str = "",
    delay: timedelta | None = None,
) -> None:
    """Keep a pending ballot and mail its link to `address`, which is not kept.

    `within_limit` and `delay` are `take_turn`'s. A mailbox over the limit,
    one whose owner does not want to be written to, and one made to be thrown away get nothing;
    whoever asked can't tell. Raises Refused when nobody may vote now or the picks are wrong.
    """
    if reason := rules.why_not_votable(season, now):
        raise Refused(reason)
    on_ballot = {entry.id: entry for entry in finalists}
    if reason := rules.why_not_picks(picks, on_ballot, season.picks_most):
        raise Refused(reason)
    signer = queries.get_signer(session, voters, season.id)
    key = voter_key(session, voters, season, address)
    note_key(session, season, now)
    welcome = (
        within_limit
        and not rules.is_disposable(address, blocklist)
        and not queries.is_blocked(session, season.id, key)
    )
    chosen = list(dict.fromkeys(picks))
    known = candidates(session, season, [on_ballot[each] for each in chosen])
    number = new_ballot_number()
    sealed, commitment = seal_picks(signer, number, [known[each] for each in chosen])
    ballot = Ballot(
        season_id=season.id,
        number=number,
        voter_key=key,
        status=BallotStatus.PENDING if welcome else BallotStatus.VOID,
        commitment=commitment,
        sealed=sealed,
        created_at=now,
    )
    session.add(ballot)
    session.flush()
    letter = mail.send(
        session,
        notifications.confirm(
            address if welcome else "",
            season=season,
            ballot=ballot,
            titles=[on_ballot[entry_id].title for entry_id in chosen],
            code=queries.code_of(session, voters, season.id, number) or "",
        ),
        delay=delay or None,
    )
    trace = _trace_of(session, signer, season, address, network)
    trace.ballot_id, trace.mail_id = ballot.id, letter.id
    session.add(trace)


def trace_mark(signer: Signer, purpose: str, value: str) -> str:
    """A short keyed hash; empty for nothing."""
    return signer.digest(f"trace|{purpose}", value)[:16] if value else ""


def _trace_of(
    session: Session, signer: Signer, season: Season, address: str, network: str
) -> BallotTrace:
    """Marks that tell alike from unlike, for the detectors. A domain is told apart only where few
    people have their mail; names are not looked at where a school gives them out."""

    def mark(purpose: str, value: str) -> str:
        return trace_mark(signer, purpose, value)

    name, _, domain = rules.normalize_voter(address).rpartition("@")
    stem = rules.without_digits(name)
    kind = schools.mail_host_kind(session, address, season.school_domains)
    rare = kind is HostKind.RARE
    return BallotTrace(
        domain=mark("domain", domain) if rare else "",
        network=mark("network", rules.wide_network(network)),
        likeness=[
            mark("likeness", f"{each}@{domain}")
            for each in (rules.one_letter_less(name) if kind is not HostKind.SCHOOL else [])
        ],
        stem=mark("stem", f"{stem}@{domain}") if stem and kind is not HostKind.SCHOOL else "",
    )
