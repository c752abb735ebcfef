"""How far winners got: counted without knowing whom, and told by stations and schools."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.awards import forms, queries, rules, services
from app.awards.rules import ShowingKind, UseKind
from app.awards.views.certificates import public_pages
from app.awards.views.giving import organizer
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.texts import gettext as _
from app.web.access import actor, public, requires
from app.web.db import platform, session
from app.web.files import visitor_network


@public_pages.post("/watch/<slug>/played")
@public
def played(slug: str) -> ResponseReturnValue:
    """Counts that a winner was played. Nothing is kept of whoever did, and no cookie is set."""
    now = clock.now()
    entry_id = queries.get_given_away(session(), slug, now=now).id
    session().rollback()  # Counting takes transactions of its own.
    per = rules.PLAYS_PER
    if platform().limits.take("play", visitor_network(), most=rules.PLAYS_MOST, per=per, now=now):
        services.count_use(platform().sessions, entry_id, UseKind.PLAY)
    return Response(status=204, mimetype="text/plain")


@public_pages.route("/watch/<slug>/shown", methods=["GET", "POST"])
@public
def shown(slug: str) -> ResponseReturnValue:
    """Where a station or a school says that it showed a winner."""
    now = clock.now()
    entry = queries.get_given_away(session(), slug, now=now)
    form, done = forms.ShowingForm(), False
    if form.validate_on_submit():
        session().rollback()  # Counting takes a transaction of its own.
        per, who = rules.SHOWINGS_PER, visitor_network()
        if not platform().limits.take("showing", who, most=rules.SHOWINGS_MOST, per=per, now=now):
            form.name.errors = [
                _("There were many reports from here. Please try again in an hour.")
            ]
        else:
            entry = queries.get_given_away(session(), slug, now=now)
            try:
                services.report_showing(
                    session(),
                    entry=entry,
                    season=contest.get_season(session(), entry.season_id),
                    kind=ShowingKind(form.kind.data),
                    name=form.name.data or "",
                    shown_on=form.shown_on.data or now.date(),
                    people=form.people.data,
                    now=now,
                )
                done = True
            except Refused as error:
                form.shown_on.errors = [str(error.reason)]
    page = render_template("awards/shown.html", form=form, entry=entry, done=done)
    response = Response(page, 422 if form.errors else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


@organizer.get("/reach")
@requires(Permission.RUN_SEASON)
def reach() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    return render_template(
        "awards/reach.html",
        season=season,
        reached=queries.reach_of(session(), season),
        showings=queries.showings(session(), season),
        use_names=rules.USE_NAMES,
        showing_names=rules.SHOWING_NAMES,
        told=rules.told_count,
    )


@organizer.post("/reach/showings/<int:showing_id>/accept")
@requires(Permission.RUN_SEASON)
def accept_showing(showing_id: int) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    showing = queries.get_showing(session(), season, showing_id)
    services.accept_showing(session(), actor=actor(), showing=showing, now=clock.now())
    flash(_("It counts now, and gets a certificate of appreciation."), "good")
    return redirect(url_for("organizer.awards.reach"))


@organizer.post("/reach/showings/<int:showing_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_showing(showing_id: int) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    showing = queries.get_showing(session(), season, showing_id)
    services.remove_showing(session(), actor=actor(), showing=showing)
    flash(_("Removed."), "good")
    return redirect(url_for("organizer.awards.reach"))
