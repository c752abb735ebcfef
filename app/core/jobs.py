"""Background jobs: the row in our database is the truth, the broker is only a doorbell.

A job is written in the transaction of the work that asks for it. After the commit its number is
rung through the broker; a worker claims the row with one UPDATE that succeeds for one worker only.
A running job holds a lease that a heartbeat renews. A worker that dies, however it dies, stops
renewing: the sweeper rings the row again, and whoever claims it starts it anew.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, String, Text, and_, delete, event, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.db import Base, BaseWithId, will_write

if TYPE_CHECKING:
    from app.core.platform import Platform

log = logging.getLogger(__name__)

RING_AGAIN_AFTER = timedelta(seconds=20)
WORKER_SILENT = timedelta(minutes=1)
FINISHED_KEPT = timedelta(days=30)


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(BaseWithId):
    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_waiting", "state", "run_at"),)

    name: Mapped[str] = mapped_column(String(80))
    queue: Mapped[str] = mapped_column(String(20))
    args: Mapped[dict[str, Any]]
    subject: Mapped[str] = mapped_column(String(80), default="", index=True)
    """What the job is about ("asset:42"), so that a page can find it and a second one is spared."""
    state: Mapped[str] = mapped_column(String(10), default=JobState.QUEUED)
    progress: Mapped[float] = mapped_column(default=0.0)
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    token: Mapped[str | None] = mapped_column(String(32))
    """Changes with every claim: who holds it may write, who held it before may not."""
    lease_until: Mapped[datetime | None]
    run_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")


class LastSweep(Base):
    """One row: when a sweeper was last at work, so that pages can say when none is."""

    __tablename__ = "last_sweep"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


@dataclass(frozen=True)
class Task:
    name: str
    run: Callable[..., None]
    queue: str
    attempts: int
    lease: timedelta


_tasks: dict[str, Task] = {}


def task(
    name: str, *, queue: str = "mail", attempts: int = 3, lease: timedelta = timedelta(minutes=1)
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `function(job, **args)` as the work of jobs called `name`."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        if name in _tasks:
            raise ValueError(f"Two tasks are called {name}.")
        _tasks[name] = Task(name, function, queue, attempts, lease)
        return function

    return register


def queues() -> set[str]:
    """Every queue that a registered task asks for."""
    return {t.queue for t in _tasks.values()}


def enqueue(
    session: Session, name: str, *, subject: str = "", delay: timedelta | None = None, **args: Any
) -> Job:
    """Write a job into this transaction; it is rung after the commit. Refuses an unknown name.

    With a `subject`, a job of that name that still waits for the same subject is returned instead.
    """
    known = _tasks.get(name)
    if known is None:
        raise LookupError(f"No task is called {name}.")
    now = clock.now()
    if subject:
        waiting = session.scalar(
            select(Job).where(
                Job.name == name, Job.subject == subject, Job.state == JobState.QUEUED
            )
        )
        if waiting is not None:
            return waiting
    job = Job(
        name=name,
        queue=known.queue,
        args=args,
        subject=subject,
        max_attempts=known.attempts,
        run_at=now + (delay or timedelta()),
        rung_at=now,
        created_at=now,
    )
    session.add(job)
    session.flush()
    if delay is None:
        session.info.setdefault("to_ring", []).append((job.id, job.queue))
    return job


@event.listens_for(Session, "after_commit")
def _ring_after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # A savepoint is no commit: nobody else sees the row yet.
    ring = session.info.get("ring")
    for job_id, queue in session.info.pop("to_ring", []):
        if ring is None:
            continue
        try:
            ring(job_id, queue)
        except Exception:
            # The row is safe; the sweeper rings it again when the broker is back.
            log.warning("The broker did not take job %s; the sweeper will.", job_id, exc_info=True)


@event.listens_for(Session, "after_rollback")
def _forget_after_rollback(session: Session) -> None:
    if session.in_nested_transaction():
        return  # What was asked for before it still stands; a number too many does no harm.
    session.info.pop("to_ring", None)


def jobs_about(session: Session, subject: str) -> list[Job]:
    """The jobs of one subject, newest first."""
    return list(session.scalars(select(Job).where(Job.subject == subject).order_by(Job.id.desc())))


class LeaseLost(Exception):
    """Somebody else owns this job by now; whatever was being done must stop without writing."""


@dataclass
class RunningJob:
    """What a task is handed: transactions that only the job's owner can commit, and a heartbeat."""

    id: int
    token: str
    platform: Platform
    lease: timedelta
    _progress: float = 0.0
    _lost: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction; committed at the end unless the lease was lost meanwhile."""
        with self.platform.sessions() as session:
            will_write(session)
            self._renew_in(session)
            yield session
            session.commit()

    def renew(self, progress: float) -> None:
        """Say how far the work is (0..1). Raises LeaseLost when the job is no longer ours."""
        self._progress = max(self._progress, min(progress, 1.0))
        if self._lost.is_set():
            raise LeaseLost

    def _renew_in(self, session: Session) -> None:
        ours = session.scalar(
            update(Job)
            .where(Job.id == self.id, Job.token == self.token, Job.state == JobState.RUNNING)
            .values(lease_until=clock.now() + self.lease, progress=self._progress)
            .returning(Job.id)
        )
        if ours is None:
            self._lost.set()
            raise LeaseLost

    def now(self) -> datetime:
        """This instant, for what the task records."""
        return clock.now()

    def beat(self) -> None:
        """One heartbeat, in a transaction of its own."""
        with self.platform.sessions() as session:
            will_write(session)
            self._renew_in(session)
            session.commit()

    def finish(self, state: JobState, error: str = "", again_in: timedelta | None = None) -> None:
        """Record the end of this run: done, failed, or queued for one more attempt."""
        now = clock.now()
        with self.platform.sessions() as session:
            will_write(session)
            values: dict[str, Any] = {"state": state, "error": error, "lease_until": None}
            if state == JobState.QUEUED:
                values |= {"run_at": now + (again_in or timedelta()), "rung_at": now}
            else:
                values |= {"finished_at": now}
            if state == JobState.DONE:
                values |= {"progress": 1.0}
            session.execute(
                update(Job).where(Job.id == self.id, Job.token == self.token).values(**values)
            )
            session.commit()


def claim(platform: Platform, job_id: int) -> tuple[RunningJob, Task, dict[str, Any]] | None:
    """Take the job if it is to be had: one UPDATE, which succeeds for one worker only."""
    now = clock.now()
    token = secrets.token_hex(16)
    with platform.sessions() as session:
        will_write(session)
        job = session.get(Job, job_id)
        known = _tasks.get(job.name) if job else None
        if job is None or known is None:
            return None
        to_be_had = or_(
            and_(Job.state == JobState.QUEUED, Job.run_at <= now),
            and_(Job.state == JobState.RUNNING, Job.lease_until < now),
        )
        claimed = session.scalar(
            update(Job)
            .where(Job.id == job_id, to_be_had, Job.attempt < Job.max_attempts)
            .values(
                state=JobState.RUNNING,
                token=token,
                lease_until=now + known.lease,
                attempt=Job.attempt + 1,
                error="",
            )
            .returning(Job.id)
            .execution_options(synchronize_session=False)
        )
        args = dict(job.args)
        session.commit()
        if claimed is None:
            return None
    return RunningJob(job_id, token, platform, known.lease), known, args


def run_job(platform: Platform, job_id: int) -> bool:
    """Claim and run one job; False when it was not to be had. Failures are recorded, not raised."""
    claimed = claim(platform, job_id)
    if claimed is None:
        return False
    job, known, args = claimed
    with _heartbeat(job):
        try:
            known.run(job, **args)
        except LeaseLost:
            log.info("Job %s (%s) belongs to another worker now.", job.id, known.name)
        except Exception as error:
            log.exception("Job %s (%s) failed.", job.id, known.name)
            _fail(platform, job, f"{type(error).__name__}: {error}"[:2000])
        else:
            job.finish(JobState.DONE)
    return True


def _fail(platform: Platform, job: RunningJob, error: str) -> None:
    with platform.sessions() as session:
        row = session.get_one(Job, job.id)
        attempts_left = row.max_attempts - row.attempt
        wait = timedelta(seconds=5 * 4**row.attempt)
    if attempts_left > 0:
        job.finish(JobState.QUEUED, error, again_in=wait)
    else:
        job.finish(JobState.FAILED, error)


@contextmanager
def _heartbeat(job: RunningJob) -> Iterator[None]:
    stop = threading.Event()
    every = min(job.lease.total_seconds() / 3, 1.0)

    def beat() -> None:
        while not stop.wait(every):
            try:
                job.beat()
            except LeaseLost:
                return
            except Exception:
                # A database that is away for a moment is not a reason to give the job up: the
                # lease decides that.
                log.warning("Heartbeat of job %s failed.", job.id, exc_info=True)

    thread = threading.Thread(target=beat, name=f"heartbeat-{job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def sweep(platform: Platform) -> list[tuple[int, str]]:
    """Ring what nobody answered and what a dead worker left; fail what was tried too often.

    Returns the (id, queue) pairs that should be rung.
    """
    now = clock.now()
    with platform.sessions() as session:
        will_write(session)
        session.merge(LastSweep(id=1, at=now))
        left = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
        session.execute(
            update(Job)
            .where(left, Job.attempt >= Job.max_attempts)
            .values(
                state=JobState.FAILED,
                finished_at=now,
                error="The worker stopped in the middle, and this was the last attempt.",
            )
        )
        silent = or_(Job.rung_at.is_(None), Job.rung_at < now - RING_AGAIN_AFTER)
        due_since = and_(Job.rung_at < Job.run_at, Job.run_at <= now)
        unanswered = and_(Job.state == JobState.QUEUED, Job.run_at <= now, or_(silent, due_since))
        abandoned = and_(left, Job.rung_at < now - timedelta(seconds=5))
        waiting = session.scalars(select(Job).where(or_(abandoned, unanswered))).all()
        for job in waiting:
            job.rung_at = now
        to_ring = [(job.id, job.queue) for job in waiting]
        session.commit()
    return to_ring


def last_sweep_at(session: Session) -> datetime | None:
    """When a worker last looked for jobs left lying; None when none ever has."""
    return session.scalar(select(LastSweep.at))


def is_worker_silent(seen_at: datetime | None, now: datetime) -> bool:
    """Whether no worker has been heard of for a minute."""
    return seen_at is None or now - seen_at > WORKER_SILENT


def forget_finished(session: Session, *, now: datetime) -> None:
    """Delete jobs that were done a month ago. Failed ones stay until somebody has looked."""
    session.execute(
        delete(Job).where(Job.state == JobState.DONE, Job.finished_at < now - FINISHED_KEPT)
    )


def stop(session: Session, job: Job, *, now: datetime) -> None:
    """End a job that waits or runs. Whoever works on it loses it at the next heartbeat, and what
    was half made is thrown away."""
    job.state = JobState.FAILED
    job.token = None
    job.lease_until = None
    job.finished_at = now
    job.error = "Stopped by an organizer."
    session.flush()


def run_again(session: Session, job: Job, *, now: datetime) -> None:
    """Give a failed job a fresh set of attempts."""
    job.state = JobState.QUEUED
    job.attempt = 0
    job.progress = 0.0
    job.error = ""
    job.finished_at = None
    job.run_at = now
    job.rung_at = now
    session.flush()
    session.info.setdefault("to_ring", []).append((job.id, job.queue))
