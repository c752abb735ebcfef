"""Feedback: an organizer chooses what a team hears, a teacher reads and prints it, and everybody
can read how judging works."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest import rules as contest_rules
from app.core import clock
from app.core.errors import Refused
from app.entries import queries as entries
from app.judging import queries, rules, services
from app.judging.views.organizer import organizer
from app.texts import Text
from app.texts import gettext as _
from app.web.access import actor, public, requires
from app.web.db import session

teacher = Blueprint("judging", __name__)
public_pages = Blueprint("judging", __name__)


@organizer.get("/feedback")
@requires(Permission.RUN_SEASON)
def choose_feedback() -> ResponseReturnValue:
    return _feedback_page({}, {})


def _feedback_page(ticked: dict[int, list[int]], mistakes: dict[int, Text]) -> str:
    """`ticked` and `mistakes` hold, by entry, what was sent and why it was not taken."""
    season = contest.get_current_season(session())
    notes = queries.notes_by_entry(session(), season)
    about = entries.entries_by_id(session(), set(notes))
    listed = sorted(notes, key=lambda each: (about[each].category_id or 0, about[each].code))
    return render_template(
        "judging/organizer/feedback.html",
        season=season,
        listed=[(about[each], notes[each]) for each in listed],
        note_names=rules.NOTE_NAMES,
        ticked=ticked,
        mistakes=mistakes,
    )


@organizer.post("/feedback/<int:entry_id>")
@requires(Permission.RUN_SEASON)
def approve_notes(entry_id: int) -> ResponseReturnValue:
    entry = entries.get_entry_for(session(), actor(), entry_id)
    ticked = request.form.getlist("note", type=int)
    try:
        services.approve_notes(
            session(), actor=actor(), entry=entry, note_ids=ticked, now=clock.now()
        )
    except Refused as error:
        return _feedback_page({entry_id: ticked}, {entry_id: error.reason}), 422
    flash(_("Saved. The team reads it once the winners are announced."), "good")
    return redirect(url_for("organizer.judging.choose_feedback", _anchor=f"entry-{entry.id}"))


@teacher.get("/feedback")
@requires(Permission.ENTER_CONTEST)
def feedback_list() -> ResponseReturnValue:
    """A teacher's judged entries, once the winners are announced."""
    season = contest.find_current_season(session())
    out = season is not None and contest_rules.is_announced(season, clock.now())
    listed = queries.entries_with_feedback(session(), actor(), season) if season and out else []
    return render_template(
        "judging/teacher/feedback_list.html", season=season, out=out, listed=listed
    )


@teacher.get("/feedback/<int:entry_id>")
@requires(Permission.ENTER_CONTEST)
def feedback(entry_id: int) -> ResponseReturnValue:
    """One page to print for a team."""
    entry = entries.get_entry_for(session(), actor(), entry_id)
    season = contest.get_season(session(), entry.season_id)
    return render_template(
        "judging/teacher/feedback.html",
        season=season,
        entry=entry,
        feedback=queries.get_feedback(session(), entry, season, clock.now()),
    )


@public_pages.get("/rules/judging")
@public
def how_we_judge() -> ResponseReturnValue:
    """How judging works, in words for teachers and families."""
    season = contest.get_current_season(session())
    round_ = queries.find_round(session(), season, rules.RoundKind.FIRST)
    return render_template(
        "judging/public/how_we_judge.html",
        season=season,
        adjusts=round_ is None or round_.method == rules.Method.ADJUSTED,
        tie_words=contest_rules.TIE_RULE_WORDS[contest_rules.TieRule(season.tie_rule)],
        digest=queries.public_digest(session(), season, clock.now()),
    )
