"""The demonstration's public vote: ballots in the box, a log of them, and a count."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.contest.models import Season
from app.core.signing import Keyring
from app.entries import queries as entries
from app.seed.stages import Stage, has_reached
from app.voting import queries
from app.voting import services as voting
from app.voting.models import Ballot
from app.voting.rules import BallotStatus

BALLOTS = 240
APART = timedelta(minutes=17)


def vote(
    session: Session,
    voters: Keyring,
    season: Season,
    stage: Stage,
    chance: random.Random,
    *,
    now: datetime,
) -> None:
    """Have people vote since the vote opened, and count when it is over."""
    finalists = entries.public_finalists(session, season)
    if not finalists:
        return
    signer = queries.get_signer(session, voters, season.id)
    voting.note_key(session, season, season.vote_opens_at)
    voting.keep_log(session, season, voters=voters, now=season.vote_opens_at)
    known = voting.candidates(session, season, finalists)
    weights = [1 + (entry.id * 31) % 9 for entry in finalists]
    day = 0
    for voter in range(BALLOTS):
        at = season.vote_opens_at + APART * voter
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
        voting.put_in_box(session, ballot, [], now=at + timedelta(minutes=2))
    if has_reached(stage, Stage.ANNOUNCED):
        shut = season.vote_closes_at + timedelta(hours=1)
        voting.keep_log(session, season, voters=voters, now=shut)
        voting.count_at_once(session, voters=voters, season=season, now=shut)
    else:
        voting.keep_log(session, season, voters=voters, now=now)
