"""The organizer's award page: ranking on one side, awards on the other, and the announcement."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.awards import forms, queries, rules, services
from app.contest import queries as contest
from app.contest.models import Season
from app.core import clock
from app.core.errors import Refused
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.media import queries as media
from app.texts import gettext as _
from app.video.render import station_advice
from app.voting import queries as voting
from app.web.access import actor, requires
from app.web.db import session

organizer = Blueprint("awards", __name__)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    return _page(season, _form(season, empty=True))


def _form(season: Season, *, empty: bool = False) -> forms.AwardForm:
    form = forms.AwardForm(formdata=None) if empty else forms.AwardForm()
    form.entry.choices = [
        (e.id, f"{e.title} ({e.code}, {e.category.name if e.category else ''})")
        for e in entries.accepted_entries(session(), season)
    ]
    return form


def _page(season: Season, form: forms.AwardForm) -> ResponseReturnValue:
    now = clock.now()
    winners = queries.winners(session(), season)
    awards = queries.awards_of_season(session(), season)
    uncounted = voting.why_not_final(session(), season, now=now)
    judged = now >= season.judging_closes_at
    return render_template(
        "awards/overview.html",
        season=season,
        winners=winners,
        station_jobs=queries.station_jobs(session(), winners),
        brandings=queries.brandings(session(), winners),
        award_name=rules.award_name,
        place_names=rules.PLACE_NAMES,
        suggestions=queries.suggestions(session(), actor(), season) if judged else {},
        choice=[] if uncounted else queries.peoples_choice(session(), actor(), season, now=now),
        uncounted=uncounted,
        problem=rules.why_not_award(season, now),
        why_not_announce=rules.why_not_announceable(season, awards, now, uncounted=uncounted),
        is_giveable=entry_rules.is_giveable,
        form=form,
    ), 422 if form.errors else 200


@organizer.post("/suggested")
@requires(Permission.RUN_SEASON)
def suggested() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    given = services.give_suggested(session(), actor=actor(), season=season, now=clock.now())
    flash(
        _("%(n)s awards are set as scores and ballots say. Nobody else sees them yet.", n=given),
        "good",
    )
    return redirect(url_for("organizer.awards.overview"))


@organizer.post("/")
@requires(Permission.RUN_SEASON)
def give() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    form = _form(season)
    if not form.validate_on_submit():
        return _page(season, form)
    entry: Entry = entries.get_entry_for(session(), actor(), form.entry.data)
    try:
        _give(season, entry, form)
    except Refused as error:
        wrong = form.name if form.what.data == "special" else form.what
        wrong.errors = [str(error.reason)]
        return _page(season, form)
    flash(_("The award is set. Nobody else sees it yet."), "good")
    return redirect(url_for("organizer.awards.overview"))


def _give(season: Season, entry: Entry, form: forms.AwardForm) -> None:
    now = clock.now()
    match form.what.data:
        case "peoples-choice":
            services.give_peoples_choice(
                session(), actor=actor(), season=season, entry=entry, now=now
            )
        case "special":
            services.give_special(
                session(),
                actor=actor(),
                season=season,
                entry=entry,
                name=form.name.data or "",
                now=now,
            )
        case place:
            category = next(c for c in season.categories if c.id == entry.category_id)
            services.give_placement(
                session(),
                actor=actor(),
                season=season,
                category=category,
                entry=entry,
                place=int(place),
                now=now,
            )


@organizer.post("/<int:award_id>/take-back")
@requires(Permission.RUN_SEASON)
def take_back(award_id: int) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    award = queries.get_award(session(), season, award_id)
    services.take_back(session(), actor=actor(), season=season, award=award, now=clock.now())
    return redirect(url_for("organizer.awards.overview"))


@organizer.post("/entries/<int:entry_id>/brand")
@requires(Permission.RUN_SEASON)
def brand(entry_id: int) -> ResponseReturnValue:
    entry = entries.get_entry_for(session(), actor(), entry_id)
    services.brand_again(session(), actor=actor(), entry=entry, now=clock.now())
    flash(_("The film is being made anew."), "good")
    return redirect(url_for("organizer.awards.overview"))


@organizer.post("/entries/<int:entry_id>/station-kit")
@requires(Permission.RUN_SEASON)
def station_kit(entry_id: int) -> ResponseReturnValue:
    entry = entries.get_entry_for(session(), actor(), entry_id)
    prores = request.form.get("prores") == "yes"
    services.ask_for_station_kit(session(), actor=actor(), entry=entry, prores=prores)
    flash(_("The files for television are being made. That takes some minutes."), "good")
    asset = media.get_asset(session(), entry.asset_id) if entry.asset_id else None
    if asset is not None and asset.seconds and (said := station_advice(asset.seconds)):
        flash(str(said), "info")
    return redirect(url_for("organizer.awards.overview"))


@organizer.post("/announce")
@requires(Permission.RUN_SEASON)
def announce() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.announce_awards(session(), actor=actor(), season=season, now=clock.now())
    flash(_("Announced! The winners are public from this moment."), "good")
    return redirect(url_for("organizer.awards.overview"))
