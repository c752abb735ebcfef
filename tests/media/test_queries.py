"""Where videos stand, asked for many at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import clock, jobs
from app.core.errors import NotFound
from app.core.jobs import Job, JobState
from app.core.platform import Platform
from app.media import queries
from app.media.models import Asset
from app.media.rules import AssetState
from tests.factories import make_asset
from tests.statements import statements


def make_waiting(session: Session) -> tuple[Asset, Job]:
    """A video that waits, and the job it waits for."""
    asset = make_asset(session, state=AssetState.WAITING, roles=())
    job = jobs.enqueue(session, "media.process", subject=asset.subject, asset_id=asset.id)
    return asset, job


def test_an_asset_is_there_or_not(session: Session) -> None:
    asset = make_asset(session)
    assert queries.get_asset(session, asset.id) is asset
    assert queries.assets_by_id(session, [asset.id, None, 999]) == {asset.id: asset}
    assert queries.assets_by_id(session, [None]) == {}
    with pytest.raises(NotFound):
        queries.get_asset(session, 999)


def test_standings_name_the_place_in_the_queue(session: Session) -> None:
    running, running_job = make_waiting(session)
    running_job.state, running_job.progress = JobState.RUNNING, 0.5
    running.state = AssetState.PROCESSING
    _done, done_job = make_waiting(session)
    done_job.state = JobState.DONE
    first, _ = make_waiting(session)
    jobs.enqueue(session, "media.remove", asset_id=0)  # Another queue.
    second, _ = make_waiting(session)
    ready = make_asset(session)

    found = queries.standings(session, [running, first, second, ready], now=clock.now())

    assert {i: (s.state, str(s.words), s.percent) for i, s in found.items()} == {
        running.id: ("processing", "Preparing it for every screen", 50),
        first.id: ("waiting", "Waiting: 1 before this one", None),
        second.id: ("waiting", "Waiting: 2 before this one", None),
        ready.id: ("ready", "Ready", 100),
    }
    assert queries.standing(session, first, now=clock.now()) == found[first.id]
    assert queries.standings(session, [], now=clock.now()) == {}


def test_words_do_not_stand_still_for_ever_when_nobody_works(
    session: Session, platform: Platform
) -> None:
    waits, job = make_waiting(session)
    runs, taken = make_waiting(session)
    now = clock.now()
    runs.state, taken.state = AssetState.PROCESSING, JobState.RUNNING
    taken.lease_until = now + timedelta(seconds=20)
    session.commit()
    later = now + timedelta(minutes=2)

    def left_alone(now: datetime) -> list[bool]:
        found = queries.standings(session, [waits, runs], now=now)
        return ["Nothing moves just now" in str(found[a.id].words) for a in (waits, runs)]

    assert left_alone(now) == [
        False,
        False,
    ]  # No worker was ever heard of; it may just be starting.
    assert left_alone(later) == [True, True]
    taken.lease_until = later
    session.commit()
    assert left_alone(later) == [True, False]  # Somebody works on it, whoever looks after the rest.
    assert not queries.standing(session, waits, now=later).settled
    session.commit()
    jobs.sweep(platform)
    session.execute(update(jobs.LastSweep).values(at=later))
    assert left_alone(later) == [False, False]
    assert job.state == JobState.QUEUED


def test_the_newest_job_tells(session: Session) -> None:
    asset, old = make_waiting(session)
    old.state = JobState.FAILED
    session.flush()
    assert queries.standing(session, asset, now=clock.now()).state == "failed"
    assert queries.find_failed_job(session, asset) is old
    again = jobs.enqueue(session, "media.process", subject=asset.subject, asset_id=asset.id)
    again.run_at = clock.now() + timedelta(minutes=1)
    session.flush()
    assert queries.standing(session, asset, now=clock.now()).state == "waiting"
    assert queries.find_failed_job(session, asset) is None


def test_standings_ask_as_often_for_three_as_for_one(session: Session, platform: Platform) -> None:
    listed = [make_waiting(session)[0] for _ in range(3)]
    session.commit()

    def asked(assets: list[Asset]) -> int:
        with statements(platform.engine) as seen:
            queries.standings(session, assets, now=clock.now())
        session.commit()
        return len(seen)

    assert asked(listed) == asked(listed[:1])
    ids = [asset.id for asset in listed]
    session.expunge_all()
    with statements(platform.engine) as three:
        assert len(queries.assets_by_id(session, ids)) == 3
    session.commit()
    session.expunge_all()
    with statements(platform.engine) as one:
        assert len(queries.assets_by_id(session, ids[:1])) == 1
    assert len(three) == len(one)
