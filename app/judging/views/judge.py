"""A judge's queue and her conflicts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.judging import forms, permissions, queries, rules, services
from app.judging.queries import Queue
from app.schools import queries as schools
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session

judge = Blueprint("judging", __name__)


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
        mostly=rules.mostly(line.given.elements()),
    )


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
