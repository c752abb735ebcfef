"""Score sheets on paper: printed for a judge, and typed in for her."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.judging import forms, queries, rules, services
from app.judging.rules import NoteKind
from app.judging.views.organizer import organizer
from app.judging.views.rubric import given_scores, rubric_rows
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@organizer.get("/judges/<int:judge_id>/paper")
@requires(Permission.RUN_SEASON)
def paper(judge_id: int) -> ResponseReturnValue:
    """A judge's whole queue as score sheets to print, one an entry, with links to type them in."""
    judge = queries.get_judge_for(session(), actor(), judge_id)
    season = contest.get_current_season(session())
    line = queries.queue_for(session(), judge, season)
    return render_template(
        "judging/organizer/paper.html",
        judge=judge,
        season=season,
        queue=line,
        rubrics={
            task.assignment.id: rules.own_criteria(task.assignment, season.criteria)
            for task in line.tasks
        },
    )


@organizer.route("/assignments/<int:assignment_id>/type-in", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def type_in(assignment_id: int) -> ResponseReturnValue:
    """One sheet of paper, typed in on behalf of its judge and marked as such."""
    assignment = queries.get_any_assignment_for(session(), actor(), assignment_id)
    season = contest.get_season(session(), assignment.round.season_id)
    judge = people.get_user(session(), assignment.judge_id)
    rubric = rules.own_criteria(assignment, season.criteria)
    card = assignment.scorecard
    form = forms.paper_form(rubric)(
        data={
            **{note.kind: note.words for note in (card.notes if card else [])},
            "comment": card.comment if card else "",
            **{
                forms.field_name(each): value
                for each, value in (card.values if card else {}).items()
            },
        }
    )
    lacking: dict[int, str] = {}
    if form.validate_on_submit():
        given, lacking = given_scores(form, rubric)
        if not lacking:
            services.type_in(
                session(),
                actor=actor(),
                assignment=assignment,
                scores=given,
                comment=form.comment.data or "",
                notes=[
                    (kind, words) for kind in NoteKind if (words := form[kind.value].data or "")
                ],
                now=clock.now(),
            )
            flash(_("Typed in, and marked as such."), "good")
            return redirect(url_for("organizer.judging.paper", judge_id=judge.id))
    return render_template(
        "judging/organizer/type_in.html",
        judge=judge,
        code=queries.get_entry(session(), assignment).code,
        assignment=assignment,
        form=form,
        rows=rubric_rows(form, rubric, lacking),
        lacking=[criterion.name for criterion in rubric if criterion.id in lacking],
    ), 422 if form.errors or lacking else 200
