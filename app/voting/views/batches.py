"""Making and printing slips: a school's lead for its classes, organizers for the event."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused, require
from app.schools import queries as schools
from app.texts import SLIPS, languages, moment, named
from app.texts import gettext as _
from app.voting import forms, permissions, queries, rules, services
from app.voting.models import SlipBatch
from app.voting.views.box import organizer
from app.web.access import actor, requires
from app.web.addresses import absolute
from app.web.db import platform, session

teacher = Blueprint("voting", __name__)


@teacher.route("/ballots", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def class_ballots() -> ResponseReturnValue:
    """A school's slips: how many there are, how many were voted with, and more."""
    season, now = contest.get_current_season(session()), clock.now()
    membership = schools.get_membership(session(), actor())
    school = membership.school
    form = forms.MakeSlipsForm(students=school.students)
    if form.validate_on_submit():
        try:
            services.say_students(
                session(),
                actor=actor(),
                season=season,
                school=school,
                students=form.students.data or 0,
            )
            services.make_slips(
                session(),
                actor=actor(),
                voters=platform().voters,
                season=season,
                school=school,
                wanted=form.wanted.data or 0,
                now=now,
            )
        except Refused as error:
            session().rollback()
            form.wanted.errors = [str(error.reason)]
            season = contest.get_current_season(session())
            school = schools.get_membership(session(), actor()).school
        else:
            flash(_("The slips are made. Print them, and keep them like exam papers."))
            return redirect(url_for("teacher.voting.class_ballots"))
    batches = queries.slip_batches(session(), season.id, school=school)
    page = render_template(
        "voting/teacher/class_ballots.html",
        season=season,
        school=school,
        is_lead=permissions.can_make_slips(school, membership),
        closed=rules.has_vote_closed(season, now),
        opened=now >= season.vote_opens_at,
        batches=batches,
        used=queries.slips_used(session(), [each.id for each in batches]),
        made=sum(each.slips for each in batches),
        languages=named(languages(SLIPS)),
        form=form,
    )
    return page, 422 if form.errors else 200


@teacher.get("/ballots/<int:batch_id>/slips.pdf")
@requires(Permission.ENTER_CONTEST)
def class_slips(batch_id: int) -> ResponseReturnValue:
    return _printed(queries.get_batch_for(session(), actor(), batch_id))


@organizer.route("/slips", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def slips() -> ResponseReturnValue:
    """All slips of the season, and some for the event."""
    season, now = contest.get_current_season(session()), clock.now()
    form = forms.EventSlipsForm()
    if form.validate_on_submit():
        services.make_slips(
            session(),
            actor=actor(),
            voters=platform().voters,
            season=season,
            school=None,
            wanted=form.wanted.data or 0,
            now=now,
        )
        flash(_("The slips are made."))
        return redirect(url_for("organizer.voting.slips"))
    batches = queries.slip_batches(session(), season.id)
    page = render_template(
        "voting/organizer/slips.html",
        season=season,
        opened=now >= season.vote_opens_at,
        batches=batches,
        used=queries.slips_used(session(), [each.id for each in batches]),
        languages=named(languages(SLIPS)),
        form=form,
        students_most=rules.STUDENTS_MOST,
    )
    return page, 422 if form.errors else 200


@organizer.post("/slips/schools/<int:school_id>/students")
@requires(Permission.RUN_SEASON)
def students(school_id: int) -> ResponseReturnValue:
    """Correct how many students a school has."""
    school = schools.get_school_for(session(), actor(), school_id)
    form = forms.StudentsForm()
    if form.validate_on_submit():
        services.say_students(
            session(),
            actor=actor(),
            season=contest.get_current_season(session()),
            school=school,
            students=form.students.data or 0,
        )
        flash(_("Saved."))
    else:
        flash(_("Please give a number from 1 to 10,000."), "bad")
    return redirect(url_for("organizer.voting.slips"))


@organizer.get("/slips/<int:batch_id>/slips.pdf")
@requires(Permission.RUN_SEASON)
def event_slips(batch_id: int) -> ResponseReturnValue:
    return _printed(queries.get_batch_for(session(), actor(), batch_id))


def _printed(batch: SlipBatch) -> Response:
    """The PDF, made anew each time from the season's key."""
    season = contest.get_season(session(), batch.season_id)
    require(not rules.has_vote_closed(season, clock.now()))
    signer = queries.get_signer(session(), platform().voters, season.id)
    wanted = [tag for tag in request.args.getlist("language") if tag in languages(SLIPS)]
    body = services.slips_pdf(
        queries.codes_of(signer, batch),
        contest=season.name,
        school=batch.school.name if batch.school else "",
        address=absolute("public.voting.slip"),
        closes=moment(season.vote_closes_at, season.zone),
        languages=wanted[:2],
    )
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="slips-{batch.mark}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
