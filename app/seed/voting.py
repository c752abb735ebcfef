"""The demonstration's public vote: ballots in the box, a log of them, and a count."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core.signing import Keyring
from app.entries import queries as entries
from app.entries.models import Entry
from app.schools import queries as schools
from app.seed.stages import Stage, has_reached
from app.voting import queries
from app.voting import services as voting
from app.voting.models import Ballot, Slip, SlipBatch
from app.voting.rules import BallotStatus

BALLOTS = 240
APART = timedelta(minutes=17)
STUDENTS, SLIPS, VOTED = 412, 28, 24
LESSON = timedelta(days=1, hours=2)


def vote(
    session: Session,
    voters: Keyring,
    season: Season,
    stage: Stage,
    chance: random.Random,
    lead: User,
    *,
    now: datetime,
) -> None:
    """Have people vote since the vote opened, a class of the lead's school among them, and count
    when it is over."""
    finalists = entries.public_finalists(session, season)
    if not finalists:
        return
    signer = queries.get_signer(session, voters, season.id)
    voting.note_key(session, season, season.vote_opens_at)
    batch: SlipBatch | None = _make_slips(session, voters, season, lead)
    voting.keep_log(session, season, voters=voters, now=season.vote_opens_at)
    known = voting.candidates(session, season, finalists)
    weights = [1 + (entry.id * 31) % 9 for entry in finalists]
    day = 0
    for voter in range(BALLOTS):
        at = season.vote_opens_at + APART * voter
        if batch is not None and APART * voter > LESSON:
            _vote_in_class(session, voters, season, batch, finalists, chance)
            batch = None
        if (APART * voter).days > day:
            day = (APART * voter).days
            voting.keep_log(session, season, voters=voters, now=at)
        picked = {
            entry.id: known[entry.id]
            for entry in chance.choices(finalists, weights=weights, k=chance.randint(1, 3))
        }
        number = voting.new_ballot_number()
        sealed, commitment = voting.seal_picks(signer, number, list(picked.values()))
        ballot = Ballot(
            season_id=season.id,
            number=number,
            voter_key=signer.digest("demonstration", str(voter)),
            status=BallotStatus.PENDING,
            sealed=sealed,
            commitment=commitment,
            created_at=at,
        )
        session.add(ballot)
        session.flush()
        voting.cast_ballot(session, ballot=ballot, now=at + timedelta(minutes=2))
    if has_reached(stage, Stage.ANNOUNCED):
        shut = season.vote_closes_at + timedelta(hours=1)
        voting.keep_log(session, season, voters=voters, now=shut)
        voting.count_at_once(session, voters=voters, season=season, now=shut)
    else:
        voting.keep_log(session, season, voters=voters, now=now)


def _make_slips(session: Session, voters: Keyring, season: Season, lead: User) -> SlipBatch:
    school = schools.get_membership(session, lead).school
    at = season.vote_opens_at - timedelta(days=2)
    voting.say_students(session, actor=lead, season=season, school=school, students=STUDENTS)
    return voting.make_slips(
        session, actor=lead, voters=voters, season=season, school=school, wanted=SLIPS, now=at
    )


def _vote_in_class(
    session: Session,
    voters: Keyring,
    season: Season,
    batch: SlipBatch,
    finalists: Sequence[Entry],
    chance: random.Random,
) -> None:
    others = [entry.id for entry in finalists if entry.school_id != batch.school_id]
    slips = session.scalars(
        select(Slip).where(Slip.batch_id == batch.id).order_by(Slip.position).limit(VOTED)
    ).all()
    for slip in slips:
        voting.cast_slip(
            session,
            voters=voters,
            season=season,
            finalists=finalists,
            slip=slip,
            picks=chance.sample(others, min(2, len(others))),
            now=season.vote_opens_at + LESSON,
        )
