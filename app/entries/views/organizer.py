"""Screening: watch, go through the checklist, accept, return or disqualify."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.rules import QuestionAudience, checklist
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
from app.web.forms import Form

organizer = Blueprint("entries", __name__)


@organizer.get("/")
@requires(Permission.SCREEN_ENTRIES)
def screening() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    wanted = request.args.get("status", "")
    screened = [status for status in EntryStatus if status not in rules.UNSUBMITTED]
    status = EntryStatus(wanted) if wanted in screened else None
    waiting = request.args.get("waiting", "")
    category = request.args.get("category", type=int)
    counts = queries.count_by_status(session(), season)
    everything = queries.entries_to_screen(session(), actor(), season, status)
    entries = [
        entry
        for entry in everything
        if (category is None or entry.category_id == category)
        and (waiting != "second" or rules.waits_for_second_look(entry))
        and (waiting != "held" or entry.held_at is not None)
    ]
    assets = media.assets_by_id(session(), [e.asset_id for e in entries])
    return render_template(
        "entries/organizer/screening.html",
        season=season,
        entries=entries,
        assets=assets,
        standings=media.standings(session(), assets.values(), now=clock.now()),
        counts={name: count for name, count in counts.items() if name in screened},
        leads_safeguarding=queries.leads_safeguarding(session(), actor()),
        status=status,
        waiting=waiting if waiting in ("second", "held") else "",
        category=category,
        seconds=sum(1 for entry in everything if rules.waits_for_second_look(entry)),
        held=sum(1 for entry in everything if entry.held_at is not None),
        badges=rules.STATUS_BADGES,
        publishable={e.id: rules.is_publishable(e) for e in entries},
    )


def _entry(entry_id: int) -> Entry:
    return queries.get_entry_for(session(), actor(), entry_id)


@organizer.get("/<int:entry_id>")
@requires(Permission.SCREEN_ENTRIES)
def show(entry_id: int) -> ResponseReturnValue:
    return _page(_entry(entry_id))


def _page(entry: Entry, *, status: int = 200, **bound: Form) -> ResponseReturnValue:
    """The one page of an entry; `bound` are forms that did not validate, with what was typed."""
    asset = media.get_asset(session(), entry.asset_id) if entry.asset_id else None
    named = {d.screener_id for d in entry.decisions} | {n.screener_id for n in entry.notes}
    named |= {who for who in (entry.cleared_by, entry.held_by) if who is not None}
    season = contest.get_season(session(), entry.season_id)
    rule_set = queries.get_rule_set_for(session(), entry)
    decided_by = contest.rule_sets_by_id(session(), {d.rule_set_id for d in entry.decisions})
    context: dict[str, Any] = {
        "form": forms.DecisionForm(formdata=None).offer(rule_set.rules),
        "second_form": forms.SecondLookForm(formdata=None).offer(rule_set.rules),
        "note_form": forms.NoteForm(formdata=None),
        "disclosure_form": forms.DisclosureForm(formdata=None),
        **bound,
    }
    return render_template(
        "entries/organizer/show.html",
        entry=entry,
        season=season,
        rule_set=rule_set,
        asset=asset,
        standing=media.standing(session(), asset, now=clock.now()) if asset else None,
        preflight=preflight_of(entry, asset) if asset else None,
        lookalikes=queries.lookalikes(session(), actor(), entry),
        teacher=people.get_user(session(), entry.teacher_id),
        screeners=people.people_by_id(session(), named),
        undecidable=rules.why_not_decidable(entry),
        uncleared=rules.why_not_cleared(
            entry, actor(), [r.code for r in checklist(rule_set.rules)], rule_set.rules
        ),
        accepted_by=rules.accepted_by(entry),
        returned_with=rules.returned_with(entry, asset),
        badge=rules.STATUS_BADGES[EntryStatus(entry.status)],
        badges=rules.STATUS_BADGES,
        broken={
            d.id: rules.broken(d.reasons, decided_by[d.rule_set_id].rules) for d in entry.decisions
        },
        answers=queries.answers_for(session(), entry, QuestionAudience.ORGANIZERS),
        neighbours=queries.neighbours(session(), actor(), season, entry),
        rung_words=rules.RUNG_WORDS,
        cue_kinds=rules.CUE_KIND_NAMES,
        ai_names=rules.AI_USE_NAMES,
        worth_adding=rules.worth_adding(entry),
        wanting=rules.why_not_publishable(entry),
        unjudged=rules.unjudged(entry),
        can_end_hold=permissions.can_end_hold(actor()),
        giveable=rules.is_giveable(entry),
        can_restart=permissions.can_restart_processing(actor()),
        **context,
    ), status


@organizer.post("/<int:entry_id>")
@requires(Permission.SCREEN_ENTRIES)
def decide(entry_id: int) -> ResponseReturnValue:
    entry = _entry(entry_id)
    form = forms.DecisionForm().offer(queries.get_rule_set_for(session(), entry).rules)
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
    return _page(entry, status=422, form=form)


@organizer.post("/<int:entry_id>/second-look")
@requires(Permission.SCREEN_ENTRIES)
def second_look(entry_id: int) -> ResponseReturnValue:
    """Another screener finds it fit for the public."""
    entry = _entry(entry_id)
    form = forms.SecondLookForm().offer(queries.get_rule_set_for(session(), entry).rules)
    if form.validate_on_submit():
        try:
            services.clear_entry(
                session(),
                actor=actor(),
                entry=entry,
                checked=form.checked.data or [],
                now=clock.now(),
            )
        except Refused as error:
            form.checked.errors = [str(error.reason)]
        else:
            flash(_("Two pairs of eyes have seen it. Thank you."), "good")
            return redirect(url_for("organizer.entries.screening"))
    return _page(entry, status=422, second_form=form)


@organizer.post("/<int:entry_id>/hold")
@requires(Permission.SCREEN_ENTRIES)
def hold(entry_id: int) -> ResponseReturnValue:
    services.hold_back(session(), actor=actor(), entry=_entry(entry_id), now=clock.now())
    flash(_("It is kept from the public until an organizer lets it go on."), "good")
    return redirect(url_for("organizer.entries.show", entry_id=entry_id))


@organizer.post("/<int:entry_id>/end-hold")
@requires(Permission.RUN_SEASON)
def end_hold(entry_id: int) -> ResponseReturnValue:
    services.end_hold(session(), actor=actor(), entry=_entry(entry_id))
    flash(_("It is no longer held back."), "good")
    return redirect(url_for("organizer.entries.show", entry_id=entry_id))


@organizer.post("/<int:entry_id>/notes")
@requires(Permission.SCREEN_ENTRIES)
def add_note(entry_id: int) -> ResponseReturnValue:
    """What was seen at a moment of the video."""
    entry = _entry(entry_id)
    form = forms.NoteForm()
    if form.validate_on_submit():
        services.add_note(
            session(),
            actor=actor(),
            entry=entry,
            at_seconds=form.at_seconds.data or 0.0,
            words=form.words.data or "",
            now=clock.now(),
        )
        return redirect(url_for("organizer.entries.show", entry_id=entry.id, _anchor="notes"))
    return _page(entry, status=422, note_form=form)


@organizer.post("/<int:entry_id>/notes/<int:note_id>/remove")
@requires(Permission.SCREEN_ENTRIES)
def remove_note(entry_id: int, note_id: int) -> ResponseReturnValue:
    entry = _entry(entry_id)
    note = queries.get_note(entry, note_id)
    services.remove_note(session(), actor=actor(), entry=entry, note=note)
    return redirect(url_for("organizer.entries.show", entry_id=entry.id, _anchor="notes"))


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
