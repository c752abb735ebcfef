"""The organizer's pages about the season, and the logos everybody sees."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import forms, queries, rules, services
from app.contest.models import Season
from app.contest.views.parts import SECTIONS, organizer
from app.core import clock
from app.core.errors import Refused
from app.texts import gettext as _
from app.texts import text
from app.web.access import actor, public, requires
from app.web.db import platform, session
from app.web.files import deliver

public_pages = Blueprint("contest", __name__)

SETTINGS = (
    "name",
    "tagline",
    "about",
    "place",
    "contact_email",
    "privacy_contact",
    "safeguarding_lead_id",
    "escalation",
    "reviews_least",
    "finalists_most",
    "tie_rule",
    "picks_most",
    "watch_first",
    "mail_weight",
    "class_weight",
    "event_weight",
    "school_cap",
    "grace_minutes",
    "licence",
)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def show() -> ResponseReturnValue:
    season = queries.find_current_season(session())
    if season is None:
        return redirect(url_for("organizer.contest.create"))
    return render_template(
        "contest/season.html",
        season=season,
        phase=rules.PHASE_NAMES[rules.phase_of(season, clock.now())],
        dates=[(name, rules.DATE_NAMES[name], getattr(season, name)) for name in rules.DATE_ORDER],
        sections=SECTIONS,
        rubric_problem=rules.why_not_rubric(season.criteria),
        logo=forms.LogoForm(),
    )


@organizer.route("/new", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def create() -> ResponseReturnValue:
    current = queries.find_current_season(session())
    now = clock.now()
    form = forms.NewSeasonForm(
        name=current.name if current else None,
        zone=current.zone if current else "Pacific/Honolulu",
        year=current.year + 1 if current else now.year + 1,
    )
    if form.validate_on_submit():
        try:
            season = services.create_season(
                session(),
                actor=actor(),
                year=form.year.data or 0,
                name=form.name.data or "",
                zone=form.zone.data,
                now=now,
            )
        except Refused as error:
            form.year.errors = [str(error.reason)]
        else:
            flash(
                _("Season %(year)s is set up. Look through its dates first.", year=season.year),
                "good",
            )
            return redirect(url_for("organizer.contest.dates"))
    return render_template("contest/new_season.html", form=form), 422 if form.errors else 200


@organizer.route("/settings", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def settings() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    form = forms.SeasonForm(obj=season).offer(
        people.people_who_may(session(), Permission.SCREEN_ENTRIES)
    )
    if form.validate_on_submit():
        values = {field: getattr(form, field).data for field in SETTINGS}
        if reason := rules.why_not_vote_rules(season, values, clock.now()):
            form.picks_most.errors = [str(reason)]
        else:
            services.update_season(
                session(), actor=actor(), season=season, values=values, now=clock.now()
            )
            flash(_("Saved."), "good")
            return redirect(url_for("organizer.contest.show"))
    return render_template(
        "contest/settings.html",
        form=form,
        season=season,
        vote_opened=clock.now() >= season.vote_opens_at,
    ), 422 if form.errors else 200


@organizer.route("/dates", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def dates() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    was, now = services.dates_of(season), clock.now()
    form = forms.DatesForm(data={name: forms.as_typed(at, season.zone) for name, at in was.items()})
    if form.validate_on_submit():
        moments = form.moments(season.zone, was)
        wrong = rules.why_not_dates(moments, was, now)
        if not wrong:
            services.change_dates(
                session(),
                actor=actor(),
                season=season,
                dates=moments,
                reason=form.reason.data or "",
                now=now,
            )
            flash(_("The dates are saved."), "good")
            _warn_of_overlap(season)
            return redirect(url_for("organizer.contest.show"))
        for name, reason in wrong.items():
            form[name].errors = [str(reason)]
    return render_template(
        "contest/dates.html", form=form, season=season, warning=rules.why_vote_waits(season)
    ), 422 if form.errors else 200


@organizer.post("/dates/<name>/now")
@requires(Permission.RUN_SEASON)
def begin_now(name: str) -> ResponseReturnValue:
    """Move one date to this minute: "open the vote now"."""
    if name not in rules.DATE_ORDER:
        raise PageNotFound
    season = queries.get_current_season(session())
    services.begin_now(session(), actor=actor(), season=season, name=name, now=clock.now())
    flash(
        _(
            "Done: %(what)s now. Other dates moved only where they had to.",
            what=rules.DATE_NAMES[name],
        ),
        "good",
    )
    _warn_of_overlap(season)
    return redirect(url_for("organizer.contest.show"))


def _warn_of_overlap(season: Season) -> None:
    if warning := rules.why_vote_waits(season):
        flash(str(warning), "warn")


@organizer.post("/logo")
@requires(Permission.RUN_SEASON)
def logo() -> ResponseReturnValue:
    season = queries.get_current_season(session())
    uploaded = request.files.get("logo")
    if uploaded is None or not uploaded.filename:
        raise Refused(text("Choose a picture first."))
    key = services.store_logo(
        platform().storage, platform().work_dir, uploaded.stream.read(services.LOGO_BYTES + 1)
    )
    services.update_season(
        session(), actor=actor(), season=season, values={"logo_key": key}, now=clock.now()
    )
    flash(_("The logo is changed."), "good")
    return redirect(url_for("organizer.contest.show"))


@public_pages.get("/logos/<name>")
@public
def show_logo(name: str) -> ResponseReturnValue:
    key = f"logos/{name}"
    if not queries.is_logo(session(), key):
        raise PageNotFound
    return deliver(key, content_type="image/png", public=True)
