"""The organizers' first page, the jobs, the audit log, and a demonstration's outbox."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.core import clock, jobs
from app.entries import queries as entries
from app.entries.rules import STATUS_BADGES, EntryStatus
from app.reports import queries, services
from app.texts import gettext as _
from app.video.run import confinement
from app.video.verify import inspection
from app.voting import queries as voting
from app.web.access import actor, requires
from app.web.db import platform, session

organizer = Blueprint("reports", __name__)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def dashboard() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    if season is None:
        return redirect(url_for("organizer.contest.create"))
    now = clock.now()
    counts = entries.count_by_status(session(), season)
    return render_template(
        "reports/dashboard.html",
        season=season,
        phase_name=season_rules.PHASE_NAMES[season_rules.phase_of(season, now)],
        coming=season_rules.next_date(season, now),
        waiting=queries.waiting(session(), season),
        schools=queries.count_approved_schools(session()),
        counts=[(STATUS_BADGES[EntryStatus(s)], n) for s, n in sorted(counts.items())],
        entries=sum(counts.values()),
        ballots=voting.count_ballots(session(), season, now=now).cast,
        finalists=len(entries.finalists(session(), season)),
        worker_silent=jobs.is_worker_silent(jobs.last_sweep_at(session()), now),
        mail_is_sent=bool(platform().postman.smtp_url),
        room=queries.room(session(), platform().storage, now=now),
    )


@organizer.get("/jobs")
@requires(Permission.SEE_OPERATIONS)
def job_list() -> ResponseReturnValue:
    return render_template(
        "reports/jobs.html",
        jobs=queries.newest_jobs(session()),
        can_be_stopped=queries.can_be_stopped,
        confinement=confinement(),
        inspection=inspection(),
        worker_silent=jobs.is_worker_silent(jobs.last_sweep_at(session()), clock.now()),
    )


@organizer.post("/jobs/<int:job_id>/again")
@requires(Permission.SEE_OPERATIONS)
def run_again(job_id: int) -> ResponseReturnValue:
    job = queries.get_failed_job(session(), job_id)
    services.run_again(session(), actor=actor(), job=job, now=clock.now())
    flash(_("It runs again."), "good")
    return redirect(url_for("organizer.reports.job_list"))


@organizer.post("/jobs/<int:job_id>/stop")
@requires(Permission.SEE_OPERATIONS)
def stop(job_id: int) -> ResponseReturnValue:
    job = queries.get_stoppable_job(session(), job_id)
    services.stop_job(session(), actor=actor(), job=job, now=clock.now())
    flash(_("It is stopped. Nothing that was finished before is lost."), "good")
    return redirect(url_for("organizer.reports.job_list"))


@organizer.get("/audit")
@requires(Permission.SEE_OPERATIONS)
def audit_log() -> ResponseReturnValue:
    events = queries.newest_events(session())
    names = people.people_by_id(session(), {e.actor_id for e in events if e.actor_id})
    season = contest.find_current_season(session())
    return render_template(
        "reports/audit.html",
        events=events,
        names=names,
        zone=season.zone if season else "UTC",
    )


@organizer.get("/outbox")
@requires(Permission.SEE_OPERATIONS)
def outbox() -> ResponseReturnValue:
    """Mails that no server took, in a demonstration only."""
    _only_in_a_demonstration()
    postman = platform().postman
    mails = queries.newest_mails(session())
    return render_template(
        "reports/outbox.html", mails=[(mail, postman.render(mail).subject) for mail in mails]
    )


@organizer.get("/outbox/<int:mail_id>")
@requires(Permission.SEE_OPERATIONS)
def outgoing_mail(mail_id: int) -> ResponseReturnValue:
    _only_in_a_demonstration()
    mail = queries.get_mail(session(), mail_id)
    return render_template("reports/mail.html", mail=mail, rendered=platform().postman.render(mail))


def _only_in_a_demonstration() -> None:
    if not platform().demonstration:
        raise PageNotFound
