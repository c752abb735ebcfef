"""A teacher's entries: list, the one page of an entry, submitting and withdrawing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.entries import forms, permissions, queries, rules, services
from app.entries.models import Entry
from app.entries.views.preflight import preflight_of
from app.media import queries as media
from app.media.views import captions_response, deliver_rendition
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import platform, session
from app.web.forms import Form

teacher = Blueprint("entries", __name__)

WATCHABLE = ("preview", "poster", "web_1080", "web_720", "web_480")


@teacher.get("/")
@requires(Permission.ENTER_CONTEST)
def index() -> ResponseReturnValue:
    membership = schools.find_membership(session(), actor())
    season = contest.find_current_season(session())
    if membership is None or season is None:
        return render_template("entries/teacher/no_school.html", season=season)
    entries = queries.entries_for_teacher(session(), actor(), season)
    assets = media.assets_by_id(session(), [e.asset_id for e in entries])
    now = clock.now()
    return render_template(
        "entries/teacher/index.html",
        entries=entries,
        assets=assets,
        standings=media.standings(session(), assets.values()),
        season=season,
        school=membership.school,
        problem=school_rules.why_not_taking_part(membership.school),
        closed=rules.why_not_creatable(0, season, now),
        badges=rules.STATUS_BADGES,
        missing={e.id: rules.missing(e, assets.get(e.asset_id or 0)) for e in entries},
        submissions_close_at=season.submissions_close_at,
    )


@teacher.post("/")
@requires(Permission.ENTER_CONTEST)
def create() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    entry = services.create_entry(session(), actor=actor(), season=season, now=clock.now())
    return redirect(url_for("teacher.entries.show", entry_id=entry.id))


@teacher.get("/<int:entry_id>")
@requires(Permission.ENTER_CONTEST)
def show(entry_id: int) -> ResponseReturnValue:
    return entry_page(_entry(entry_id))


def _entry(entry_id: int) -> Entry:
    return queries.get_entry_for(session(), actor(), entry_id)


def entry_page(entry: Entry, *, status: int = 200, **bound: Form) -> ResponseReturnValue:
    """The one page of an entry; `bound` are forms that did not validate, with what was typed."""
    season = contest.get_season(session(), entry.season_id)
    asset = media.get_asset(session(), entry.asset_id) if entry.asset_id else None
    now = clock.now()
    membership = schools.find_membership(session(), actor())
    may_edit = permissions.can_edit(actor(), entry, membership)
    locked = rules.why_not_editable(entry, season, now)
    code = queries.find_team_code(entry)
    context: dict[str, Any] = {
        "details_form": forms.DetailsForm(formdata=None, obj=entry).offer(season),
        "person_form": forms.PersonForm(formdata=None),
        "cue_form": forms.CueForm(formdata=None),
        "captions_form": forms.CaptionsForm(formdata=None, language=entry.captions_language),
        **bound,
    }
    return render_template(
        "entries/teacher/show.html",
        entry=entry,
        season=season,
        asset=asset,
        standing=media.standing(session(), asset) if asset else None,
        preflight=preflight_of(entry, asset) if asset else None,
        locked=locked,
        may_edit=may_edit,
        editable=may_edit and locked is None,
        captionable=may_edit and rules.why_not_captionable(entry, season, now) is None,
        missing=rules.missing(entry, asset),
        worth_adding=rules.worth_adding(entry),
        why_not_submit=school_rules.why_not_taking_part(entry.school)
        or rules.why_not_submittable(entry, asset, season, now),
        can_withdraw=may_edit and rules.why_not_withdrawable(entry) is None,
        badge=rules.STATUS_BADGES[rules.EntryStatus(entry.status)],
        decision=entry.decisions[-1] if entry.decisions else None,
        reason_words=rules.REASONS,
        rung_words=rules.RUNG_WORDS,
        cue_kinds=rules.CUE_KIND_NAMES,
        ai_names=rules.AI_USE_NAMES,
        code=code,
        team_url=f"{platform().public_url}/team",
        submissions_close_at=season.submissions_close_at,
        **context,
    ), status


@teacher.post("/<int:entry_id>")
@requires(Permission.ENTER_CONTEST)
def save(entry_id: int) -> ResponseReturnValue:
    """Save the details, complete or not; from a script field by field, as JSON."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    season = contest.get_season(session(), entry.season_id)
    form = forms.DetailsForm().offer(season)
    quietly = request.headers.get("X-Autosave") == "1"
    if form.validate_on_submit():
        services.save_details(
            session(),
            actor=actor(),
            entry=entry,
            values=forms.field_values(form),
            now=clock.now(),
        )
        if quietly:
            return {"missing": len(rules.missing(entry, _asset_of(entry)))}
        flash(_("Saved."), "good")
        return redirect(url_for("teacher.entries.show", entry_id=entry.id))
    if quietly:
        return {"errors": {name: [str(e) for e in es] for name, es in form.errors.items()}}, 422
    return entry_page(entry, status=422, details_form=form)


def _asset_of(entry: Entry) -> Any:
    return media.get_asset(session(), entry.asset_id) if entry.asset_id else None


@teacher.post("/<int:entry_id>/submit")
@requires(Permission.ENTER_CONTEST)
def submit(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    services.submit_entry(session(), actor=actor(), entry=entry, now=clock.now())
    flash(_("Submitted. A receipt is on its way to your mailbox."), "good")
    return redirect(url_for("teacher.entries.show", entry_id=entry.id))


@teacher.post("/<int:entry_id>/withdraw")
@requires(Permission.ENTER_CONTEST)
def withdraw(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    services.withdraw_entry(session(), actor=actor(), entry=entry, now=clock.now())
    flash(_("Withdrawn. Until the deadline you can change it and submit it again."), "good")
    return redirect(url_for("teacher.entries.show", entry_id=entry.id))


@teacher.get("/<int:entry_id>/state")
@requires(Permission.ENTER_CONTEST)
def state(entry_id: int) -> ResponseReturnValue:
    """Where the video stands, for the page's script."""
    return state_json(_entry(entry_id))


def state_json(entry: Entry) -> ResponseReturnValue:
    asset = _asset_of(entry)
    if asset is None:
        return {"state": "none", "words": "", "percent": None, "settled": True, "preview": False}
    standing = media.standing(session(), asset)
    return {
        "state": standing.state,
        "words": str(standing.words),
        "percent": standing.percent,
        "settled": standing.settled,
        "preview": asset.rendition("preview") is not None,
    }


@teacher.get("/<int:entry_id>/video/<role>")
@requires(Permission.ENTER_CONTEST)
def video(entry_id: int, role: str) -> ResponseReturnValue:
    entry = _entry(entry_id)
    if role not in WATCHABLE:
        raise PageNotFound
    return deliver_rendition(_asset_of(entry), role)


@teacher.get("/<int:entry_id>/captions.vtt")
@requires(Permission.ENTER_CONTEST)
def captions_file(entry_id: int) -> ResponseReturnValue:
    return captions_response(_entry(entry_id).captions)
