"""Jobs: written with the work, claimed once, kept alive by a lease, found again when lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import audit, clock, jobs
from app.core.audit import AuditEvent
from app.core.jobs import Job, JobState, LeaseLost, RunningJob
from app.core.platform import Platform

RunJobs = Callable[[], int]

ran: list[str] = []
failures: list[Exception] = []


@jobs.task("test.note", attempts=2)
def note(job: RunningJob, *, word: str) -> None:
    ran.append(word)
    if failures:
        raise failures[0]
    with job.transaction() as session:
        audit.record(session, None, word)


@jobs.task("test.follow", attempts=1)
def follow(job: RunningJob, *, word: str) -> None:
    with job.transaction() as session:
        jobs.enqueue(session, "test.note", word=word)


@pytest.fixture(autouse=True)
def fresh_start() -> Iterator[None]:
    ran.clear()
    failures.clear()
    yield
    failures.clear()


def add_job(session: Session, word: str = "hello") -> Job:
    job = jobs.enqueue(session, "test.note", word=word)
    session.commit()
    return job


def reload(session: Session, job: Job) -> Job:
    session.commit()
    session.refresh(job)
    return job


def claim(platform: Platform, job: Job) -> RunningJob:
    claimed = jobs.claim(platform, job.id)
    assert claimed is not None
    return claimed[0]


def let_lease_run_out(session: Session, job: Job) -> None:
    session.execute(
        update(Job)
        .where(Job.id == job.id)
        .values(lease_until=clock.now() - timedelta(seconds=1), rung_at=None)
    )
    session.execute(
        update(Job).where(Job.id == job.id).values(rung_at=clock.now() - timedelta(seconds=30))
    )
    session.commit()


def test_job_runs_once_and_is_done(session: Session, run_jobs: RunJobs) -> None:
    job = add_job(session)

    assert (run_jobs(), run_jobs()) == (1, 0)

    assert ran == ["hello"]
    reload(session, job)
    assert (job.state, job.attempt, job.progress) == (JobState.DONE, 1, 1.0)
    assert session.scalars(select(AuditEvent.action)).all() == ["hello"]


def test_jobs_that_a_job_enqueues_run_as_well(session: Session, run_jobs: RunJobs) -> None:
    jobs.enqueue(session, "test.follow", word="second")

    assert run_jobs() == 2
    assert ran == ["second"]


def test_rolled_back_work_leaves_no_job(
    platform: Platform, session: Session, run_jobs: RunJobs
) -> None:
    rung: list[int] = []
    session.info["ring"] = lambda job_id, _queue: rung.append(job_id)

    jobs.enqueue(session, "test.note", word="never")
    session.rollback()
    audit.record(session, None, "later")
    session.commit()

    assert session.scalars(select(Job.id)).all() == []
    assert rung == []


def test_job_is_rung_after_the_commit_and_not_before(session: Session) -> None:
    rung: list[tuple[int, str]] = []
    session.info["ring"] = lambda job_id, queue: rung.append((job_id, queue))

    job = jobs.enqueue(session, "test.note", word="x")
    before = list(rung)
    session.commit()

    assert (before, rung) == ([], [(job.id, "mail")])


def test_job_written_in_a_savepoint_is_rung_with_the_outer_commit(session: Session) -> None:
    rung: list[int] = []
    session.info["ring"] = lambda job_id, _queue: rung.append(job_id)

    with session.begin_nested():
        job = jobs.enqueue(session, "test.note", word="x")
    inside = list(rung)
    session.commit()

    assert (inside, rung) == ([], [job.id])


def test_savepoint_that_is_rolled_back_takes_only_its_own_jobs(
    session: Session, run_jobs: RunJobs
) -> None:
    rung: list[int] = []
    session.info["ring"] = lambda job_id, _queue: rung.append(job_id)

    kept = jobs.enqueue(session, "test.note", word="kept")
    nested = session.begin_nested()
    jobs.enqueue(session, "test.note", word="undone")
    nested.rollback()
    session.commit()

    assert rung[0] == kept.id
    assert run_jobs() == 1
    assert ran == ["kept"]


def test_broker_that_is_away_does_not_break_the_work(
    session: Session, run_jobs: RunJobs, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_job_id: int, _queue: str) -> None:
        raise OSError("no broker")

    session.info["ring"] = broken

    add_job(session)

    assert run_jobs() == 1
    assert "The broker did not take job" in caplog.text


def test_unknown_task_is_refused_when_it_is_enqueued(session: Session) -> None:
    with pytest.raises(LookupError, match=r"test\.unknown"):
        jobs.enqueue(session, "test.unknown")


def test_two_tasks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"test\.note"):
        jobs.task("test.note")(note)


def test_waiting_job_about_the_same_subject_is_not_doubled(
    session: Session, run_jobs: RunJobs
) -> None:
    first = jobs.enqueue(session, "test.note", subject="asset:1", word="a")
    second = jobs.enqueue(session, "test.note", subject="asset:1", word="b")
    other = jobs.enqueue(session, "test.note", subject="asset:2", word="c")
    run_jobs()
    later = jobs.enqueue(session, "test.note", subject="asset:1", word="d")

    assert second.id == first.id
    assert len({first.id, other.id, later.id}) == 3
    assert ran == ["a", "c"]
    assert [j.id for j in jobs.jobs_about(session, "asset:1")] == [later.id, first.id]


def test_delayed_job_waits(session: Session, run_jobs: RunJobs) -> None:
    job = jobs.enqueue(session, "test.note", delay=timedelta(hours=1), word="later")

    assert run_jobs() == 0
    job.run_at = clock.now()
    assert run_jobs() == 1


def test_of_many_workers_one_gets_the_job(platform: Platform, session: Session) -> None:
    job = add_job(session)
    start = threading.Barrier(6)
    got: list[object] = []

    def work() -> None:
        start.wait()
        got.append(jobs.claim(platform, job.id))

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(got) == 6
    assert len([g for g in got if g is not None]) == 1


def test_running_job_is_not_claimed_while_its_lease_holds(
    platform: Platform, session: Session
) -> None:
    job = add_job(session)
    claim(platform, job)

    assert jobs.claim(platform, job.id) is None
    assert jobs.run_job(platform, job.id) is False


def test_abandoned_job_is_claimed_anew_and_its_first_owner_may_not_write(
    platform: Platform, session: Session
) -> None:
    job = add_job(session)
    first = claim(platform, job)
    let_lease_run_out(session, job)
    second = claim(platform, job)

    with pytest.raises(LeaseLost), first.transaction() as lost:
        audit.record(lost, None, "too late")
    with pytest.raises(LeaseLost):
        first.renew(0.5)
    with pytest.raises(LeaseLost):
        first.beat()
    with second.transaction() as kept:
        audit.record(kept, None, "in time")
    first.finish(JobState.FAILED, "from the first")

    assert session.scalars(select(AuditEvent.action)).all() == ["in time"]
    assert reload(session, job).state == JobState.RUNNING
    assert job.error == ""


def test_transaction_that_breaks_off_leaves_nothing(platform: Platform, session: Session) -> None:
    job = add_job(session)
    running = claim(platform, job)

    def break_off() -> None:
        with running.transaction() as inside:
            audit.record(inside, None, "half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert session.scalars(select(AuditEvent.action)).all() == []


def test_heartbeat_renews_the_lease_and_shows_progress(
    platform: Platform, session: Session
) -> None:
    job = add_job(session)
    running = claim(platform, job)
    let_lease_run_out(session, job)

    running.renew(0.25)
    running.beat()

    reload(session, job)
    assert job.progress == 0.25
    assert job.lease_until is not None
    assert job.lease_until > clock.now() + timedelta(seconds=50)


def test_progress_never_goes_back_and_ends_at_one(platform: Platform, session: Session) -> None:
    job = add_job(session)
    running = claim(platform, job)

    for progress in (0.5, 0.2, 7.0):
        running.renew(progress)
        running.beat()

    assert reload(session, job).progress == 1.0


def test_failure_is_tried_again_later_and_then_kept(session: Session, run_jobs: RunJobs) -> None:
    job = add_job(session)
    failures.append(ValueError("no such colour"))

    run_jobs()
    reload(session, job)
    after_first = (job.state, job.attempt, job.error)
    wait = job.run_at - clock.now()
    job.run_at = clock.now()
    run_jobs()
    reload(session, job)

    assert after_first == (JobState.QUEUED, 1, "ValueError: no such colour")
    assert timedelta(seconds=10) < wait <= timedelta(seconds=20)
    assert (job.state, job.attempt) == (JobState.FAILED, 2)
    assert job.finished_at is not None
    assert run_jobs() == 0


def test_failed_job_can_be_run_again_by_hand(session: Session, run_jobs: RunJobs) -> None:
    job = add_job(session)
    job.state, job.attempt, job.error = JobState.FAILED, 2, "broken"
    rung: list[int] = []
    session.info["ring"] = lambda job_id, _queue: rung.append(job_id)

    jobs.run_again(session, job, now=clock.now())
    session.commit()

    assert rung == [job.id]
    assert run_jobs() == 1
    assert (reload(session, job).state, job.attempt, job.error) == (JobState.DONE, 1, "")


def test_sweep_rings_what_nobody_answered(platform: Platform, session: Session) -> None:
    unanswered = add_job(session)
    fresh = add_job(session)
    unanswered.rung_at = clock.now() - timedelta(minutes=1)
    session.commit()

    assert jobs.sweep(platform) == [(unanswered.id, "mail")]
    assert jobs.sweep(platform) == []
    assert fresh.id != unanswered.id


def test_sweep_rings_a_delayed_job_when_it_is_due(platform: Platform, session: Session) -> None:
    job = jobs.enqueue(session, "test.note", delay=timedelta(seconds=30), word="x")
    session.commit()
    before = jobs.sweep(platform)
    job.rung_at = clock.now() - timedelta(seconds=31)
    job.run_at = clock.now() - timedelta(seconds=1)
    session.commit()

    assert (before, jobs.sweep(platform)) == ([], [(job.id, "mail")])


def test_sweep_rings_what_a_dead_worker_left(platform: Platform, session: Session) -> None:
    job = add_job(session)
    claim(platform, job)
    while_alive = jobs.sweep(platform)
    let_lease_run_out(session, job)

    assert while_alive == []
    assert jobs.sweep(platform) == [(job.id, "mail")]
    assert jobs.run_job(platform, job.id) is True
    assert reload(session, job).state == JobState.DONE


def test_sweep_gives_up_what_stopped_in_its_last_attempt(
    platform: Platform, session: Session
) -> None:
    job = add_job(session)
    claim(platform, job)
    job.attempt = job.max_attempts
    let_lease_run_out(session, job)

    assert jobs.sweep(platform) == []

    reload(session, job)
    assert job.state == JobState.FAILED
    assert job.error == "The worker stopped in the middle, and this was the last attempt."


def test_every_queue_a_task_asks_for_is_known() -> None:
    assert {"mail", "video"} <= jobs.queues()
