"""Failed work is started again by those who look after the machinery, with a trace."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import clock, jobs
from app.core.audit import AuditEvent
from app.core.errors import NotAllowed, NotFound
from app.core.jobs import JobState
from app.reports import queries, services


def test_only_organizers_run_a_failed_job_again(
    session: Session, olivia: User, alice: User, judy: User
) -> None:
    job = jobs.enqueue(session, "awards.brand", entry_id=1)
    job.state, job.attempt = JobState.FAILED, 4
    session.flush()

    for actor in (alice, judy):
        with pytest.raises(NotAllowed):
            services.run_again(session, actor=actor, job=job, now=clock.now())
    assert job.state == JobState.FAILED
    services.run_again(session, actor=olivia, job=job, now=clock.now())

    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    session.flush()
    [trace] = session.scalars(select(AuditEvent).where(AuditEvent.action == "job.run-again"))
    assert (trace.actor_id, trace.details) == (olivia.id, {"name": "awards.brand"})


def test_only_organizers_stop_a_job(session: Session, olivia: User, alice: User) -> None:
    job = jobs.enqueue(session, "awards.brand", entry_id=1)
    with pytest.raises(NotAllowed):
        services.stop_job(session, actor=alice, job=job, now=clock.now())
    services.stop_job(session, actor=olivia, job=job, now=clock.now())

    assert (job.state, job.error) == (JobState.FAILED, "Stopped by an organizer.")
    with pytest.raises(NotFound):
        queries.get_stoppable_job(session, job.id)
    services.run_again(session, actor=olivia, job=job, now=clock.now())
    assert job.state == JobState.QUEUED
    assert queries.get_stoppable_job(session, job.id) is job
