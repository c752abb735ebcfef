"""A vote as it goes on: its hours, its end, its count, its log in a file."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import altcha
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.errors import NotFound, Refused
from app.core.platform import Platform
from app.core.signing import Keyring
from app.schools.models import School
from app.voting import queries, services
from app.voting.models import Ballot, SlipBatch
from tests.browsing import Browser

VERIFIER = Path(__file__).parents[2] / "app/static/vote/verify.py"


def make_slips(
    session: Session,
    platform: Platform,
    season: Season,
    actor: User,
    school: School | None = None,
    *,
    wanted: int,
) -> SlipBatch:
    """Slips for a school's classes, or without one for the event."""
    return services.make_slips(
        session,
        actor=actor,
        voters=platform.voters,
        season=season,
        school=school,
        wanted=wanted,
        now=clock.now(),
    )


def cast_now(session: Session, numbers: Sequence[str]) -> list[Refused | NotFound | None]:
    """Cast ballots as the page does, for `Together`."""
    return services.cast_all(session, numbers, now=clock.now())


def shut(season: Season) -> datetime:
    """A moment at which the log is closed."""
    return season.vote_closes_at + timedelta(hours=1)


def close_log(session: Session, platform: Platform, season: Season) -> None:
    """Close the season's log, as the worker does when the box is shut."""
    services.keep_log(session, season, voters=platform.voters, now=shut(season))
    session.flush()


def count(session: Session, platform: Platform, season: Season) -> Mapping[int, int]:
    """Close, count and certify; points by entry."""
    close_log(session, platform, season)
    services.count_at_once(session, voters=platform.voters, season=season, now=shut(season))
    tally = queries.tally(session, season)
    return {line.entry_id: line.points for line in tally.lines if line.entry_id is not None}


def write_log(session: Session, season: Season, path: Path, size: int | None = None) -> Path:
    """The log in a file, whole or its first `size` records."""
    log = queries.find_log(session, season.id)
    assert log is not None
    lines = queries.lines(session, season.id, size=size or log.size)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def verify(*arguments: str | Path) -> tuple[int, str]:
    """What the downloadable program says about a log, run with Python alone: no package is seen."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", str(VERIFIER), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def work(client: Browser, about: str = "ballot") -> str:
    """A challenge of the site, solved as a browser solves it."""
    return solved(client.get(f"/vote/challenge?about={about}").get_json())


def solved(challenge: Mapping[str, Any]) -> str:
    """The payload that solves a challenge."""
    found = altcha.solve_challenge(altcha.Challenge.from_dict(dict(challenge)))
    payload = {"challenge": challenge, "solution": found.to_dict()}
    return base64.b64encode(json.dumps(payload).encode()).decode()


def code_of(session: Session, voters: Keyring, ballot: Ballot) -> str:
    """The code that the mail about a ballot shows."""
    code = queries.code_of(session, voters, ballot.season_id, ballot.number)
    assert code is not None
    return code
