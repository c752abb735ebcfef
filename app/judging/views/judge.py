"""A judge's pages: her queue, one scorecard beside its video, her conflicts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Season
from app.core import clock
from app.judging import forms, permissions, queries, rules, services
from app.judging.models import Assignment
from app.judging.queries import Clip, Queue, Task
from app.media import queries as media
from app.media.views import deliver_rendition
from app.schools import queries as schools
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session
from app.web.forms import strip

judge = Blueprint("judging", __name__)

WATCHABLE = frozenset({"preview", "web_480", "web_720", "web_1080", "poster"})


@judge.get("/")
@requires(Permission.JUDGE_ENTRIES)
def queue() -> ResponseReturnValue:
    season = contest.find_current_season(session())
    line = queries.queue_for(session(), actor(), season) if season else Queue(None, (), 0)
    return render_template(
        "judging/judge/queue.html",
        season=season,
        queue=line,
        next_task=line.next_open(),
        round_name=rules.ROUND_NAMES[rules.RoundKind(line.round.kind)] if line.round else None,
        conflicts=len(queries.conflicts_of(session(), actor())),
    )


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
    form = forms.scorecard_form(season.criteria)(
        data={
            "comment": assignment.scorecard.comment if assignment.scorecard else "",
            **{
                forms.field_name(criterion_id): value
                for criterion_id, value in _values(assignment).items()
            },
        }
    )
    if not form.validate_on_submit():
        return _scorecard_page(assignment, season, form, forms.RecuseForm(formdata=None))
    _save_all(assignment, season, form)
    if request.form.get("then") != "complete":
        flash(_("Saved."), "good")
        return redirect(url_for("judge.judging.scorecard", assignment_id=assignment.id))
    if lacking := rules.missing_scores(assignment.scorecard, season.criteria):
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
    line = queries.queue_for(session(), actor(), season)
    return _go_on(line, task)


def _values(assignment: Assignment) -> dict[int, int]:
    return assignment.scorecard.values if assignment.scorecard else {}


def _save_all(assignment: Assignment, season: Season, form: forms.ScorecardForm) -> None:
    now = clock.now()
    for criterion in season.criteria:
        value = form[forms.field_name(criterion.id)].data
        if value is not None:
            services.save_score(
                session(),
                actor=actor(),
                assignment=assignment,
                criterion_id=criterion.id,
                value=value,
                now=now,
            )
    services.save_comment(
        session(), actor=actor(), assignment=assignment, comment=form.comment.data or "", now=now
    )


def _go_on(line: Queue, task: Task) -> ResponseReturnValue:
    """To the next unfinished entry, or to the queue when there is none."""
    following = line.next_open(after=task.number)
    if following is None:
        flash(_("That was the last one. Every entry in your queue is scored: thank you!"), "good")
        return redirect(url_for("judge.judging.queue"))
    flash(_("%(code)s is scored. Here is the next one.", code=task.clip.code), "good")
    return redirect(url_for("judge.judging.scorecard", assignment_id=following.assignment.id))


def _scorecard_page(
    assignment: Assignment, season: Season, form: forms.ScorecardForm, recuse: forms.RecuseForm
) -> ResponseReturnValue:
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
                "name": forms.field_name(criterion.id),
                "criterion": criterion,
                "levels": [
                    {"value": value, "words": words}
                    for value, words in enumerate(criterion.levels, rules.LOWEST)
                ],
                "chosen": form[forms.field_name(criterion.id)].data,
                "errors": form[forms.field_name(criterion.id)].errors
                or (
                    [_("Please choose a score.")]
                    if unfinished and criterion.id not in values
                    else []
                ),
            }
            for criterion in season.criteria
        ],
        sources=_sources(assignment, task.clip),
        captions=_captions(assignment, task.clip),
        previous=line.neighbor(task, -1),
        following=line.neighbor(task, 1),
    ), 422 if form.errors or recuse.errors else 200


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
    """One score or the comment, sent by the page as soon as it is chosen."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    now = clock.now()
    match request.get_json(silent=True):
        case {"criterion": int(criterion_id), "value": int(value)} if not isinstance(value, bool):
            services.save_score(
                session(),
                actor=actor(),
                assignment=assignment,
                criterion_id=criterion_id,
                value=value,
                now=now,
            )
        case {"comment": str(comment)}:
            services.save_comment(
                session(),
                actor=actor(),
                assignment=assignment,
                comment=strip(comment),
                now=now,
            )
        case _:
            raise BadRequest
    season = contest.get_season(session(), assignment.round.season_id)
    return {
        "saved_at": now.isoformat(),
        "missing": len(rules.missing_scores(assignment.scorecard, season.criteria)),
    }


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
        empty = forms.scorecard_form(season.criteria)(
            formdata=None,
            data={
                "comment": assignment.scorecard.comment if assignment.scorecard else "",
                **{forms.field_name(each): value for each, value in _values(assignment).items()},
            },
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


@judge.route("/conflicts", methods=["GET", "POST"])
@requires(Permission.JUDGE_ENTRIES)
def conflicts() -> ResponseReturnValue:
    me = actor()
    known = schools.approved_schools(session())
    declared = queries.conflicts_of(session(), me)
    taken = {conflict.school_id for conflict in declared}
    membership = schools.find_membership(session(), me)
    if membership is not None:
        taken.add(membership.school_id)
    form = forms.ConflictForm()
    form.school.choices = [(s.id, s.name) for s in known if s.id not in taken]
    if form.validate_on_submit():
        services.declare_conflict(
            session(), actor=me, judge=me, school_id=form.school.data, now=clock.now()
        )
        flash(_("Noted. You will not be given an entry of that school."), "good")
        return redirect(url_for("judge.judging.conflicts"))
    season = contest.find_current_season(session())
    begun = rules.why_not_removable(queries.rounds(session(), season).values() if season else [])
    return render_template(
        "judging/judge/conflicts.html",
        form=form,
        own_school=membership.school.name if membership else None,
        declared=[
            {
                "conflict": each,
                "removable": begun is None and permissions.can_remove_conflict(me, each),
            }
            for each in declared
        ],
    ), 422 if form.errors else 200


@judge.post("/conflicts/<int:conflict_id>/remove")
@requires(Permission.JUDGE_ENTRIES)
def remove_conflict(conflict_id: int) -> ResponseReturnValue:
    conflict = queries.get_conflict_for(session(), actor(), conflict_id)
    services.remove_conflict(session(), actor=actor(), conflict=conflict)
    flash(_("Removed."), "good")
    return redirect(url_for("judge.judging.conflicts"))
