"""Holding ballots that do not look like people voting, and deciding about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from disposable_email_domains import blocklist
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit, mail
from app.core.errors import Refused, require
from app.core.signing import Keyring, Signer
from app.entries import queries as entries
from app.schools import queries as schools
from app.texts import text
from app.voting import notifications, permissions, queries, rules
from app.voting.models import Anomaly, Ballot, BallotEvent, Candidate, HeldBallot
from app.voting.rules import AnomalyKind, BallotStatus, EventKind, Finding, Verdict
from app.voting.services.asking import trace_mark
from app.voting.services.casting import hold, note_event
from app.voting.services.log import append, get_log, sign_head


def look_for_anomalies(session: Session, *, voters: Keyring, now: datetime) -> None:
    """Every ten minutes of an open vote, and once more when it has closed."""
    season = contest.find_current_season(session)
    if season is None or now < season.vote_opens_at:
        return
    signer = queries.find_signer(session, voters, season.id)
    if signer is None or queries.find_log(session, season.id) is None:
        return
    # Held: it can't be closed before what is found is in it.
    log = get_log(session, voters, season)
    if log.closed_at is not None:
        return
    until = now if rules.has_vote_closed(season, now) else rules.bucket_of(now)
    since = log.detected_until or rules.bucket_of(season.vote_opens_at)
    if until <= since:
        return
    detect(session, season, signer, since=since, until=until)
    log.detected_until = until


def detect(
    session: Session, season: Season, signer: Signer, *, since: datetime, until: datetime
) -> list[Anomaly]:
    """Run all detectors over the day before `until`, and hold what they find."""
    seen = queries.samples(
        session,
        signer,
        season.id,
        since=min(since, until - rules.LOOK_BACK) - rules.LOOK_BACK,
        until=until,
    )
    day = [each for each in seen if each.cast_at >= until - rules.LOOK_BACK]
    found = [
        *rules.find_surges(seen, since=since, until=until),
        *rules.find_concentrations(day),
        *rules.find_neighborhoods(day, until=until),
        *rules.find_alike_names(day),
        *rules.find_quick(day, until=until),
        *rules.find_singles(day),
        *rules.find_listed(day, listed=_listed_marks(signer)),
    ]
    made = [each for finding in found if (each := _hold_all(session, season, finding, until))]
    alarm = _alarm(session, season, until)
    return [*made, *([alarm] if alarm else [])]


def _listed_marks(signer: Signer) -> set[str]:
    return {trace_mark(signer, "domain", domain) for domain in blocklist}


def _hold_all(session: Session, season: Season, finding: Finding, now: datetime) -> Anomaly | None:
    """Hold what is not held yet, under an anomaly of the same kind if one goes on."""
    ballots = session.scalars(
        select(Ballot)
        .where(Ballot.id.in_(finding.ballot_ids), Ballot.status == BallotStatus.CAST)
        .order_by(Ballot.id)
        .with_for_update()
    ).all()
    if not ballots:
        return None
    anomaly = session.scalar(
        select(Anomaly)
        .where(Anomaly.season_id == season.id, Anomaly.kind == finding.kind)
        .where(Anomaly.candidate_id.is_not_distinct_from(finding.candidate_id))
        .where(Anomaly.mark == finding.mark)
        .where(Anomaly.ends_at >= finding.starts_at - rules.BUCKET)
        .order_by(Anomaly.id.desc())
        .limit(1)
    )
    if anomaly is None:
        anomaly = Anomaly(
            season_id=season.id,
            kind=finding.kind,
            candidate_id=finding.candidate_id,
            mark=finding.mark,
            starts_at=finding.starts_at,
            ends_at=finding.ends_at,
            ballots=0,
            expected=finding.expected,
            found_at=now,
        )
        session.add(anomaly)
        session.flush()
    anomaly.ends_at = max(anomaly.ends_at, finding.ends_at)
    anomaly.ballots += len(ballots)
    for ballot in ballots:
        hold(session, ballot, season.id, anomaly.id, reason=finding.kind, now=now)
    session.flush()
    session.expire_all()
    return anomaly


def _alarm(session: Session, season: Season, until: datetime) -> Anomaly | None:
    """Note that very many of the ballots asked for an hour ago were never confirmed. Nothing is
    held."""
    since, end = until - timedelta(hours=2), until - timedelta(hours=1)
    asked, confirmed = queries.asked_and_confirmed(session, season.id, since=since, until=end)
    if not rules.is_unconfirmed(asked, confirmed):
        return None
    known = session.scalar(
        select(Anomaly.id).where(
            Anomaly.season_id == season.id,
            Anomaly.kind == AnomalyKind.UNCONFIRMED,
            Anomaly.ends_at > since,
        )
    )
    if known is not None:
        return None
    alarm = Anomaly(
        season_id=season.id,
        kind=AnomalyKind.UNCONFIRMED,
        starts_at=since,
        ends_at=end,
        ballots=0,
        expected=float(asked),
        found_at=until,
    )
    session.add(alarm)
    session.flush()
    return alarm


def tell_school(session: Session, *, actor: User, anomaly: Anomaly, now: datetime) -> None:
    """Write to the school of the video, neutrally, before anything is decided."""
    require(permissions.can_decide(actor))
    season = contest.get_season(session, anomaly.season_id)
    if reason := rules.why_not_decidable(anomaly, box_shut=rules.is_box_shut(season, now)):
        raise Refused(reason)
    if anomaly.school_told_at is not None or anomaly.candidate_id is None:
        return
    candidate = session.get_one(Candidate, anomaly.candidate_id)
    found = entries.entries_by_id(session, {candidate.entry_id} if candidate.entry_id else set())
    for entry in found.values():
        for lead in schools.leads(session, entry.school):
            mail.send(session, notifications.looked_at(season, lead, entry, anomaly.ballots))
    anomaly.school_told_at = now
    audit.record(session, actor, "anomaly.school-told", anomaly.id)


def propose_verdict(
    session: Session, *, actor: User, anomaly: Anomaly, verdict: str, reason: str, now: datetime
) -> None:
    """Say what should become of held ballots; somebody with another role has to agree."""
    require(permissions.can_decide(actor))
    season = contest.get_season(session, anomaly.season_id)
    session.flush()
    session.refresh(anomaly, with_for_update=True)
    if wrong := rules.why_not_decidable(
        anomaly, box_shut=rules.is_box_shut(season, now)
    ) or rules.why_not_proposable(anomaly, verdict, reason, now=now):
        raise Refused(wrong)
    anomaly.verdict, anomaly.reason = verdict, reason
    anomaly.proposed_by, anomaly.proposed_at = actor.id, now
    audit.record(session, actor, "anomaly.proposed", anomaly.id, verdict=verdict, reason=reason)


def second_verdict(
    session: Session,
    *,
    actor: User,
    voters: Keyring,
    anomaly: Anomaly,
    proposal: str,
    agrees: bool,
    now: datetime,
) -> None:
    """Agree to what was proposed, which makes it so, or put it back on the table.

    `proposal` names what the person had before her (`rules.proposal_of`): she agrees to nothing
    else that was proposed meanwhile.
    """
    require(permissions.can_decide(actor))
    season = contest.get_season(session, anomaly.season_id)
    log = get_log(session, voters, season)
    session.flush()
    session.refresh(anomaly)
    if wrong := rules.why_not_decidable(anomaly, box_shut=rules.is_box_shut(season, now)):
        raise Refused(wrong)
    if log.closed_at is None:
        raise Refused(text("The list of the vote is being closed. That takes a minute or two."))
    if log.count_asked_at is not None:
        raise Refused(text("The ballots are being counted already: nothing can change any more."))
    if anomaly.proposed_by is None:
        raise Refused(text("Nobody has proposed anything yet."))
    proposer = people.get_user(session, anomaly.proposed_by)
    if proposal != rules.proposal_of(anomaly):
        raise Refused(text("Somebody proposed something else meanwhile. Please look again."))
    if not permissions.can_second(actor, proposer):
        raise Refused(
            text(
                "It takes two people with different roles: an organizer and a screener. "
                "%(name)s proposed this.",
                name=proposer.display_name,
            )
        )
    if not agrees:
        audit.record(session, actor, "anomaly.disagreed", anomaly.id, verdict=anomaly.verdict)
        anomaly.verdict, anomaly.reason = "", ""
        anomaly.proposed_by = anomaly.proposed_at = None
        return
    anomaly.decided_by, anomaly.decided_at = actor.id, now
    release = anomaly.verdict == Verdict.RELEASE
    kind = EventKind.RELEASED if release else EventKind.INVALIDATED
    held = session.scalars(
        select(Ballot)
        .join(HeldBallot, HeldBallot.ballot_id == Ballot.id)
        .where(HeldBallot.anomaly_id == anomaly.id, Ballot.status == BallotStatus.HELD)
        .order_by(Ballot.number)
        .with_for_update()
    ).all()
    for ballot in held:
        ballot.status = BallotStatus.CAST if release else BallotStatus.INVALID
        note_event(session, ballot, season.id, kind, now=now, reason=anomaly.reason)
    session.flush()
    events = dict(
        session.execute(
            select(BallotEvent.ballot_id, BallotEvent.id).where(
                BallotEvent.kind == kind, BallotEvent.ballot_id.in_([each.id for each in held])
            )
        ).all()
    )
    append(
        session,
        log,
        [rules.change_record(kind, number=each.number, reason=anomaly.reason) for each in held],
        [events[each.id] for each in held],
    )
    # What was decided is public at once: it tells numbers, not picks.
    log.closed_size = log.size
    sign_head(session, voters, log, now=now)
    audit.record(
        session, actor, "anomaly.decided", anomaly.id, verdict=anomaly.verdict, ballots=len(held)
    )
