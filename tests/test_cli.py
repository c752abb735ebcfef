"""Commands of the retention schedule, as whoever runs an installation types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.contest.rules import Phase
from app.core import clock
from app.core.jobs import Job
from app.core.platform import Platform
from app.entries.rules import Rung
from app.schools.models import School
from app.voting.models import Ballot, VoteKey
from app.voting.services import voter_key
from tests.factories import make_ballot, make_entry, make_person, make_season

Run = Callable[..., str]


@pytest.fixture
def run(app: Flask, session: Session) -> Run:
    def run(*args: str, code: int = 0) -> str:
        session.commit()
        with app.app_context():
            result = app.test_cli_runner().invoke(args=args)
        assert result.exit_code == code, result.output
        session.expire_all()
        return str(result.output)

    return run


def test_dry_run_says_what_goes_and_changes_nothing(session: Session, run: Run) -> None:
    season = make_season(session, Phase.ANNOUNCED)
    season.announced_at = clock.now() - timedelta(days=35)
    entry = make_entry(session, season)
    make_person(session, entry, Rung.JUDGED)

    said = run("retention", "--dry-run").splitlines()

    assert [line.split()[0] for line in said] == ["originals", "judged-only"]
    assert "due now" in said[0]
    assert entry.title in said[1]
    assert session.scalar(select(func.count(Job.id))) == 0


def test_dry_run_of_nothing_says_so(run: Run) -> None:
    assert run("retention", "--dry-run") == "Nothing goes in the next 30 days.\n"


def test_plain_command_has_a_worker_do_it(session: Session, run: Run) -> None:
    run("retention")
    run("retention")

    assert session.scalars(select(Job.name)).all() == ["retention.keep"]


def test_tombstones_are_applied_again(
    session: Session, platform: Platform, school_a: School, run: Run
) -> None:
    stone = {"kind": "school", "key": school_a.id, "at": clock.now().isoformat(), "by": "organizer"}
    platform.tombstones.write_text(json.dumps(stone) + "\n")

    assert run("retention", "--reapply-tombstones") == f"Erased again: school {stone['key']}\n"
    assert session.scalar(select(func.count(School.id))) == 0
    assert run("retention", "--reapply-tombstones") == ""


def test_key_of_a_vote_is_destroyed_by_hand(
    session: Session, platform: Platform, tmp_path: Path, run: Run
) -> None:
    season = make_season(session, Phase.ANNOUNCED, year=2026)
    key = voter_key(session, platform.voters, season, "leilani@example.org")
    session.add(VoteKey(season_id=season.id, made_at=clock.now()))
    make_ballot(session, season, [make_entry(session, season)], voter_key=key)
    folder = tmp_path / "data" / "keys" / "vote"
    assert [p.name for p in folder.iterdir()] == [f"season-{season.id}"]

    run("voting", "destroy-key", "2026")

    assert [p.name for p in folder.iterdir()] == [f"season-{season.id}.destroyed"]
    assert session.scalars(select(Ballot.voter_key)).all() == [None]
    assert session.scalars(select(VoteKey)).one().destroyed_at is not None


def test_key_that_is_elsewhere_is_destroyed_there_or_said_to_be_gone(
    session: Session, platform: Platform, run: Run
) -> None:
    season = make_season(session, Phase.ANNOUNCED, year=2026)
    session.add(VoteKey(season_id=season.id, made_at=clock.now()))

    assert "not on this machine" in run("voting", "destroy-key", "2026", code=1)
    assert session.scalars(select(VoteKey)).one().destroyed_at is None

    run("voting", "destroy-key", "2026", "--already-gone")
    assert session.scalars(select(VoteKey)).one().destroyed_at is not None


def test_key_of_a_running_vote_stays(session: Session, run: Run) -> None:
    make_season(session, Phase.VOTING, year=2026)

    assert "not announced yet" in run("voting", "destroy-key", "2026", code=1)
    assert "no season 1999" in run("voting", "destroy-key", "1999", code=1)
