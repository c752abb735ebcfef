"""What goes next, and a school's data, for organizers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.retention import queries, rules, services
from app.retention.rules import SCHEDULE
from app.retention.views.teacher import archive_answer, erase_page
from app.schools import queries as schools
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

organizer = Blueprint("retention", __name__)


@organizer.get("/retention/")
@requires(Permission.SEE_OPERATIONS)
def overview() -> ResponseReturnValue:
    """A dry run: what is due, and what goes in the next 30 days."""
    now = clock.now()
    coming = queries.report(session(), until=now + rules.AHEAD, now=now)
    season = contest.find_current_season(session())
    return render_template(
        "retention/overview.html",
        rows=[(SCHEDULE[row_id], listed) for row_id, listed in coming.items()],
        due=sum(each.count for listed in coming.values() for each in listed if each.at <= now),
        days=rules.AHEAD.days,
        zone=season.zone if season else "UTC",
    )


@organizer.post("/retention/run")
@requires(Permission.SEE_OPERATIONS)
def run() -> ResponseReturnValue:
    services.run_now(session(), actor=actor())
    flash(
        _("What is due goes now. It takes a minute, then it is no longer listed here."),
        "good",
    )
    return redirect(url_for("organizer.retention.overview"))


@organizer.post("/schools/<int:school_id>/export")
@requires(Permission.RUN_SEASON)
def export(school_id: int) -> ResponseReturnValue:
    return archive_answer(schools.get_school_for(session(), actor(), school_id))


@organizer.route("/schools/<int:school_id>/erase", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def erase(school_id: int) -> ResponseReturnValue:
    school = schools.get_school_for(session(), actor(), school_id)
    return erase_page(school, "retention/organizer_erase.html", "organizer.schools.index")
