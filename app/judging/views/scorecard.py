"""One entry and its scorecard on one screen; what is scored is saved as it is chosen."""

from __future__ import annotations

import json
import uuid
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Criterion, Season
from app.core import clock
from app.core.errors import NotUnderstood
from app.judging import forms, queries, rules, services
from app.judging.models import Assignment
from app.judging.queries import Clip, Queue, Task
from app.judging.rules import NoteKind
from app.judging.services import SavedElsewhere
from app.judging.views.judge import judge
from app.media import queries as media
from app.media.views import deliver_rendition
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session
from app.web.forms import one_line, strip

WATCHABLE = frozenset({"preview", "web_480", "web_720", "web_1080", "poster"})


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
    if lacking := rules.missing_scores(assignment.scorecard, _rubric(assignment, season)):
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
    return redirect(_go_on(queries.queue_for(session(), actor(), season), task))


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
    except ValueError:
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
            _save(assignment, {"criterion": criterion.id, "value": value})
    if "comment" in changed:
        _save(assignment, {"comment": changed["comment"]})


def _save(assignment: Assignment, change: dict[str, Any]) -> None:
    """One change of a scorecard. Raises NotUnderstood for anything no page of ours sends."""
    common: dict[str, Any] = {"actor": actor(), "assignment": assignment, "now": clock.now()}
    match change:
        case {"criterion": int(criterion_id), "value": int(value)} if not isinstance(value, bool):
            services.save_score(
                session(),
                criterion_id=criterion_id,
                value=value,
                seen=_whole(change["seen"]) if "seen" in change else services.UNSEEN,
                **common,
            )
        case {"comment": str(comment)}:
            services.save_comment(
                session(),
                comment=strip(comment),
                seen=str(change["seen"]) if "seen" in change else services.UNSEEN,
                **common,
            )
        case {"note": {"uid": str(uid), "kind": str(kind), "second": second, "words": str(words)}}:
            services.add_note(
                session(),
                uid=_uuid(uid),
                kind=_note_kind(kind),
                second=_whole(second),
                words=words,
                **common,
            )
        case {"remove": str(uid)}:
            services.remove_note(session(), uid=_uuid(uid), **common)
        case {"complete": True}:
            services.complete_scorecard(session(), **common)
        case _:
            raise NotUnderstood


def _uuid(word: str) -> UUID:
    try:
        return UUID(word)
    except ValueError as error:
        raise NotUnderstood from error


def _note_kind(word: str) -> NoteKind:
    try:
        return NoteKind(word)
    except ValueError as error:
        raise NotUnderstood from error


def _whole(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise NotUnderstood


def _go_on(line: Queue, task: Task) -> str:
    """Where the next unfinished entry is, or the queue when there is none."""
    following = line.next_open(after=task.number)
    if following is None:
        flash(_("That was the last one. Every entry in your queue is scored: thank you!"), "good")
        return url_for("judge.judging.queue")
    flash(_("%(code)s is scored. Here is the next one.", code=task.clip.code), "good")
    return url_for("judge.judging.scorecard", assignment_id=following.assignment.id)


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
    unfinished = request.args.get("unfinished") is not None
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
        rubric_rows=[
            {
                "name": name,
                "criterion": criterion,
                "levels": [
                    {"value": value, "words": words}
                    for value, words in enumerate(criterion.levels, rules.LOWEST)
                ],
                "chosen": form[name].data,
                "errors": form[name].errors
                or (
                    [
                        _(
                            "On another device you gave %(value)s. Choose again.",
                            value=elsewhere[name],
                        )
                    ]
                    if name in elsewhere
                    else [_("Please choose a score.")]
                    if unfinished and criterion.id not in values
                    else []
                ),
            }
            for criterion in _rubric(assignment, season)
            for name in [forms.field_name(criterion.id)]
        ],
        comment_elsewhere=elsewhere.get("comment"),
        seen=json.dumps(_shown(assignment)),
        note_names=rules.NOTE_NAMES,
        note_most=rules.NOTE_MOST,
        notes=assignment.scorecard.notes if assignment.scorecard else [],
        note_uid=uuid.uuid4(),
        sources=_sources(assignment, task.clip),
        captions=_captions(assignment, task.clip),
        previous=line.neighbor(task, -1),
        following=line.neighbor(task, 1),
    ), _status(form, recuse, elsewhere)


def _status(form: forms.ScorecardForm, recuse: forms.RecuseForm, elsewhere: object) -> int:
    if elsewhere:
        return 409
    return 422 if form.errors or recuse.errors else 200


def _sources(assignment: Assignment, clip: Clip) -> list[dict[str, Any]]:
    return [
        {
            "src": url_for("judge.judging.video", assignment_id=assignment.id, role=role),
            "type": "video/mp4",
            "label": f"{lines}p",
            "height": lines,
        }
        for role, lines in clip.versions
    ]


def _captions(assignment: Assignment, clip: Clip) -> list[dict[str, Any]]:
    if not clip.captions_language:
        return []
    return [
        {
            "src": url_for("judge.judging.captions", assignment_id=assignment.id),
            "lang": clip.captions_language,
            "label": _("Captions"),
            "default": True,
        }
    ]


@judge.post("/<int:assignment_id>/score")
@requires(Permission.JUDGE_ENTRIES)
def save(assignment_id: int) -> ResponseReturnValue:
    """One change, sent by the page as soon as it is made: a score, the comment, a note, or that it
    is finished. `seen` is what stood there before, `watched` how much the player has shown."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    season = contest.get_season(session(), assignment.round.season_id)
    task = queries.queue_for(session(), actor(), season).task(assignment)
    change = request.get_json(silent=True)
    if not isinstance(change, dict):
        raise NotUnderstood
    if (watched := _whole(change.get("watched"))) is not None and not (task and task.done):
        services.note_watched(
            session(), actor=actor(), assignment=assignment, seconds=watched, now=clock.now()
        )
    try:
        _save(assignment, change)
    except SavedElsewhere as error:
        return {"error": str(error.reason), "theirs": error.theirs}, 409
    answer: dict[str, Any] = {
        "saved_at": clock.now().isoformat(),
        "missing": len(rules.missing_scores(assignment.scorecard, _rubric(assignment, season))),
    }
    if "complete" in change and task is not None:
        answer["next"] = _go_on(queries.queue_for(session(), actor(), season), task)
    return answer


@judge.post("/<int:assignment_id>/notes")
@requires(Permission.JUDGE_ENTRIES)
def add_note(assignment_id: int) -> ResponseReturnValue:
    """Where no script runs."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    note = {
        "uid": request.form.get("uid", ""),
        "kind": request.form.get("kind", ""),
        "second": rules.read_moment(request.form.get("moment", "")),
        "words": one_line(request.form.get("words", "")),
    }
    _save(assignment, {"note": note})
    return _to_notes(assignment)


@judge.post("/<int:assignment_id>/notes/remove")
@requires(Permission.JUDGE_ENTRIES)
def remove_note(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    _save(assignment, {"remove": request.form.get("uid", "")})
    return _to_notes(assignment)


def _to_notes(assignment: Assignment) -> ResponseReturnValue:
    return redirect(
        url_for("judge.judging.scorecard", assignment_id=assignment.id, _anchor="notes")
    )


@judge.post("/<int:assignment_id>/reopen")
@requires(Permission.JUDGE_ENTRIES)
def reopen(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    services.reopen_scorecard(session(), actor=actor(), assignment=assignment, now=clock.now())
    flash(_("Open again. It counts once you finish it anew."), "info")
    return redirect(url_for("judge.judging.scorecard", assignment_id=assignment.id))


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
