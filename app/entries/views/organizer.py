"""Screening: watch, go through the checklist, accept, return or disqualify."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, permissions, queries, rules, services
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.entries.views.preflight import preflight_of
from app.entries.views.teacher import WATCHABLE
from app.media import queries as media
from app.media.views import captions_response, deliver_rendition
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

organizer = Blueprint("entries", __name__)


@organizer.get("/")
@requires(Permission.SCREEN_ENTRIES)
def screening() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    wanted = request.args.get("status", "")
    screened = [status for status in EntryStatus if status not in rules.UNSUBMITTED]
    status = EntryStatus(wanted) if wanted in screened else None
    counts = queries.count_by_status(session(), season)
    entries = queries.entries_to_screen(session(), actor(), season, status)
    assets = media.assets_by_id(session(), [e.asset_id for e in entries])
    return render_template(
        "entries/organizer/screening.html",
        season=season,
        entries=entries,
        assets=assets,
        standings=media.standings(session(), assets.values()),
        counts={name: count for name, count in counts.items() if name in screened},
        status=status,
        badges=rules.STATUS_BADGES,
        publishable={e.id: rules.is_publishable(e) for e in entries},
    )


def _entry(entry_id: int) -> Entry:
    return queries.get_entry_for(session(), actor(), entry_id)


@organizer.get("/<int:entry_id>")
@requires(Permission.SCREEN_ENTRIES)
def show(entry_id: int) -> ResponseReturnValue:
    return _page(_entry(entry_id), forms.DecisionForm(formdata=None))


def _page(entry: Entry, form: forms.DecisionForm) -> ResponseReturnValue:
    asset = media.get_asset(session(), entry.asset_id) if entry.asset_id else None
    screeners = people.people_by_id(session(), {d.screener_id for d in entry.decisions})
    return render_template(
        "entries/organizer/show.html",
        entry=entry,
        season=contest.get_season(session(), entry.season_id),
        asset=asset,
        standing=media.standing(session(), asset) if asset else None,
        preflight=preflight_of(entry, asset) if asset else None,
        lookalikes=queries.lookalikes(session(), actor(), entry),
        teacher=people.get_user(session(), entry.teacher_id),
        screeners=screeners,
        form=form,
        undecidable=rules.why_not_decidable(entry),
        badge=rules.STATUS_BADGES[EntryStatus(entry.status)],
        badges=rules.STATUS_BADGES,
        reason_words=rules.REASONS,
        rung_words=rules.RUNG_WORDS,
        cue_kinds=rules.CUE_KIND_NAMES,
        ai_names=rules.AI_USE_NAMES,
        worth_adding=rules.worth_adding(entry),
        publishable=rules.is_publishable(entry),
        giveable=rules.is_giveable(entry),
        can_restart=permissions.can_restart_processing(actor()),
    ), 422 if form.errors else 200


@organizer.post("/<int:entry_id>")
@requires(Permission.SCREEN_ENTRIES)
def decide(entry_id: int) -> ResponseReturnValue:
    entry = _entry(entry_id)
    form = forms.DecisionForm()
    if form.validate_on_submit():
        try:
            services.decide(
                session(),
                actor=actor(),
                entry=entry,
                verdict=EntryStatus(form.verdict.data),
                checked=form.checked.data or [],
                reasons=form.reasons.data or [],
                words=form.words.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.verdict.errors = [str(error.reason)]
        else:
            flash(_("Decided; the teacher has been told."), "good")
            return redirect(url_for("organizer.entries.screening"))
    return _page(entry, form)


@organizer.post("/<int:entry_id>/process-again")
@requires(Permission.RUN_SEASON)
def process_again(entry_id: int) -> ResponseReturnValue:
    services.process_again(session(), actor=actor(), entry=_entry(entry_id), now=clock.now())
    flash(_("The video is being prepared once more."), "good")
    return redirect(url_for("organizer.entries.show", entry_id=entry_id))


@organizer.get("/<int:entry_id>/video/<role>")
@requires(Permission.SCREEN_ENTRIES)
def video(entry_id: int, role: str) -> ResponseReturnValue:
    entry = _entry(entry_id)
    if role not in WATCHABLE or entry.asset_id is None:
        raise PageNotFound
    return deliver_rendition(media.get_asset(session(), entry.asset_id), role)


@organizer.get("/<int:entry_id>/captions.vtt")
@requires(Permission.SCREEN_ENTRIES)
def captions_file(entry_id: int) -> ResponseReturnValue:
    return captions_response(_entry(entry_id).captions)
