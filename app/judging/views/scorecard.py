"""One entry and its scorecard on one screen; what is scored is saved as it is chosen."""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Criterion, Season
from app.core import clock
from app.judging import forms, queries, rules, services
from app.judging.models import Assignment
from app.judging.views.judge import judge
from app.judging.views.rubric import WATCHABLE, caption_tracks, rubric_rows, video_sources
from app.judging.views.saving import go_on, save_change
from app.media import queries as media
from app.media.views import deliver_rendition
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@judge.route("/<int:assignment_id>", methods=["GET", "POST"])
@requires(Permission.JUDGE_ENTRIES)
def scorecard(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    season = contest.get_season(session(), assignment.round.season_id)
    task = queries.queue_for(session(), actor(), season).task(assignment)
    if task is None:
        aside = assignment.recusal is not None
        words = _("You stepped aside from that entry.") if aside else _("That round is over.")
        flash(words, "info")
        return redirect(url_for("judge.judging.queue"))
    rubric = _rubric(assignment, season)
    if assignment.scorecard is None and (
        left := queries.left_to_practice(session(), actor(), season)
    ):
        flash(_("First a practice clip: it shows how the rubric is meant."), "info")
        return redirect(url_for("judge.judging.practice", clip_id=left[0].id))
    form = forms.scorecard_form(rubric)(data=_shown(assignment))
    if not form.validate_on_submit():
        return _scorecard_page(assignment, season, form, forms.RecuseForm(formdata=None))
    changed = _changed(rubric, form)
    if elsewhere := _saved_elsewhere(assignment, changed):
        return _scorecard_page(assignment, season, form, forms.RecuseForm(formdata=None), elsewhere)
    _save_all(assignment, rubric, changed)
    if request.form.get("then") != "complete":
        flash(_("Saved."), "good")
        return redirect(url_for("judge.judging.scorecard", assignment_id=assignment.id))
    if lacking := rules.missing_scores(assignment.scorecard, rubric):
        flash(
            _(
                "Saved, but not finished. Still without a score: %(names)s.",
                names=", ".join(criterion.name for criterion in lacking),
            ),
            "warn",
        )
        return redirect(
            url_for(
                "judge.judging.scorecard",
                assignment_id=assignment.id,
                unfinished=1,
                _anchor=forms.field_name(lacking[0].id),
            )
        )
    services.complete_scorecard(session(), actor=actor(), assignment=assignment, now=clock.now())
    return redirect(go_on(queries.queue_for(session(), actor(), season), task))


def _rubric(assignment: Assignment, season: Season) -> list[Criterion]:
    """What this judge scores."""
    return rules.own_criteria(assignment, season.criteria)


def _values(assignment: Assignment) -> dict[int, int]:
    return assignment.scorecard.values if assignment.scorecard else {}


def _shown(assignment: Assignment) -> dict[str, Any]:
    """What stands in the form's fields."""
    return {
        "comment": assignment.scorecard.comment if assignment.scorecard else "",
        **{forms.field_name(each): value for each, value in _values(assignment).items()},
    }


def _seen() -> dict[str, int | str] | None:
    """What stood in each field when the page was made, as far as the page says so."""
    try:
        said = json.loads(request.form.get("seen", ""))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not all(isinstance(v, int | str) for v in said.values()):
        return None
    return said


def _changed(rubric: list[Criterion], form: forms.ScorecardForm) -> dict[str, int | str]:
    """What the judge changed on this page, by field."""
    seen = _seen() or {}
    names = [*(forms.field_name(criterion.id) for criterion in rubric), "comment"]
    typed = {name: form[name].data for name in names}
    return {
        name: value
        for name, value in typed.items()
        if value is not None and seen.get(name) != value
    }


def _saved_elsewhere(assignment: Assignment, changed: dict[str, int | str]) -> dict[str, Any]:
    """What another device has saved in these fields since this page was made."""
    if (seen := _seen()) is None:
        return {}
    saved = _shown(assignment)
    return {
        name: saved.get(name)
        for name, value in changed.items()
        if saved.get(name) != value and saved.get(name) != seen.get(name)
    }


def _save_all(
    assignment: Assignment, rubric: list[Criterion], changed: dict[str, int | str]
) -> None:
    for criterion in rubric:
        if (value := changed.get(forms.field_name(criterion.id))) is not None:
            save_change(assignment, {"criterion": criterion.id, "value": value})
    if "comment" in changed:
        save_change(assignment, {"comment": changed["comment"]})


def _scorecard_page(
    assignment: Assignment,
    season: Season,
    form: forms.ScorecardForm,
    recuse: forms.RecuseForm,
    elsewhere: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """`elsewhere` holds what another device saved meanwhile in fields that were changed here."""
    elsewhere = elsewhere or {}
    line = queries.queue_for(session(), actor(), season)
    task = line.task(assignment)
    if task is None:
        raise PageNotFound
    closed = rules.why_not_scorable(assignment, season, clock.now())
    values = _values(assignment)
    rubric = _rubric(assignment, season)
    mistakes = {}
    if request.args.get("unfinished") is not None:
        mistakes = {c.id: _("Please choose a score.") for c in rubric if c.id not in values}
    for criterion in rubric:
        if (name := forms.field_name(criterion.id)) in elsewhere:
            mistakes[criterion.id] = _(
                "On another device you gave %(value)s. Choose again.", value=elsewhere[name]
            )
    return render_template(
        "judging/judge/scorecard.html",
        season=season,
        queue=line,
        task=task,
        clip=task.clip,
        closed=closed,
        watchable=rules.why_not_watchable(assignment) is None,
        locked=closed is not None or task.done,
        form=form,
        recuse=recuse,
        rubric_rows=rubric_rows(form, rubric, mistakes),
        asked_again=rules.open_rescore(assignment),
        comment_elsewhere=elsewhere.get("comment"),
        seen=json.dumps(_shown(assignment)),
        note_names=rules.NOTE_NAMES,
        note_most=rules.NOTE_MOST,
        notes=assignment.scorecard.notes if assignment.scorecard else [],
        note_uid=uuid.uuid4(),
        sources=video_sources(
            task.clip.versions,
            lambda role: url_for("judge.judging.video", assignment_id=assignment.id, role=role),
        ),
        captions=caption_tracks(
            task.clip, url_for("judge.judging.captions", assignment_id=assignment.id)
        ),
        previous=line.neighbor(task, -1),
        following=line.neighbor(task, 1),
    ), _status(form, recuse, elsewhere)


def _status(form: forms.ScorecardForm, recuse: forms.RecuseForm, elsewhere: object) -> int:
    if elsewhere:
        return 409
    return 422 if form.errors or recuse.errors else 200


@judge.post("/<int:assignment_id>/reopen")
@requires(Permission.JUDGE_ENTRIES)
def reopen(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    services.reopen_scorecard(session(), actor=actor(), assignment=assignment, now=clock.now())
    flash(_("Open again. It counts once you finish it anew."), "info")
    return redirect(url_for("judge.judging.scorecard", assignment_id=assignment.id))


@judge.post("/<int:assignment_id>/keep")
@requires(Permission.JUDGE_ENTRIES)
def keep(assignment_id: int) -> ResponseReturnValue:
    """She was asked to look again, and her scores stay."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    services.keep_scores(session(), actor=actor(), assignment=assignment, now=clock.now())
    flash(_("Thank you for looking again. Your scores stay as they are."), "good")
    return redirect(url_for("judge.judging.queue"))


@judge.post("/<int:assignment_id>/recuse")
@requires(Permission.JUDGE_ENTRIES)
def recuse(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    season = contest.get_season(session(), assignment.round.season_id)
    before = queries.queue_for(session(), actor(), season).task(assignment)
    form = forms.RecuseForm()
    if before is not None and not form.validate_on_submit():
        empty = forms.scorecard_form(_rubric(assignment, season))(
            formdata=None, data=_shown(assignment)
        )
        return _scorecard_page(assignment, season, empty, form)
    services.recuse(
        session(),
        actor=actor(),
        assignment=assignment,
        reason=form.reason.data or "",
        now=clock.now(),
    )
    flash(_("You have stepped aside. Thank you for saying so."), "good")
    return redirect(url_for("judge.judging.queue"))


@judge.get("/<int:assignment_id>/video/<role>")
@requires(Permission.JUDGE_ENTRIES)
def video(assignment_id: int, role: str) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    entry = queries.get_entry(session(), assignment)
    if role not in WATCHABLE or rules.why_not_watchable(assignment) or entry.asset_id is None:
        raise PageNotFound
    return deliver_rendition(media.get_asset(session(), entry.asset_id), role)


@judge.get("/<int:assignment_id>/captions.vtt")
@requires(Permission.JUDGE_ENTRIES)
def captions(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    entry = queries.get_entry(session(), assignment)
    if not entry.captions or rules.why_not_watchable(assignment):
        raise PageNotFound
    return Response(entry.captions, mimetype="text/vtt")
