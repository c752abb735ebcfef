"""A teacher's entries: list, the one page of an entry, submitting and withdrawing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import QUESTION_AUDIENCE_NAMES
from app.core import clock
from app.core.errors import NotUnderstood
from app.entries import forms, permissions, queries, rules, services
from app.entries.models import Entry
from app.entries.views.preflight import preflight_of
from app.media import queries as media
from app.media.models import Asset
from app.media.views import captions_response, deliver_rendition
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.schools.models import School
from app.texts import gettext as _
from app.texts import named
from app.web.access import actor, requires
from app.web.db import platform, session
from app.web.forms import Form

teacher = Blueprint("entries", __name__)
teacher_home = Blueprint("home", __name__)

WATCHABLE = ("preview", "poster", "web_1080", "web_720", "web_480", "storyboard")
POSTERS = tuple(f"poster_{number}" for number in range(1, 6))


@teacher_home.get("/")
@requires(Permission.ENTER_CONTEST)
def home() -> ResponseReturnValue:
    """What somebody finds who shortens the address."""
    return redirect(url_for("teacher.entries.index"))


@teacher.get("/")
@requires(Permission.ENTER_CONTEST)
def index() -> ResponseReturnValue:
    membership = schools.find_membership(session(), actor())
    season = contest.find_current_season(session())
    if membership is None or season is None:
        return render_template(
            "entries/teacher/no_school.html",
            season=season,
            request=schools.find_request(session(), actor()),
        )
    entries = queries.entries_for_teacher(session(), actor(), season)
    assets = media.assets_by_id(session(), [e.asset_id for e in entries])
    now = clock.now()
    window = queries.window_of(session(), season, membership.school_id)
    return render_template(
        "entries/teacher/index.html",
        entries=entries,
        assets=assets,
        standings=media.standings(session(), assets.values(), now=now),
        season=season,
        school=membership.school,
        problem=school_rules.why_not_taking_part(membership.school),
        closed=rules.why_not_creatable(0, season, window, now),
        badges=rules.STATUS_BADGES,
        missing={
            e.id: rules.missing(e, assets.get(e.asset_id or 0), season.questions) for e in entries
        },
        submissions_close_at=window.closes_at,
        **_agreement(membership.school, season),
    )


def _agreement(school: School, season: Season) -> dict[str, Any]:
    """Whether the school still has to accept the agreement, and who can."""
    disagreed = schools.why_not_agreed(session(), school.id, season.id)
    leads = schools.leads(session(), school) if disagreed else []
    return {"disagreed": disagreed, "leads": leads}


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


def _next_steps(entry: Entry, asset: Asset | None, now: datetime) -> dict[str, Any]:
    """What the part of the page needs that says what comes next."""
    season = contest.get_season(session(), entry.season_id)
    window = queries.window_of(session(), season, entry.school_id)
    may_edit = permissions.can_edit(actor(), entry, schools.find_membership(session(), actor()))
    return {
        "entry": entry,
        "season": season,
        "may_edit": may_edit,
        "locked": rules.why_not_editable(entry, window, now),
        "captionable": may_edit and rules.why_not_captionable(entry, window, now) is None,
        "told_until": rules.told_until(entry, window),
        "missing": rules.missing(entry, asset, season.questions),
        "worth_adding": rules.worth_adding(entry),
        "unjudged": rules.unjudged(entry),
        "same_video": rules.returned_with(entry, asset) is not None,
        "why_not_submit": school_rules.why_not_taking_part(entry.school)
        or rules.why_not_submittable(entry, asset, window, now, season.questions),
        "can_withdraw": may_edit and rules.why_not_withdrawable(entry) is None,
        "submissions_close_at": window.closes_at,
    }


def entry_page(
    entry: Entry, *, status: int = 200, conflicts: Sequence[str] = (), **bound: Form
) -> ResponseReturnValue:
    """The one page of an entry; `bound` are forms that did not validate, with what was typed;
    `conflicts` are the fields in which somebody else saved something meanwhile."""
    asset = media.get_asset(session(), entry.asset_id) if entry.asset_id else None
    now = clock.now()
    steps = _next_steps(entry, asset, now)
    season = steps["season"]
    listed = queries.get_rule_set_for(session(), entry).rules
    decision = entry.decisions[-1] if entry.decisions else None
    code = queries.find_team_code(entry)
    saved_form = forms.DetailsForm(formdata=None, obj=entry).offer(season)
    context: dict[str, Any] = {
        "details_form": saved_form,
        "person_form": forms.PersonForm(formdata=None),
        "cue_form": forms.CueForm(formdata=None),
        "captions_form": forms.CaptionsForm(formdata=None, language=entry.captions_language),
        "members_form": forms.MembersForm(
            formdata=None, alias=[member.alias for member in entry.members]
        ).offer(season.team_most),
        "questions_form": forms.questions_form(
            season.questions, {a.question_id: a.words for a in entry.answers}, formdata=None
        ),
        **bound,
    }
    return render_template(
        "entries/teacher/show.html",
        asset=asset,
        standing=media.standing(session(), asset, now=now) if asset else None,
        preflight=preflight_of(entry, asset) if asset else None,
        editable=steps["may_edit"] and steps["locked"] is None,
        saved=services.saved_details(entry),
        conflicts={name: forms.shown_value(saved_form[name]) for name in conflicts},
        badge=rules.STATUS_BADGES[rules.EntryStatus(entry.status)],
        decision=decision,
        broken=rules.broken(decision.reasons, listed) if decision else [],
        notes=[note for note in entry.notes if note.sent_at is not None],
        links=queries.release_links_of(session(), entry),
        link_languages=named(queries.release_languages(session(), drafts=platform().demonstration)),
        credits=rules.credits_of(entry),
        audience_names=QUESTION_AUDIENCE_NAMES,
        answers={answer.question_id: answer.words for answer in entry.answers},
        rung_words=rules.RUNG_WORDS,
        cue_kinds=rules.CUE_KIND_NAMES,
        ai_names=rules.AI_USE_NAMES,
        code=code,
        team_url=f"{platform().public_url}/team",
        **steps,
        **_agreement(entry.school, season),
        **context,
    ), status


@teacher.post("/<int:entry_id>")
@requires(Permission.ENTER_CONTEST)
def save(entry_id: int) -> ResponseReturnValue:
    """Save the details, complete or not; from a script field by field, as JSON."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    season = contest.get_season(session(), entry.season_id)
    if request.headers.get("X-Autosave") == "1":
        return _save_field(entry, forms.DetailsForm().offer(season))
    seen = _seen()
    form = forms.DetailsForm(formdata=_without_what_is_theirs(entry, seen)).offer(season)
    if not form.validate_on_submit():
        return entry_page(entry, status=422, details_form=form)
    try:
        services.save_details(
            session(),
            actor=actor(),
            entry=entry,
            values=forms.field_values(form),
            seen=seen,
            now=clock.now(),
        )
    except services.ChangedMeanwhile as error:
        # What was not typed here shows what is saved by now; else it would look as if it were.
        untyped = [
            name for name in seen or {} if (seen or {})[name] == rules.as_typed(form[name].data)
        ]
        form = forms.DetailsForm(formdata=_typed_but(entry, untyped)).offer(season)
        return entry_page(entry, status=409, conflicts=error.fields, details_form=form)
    flash(_("Saved."), "good")
    return redirect(url_for("teacher.entries.show", entry_id=entry.id))


def _seen() -> dict[str, str] | None:
    """What was saved when the page with the form was made, as the form says itself."""
    try:
        said = json.loads(request.form.get("seen", ""))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return {name: str(said[name]) for name in services.DETAILS if name in said}


def _without_what_is_theirs(entry: Entry, seen: dict[str, str] | None) -> MultiDict[str, str]:
    """What was typed, but for the fields in which somebody prefers what another has saved."""
    theirs = [name for name in request.form.getlist("theirs") if seen and name in seen]
    for name in theirs:
        (seen or {})[name] = services.saved_details(entry)[name]
    return _typed_but(entry, theirs)


def _typed_but(entry: Entry, names: Sequence[str]) -> MultiDict[str, str]:
    """What was typed, with what is saved in the fields of these names."""
    typed: MultiDict[str, str] = MultiDict(request.form)
    saved = services.saved_details(entry)
    for name in names:
        typed.poplist(name)
        if saved[name]:
            typed.add(name, saved[name])
    return typed


def _save_field(entry: Entry, form: forms.DetailsForm) -> ResponseReturnValue:
    """Save one field, and say what is saved by then and what is still missing."""
    name = request.form.get("field", "")
    if name not in services.DETAILS:
        raise NotUnderstood
    if not form.validate_on_submit() and name in form.errors:
        return {"errors": [str(error) for error in form[name].errors]}, 422
    seen = request.form.get("seen")
    try:
        services.save_details(
            session(),
            actor=actor(),
            entry=entry,
            values={name: form[name].data},
            seen=None if seen is None else {name: rules.as_typed(seen)},
            now=clock.now(),
        )
    except services.ChangedMeanwhile as error:
        season = contest.get_season(session(), entry.season_id)
        theirs = forms.DetailsForm(formdata=None, obj=entry).offer(season)[name]
        return {
            "error": str(error.reason),
            "theirs": services.saved_details(entry)[name],
            "shown": forms.shown_value(theirs),
        }, 409
    steps = _next_steps(entry, _asset_of(entry), clock.now())
    return {
        "saved": services.saved_details(entry),
        "next": render_template("entries/teacher/parts/next.html", **steps),
    }


def _asset_of(entry: Entry) -> Asset | None:
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
    standing = media.standing(session(), asset, now=clock.now())
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
