"""A judge's queue."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.judging import queries, rules
from app.judging.queries import Queue
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
        conflicts=len(queries.kept_from(session(), actor())),
        to_practice=queries.left_to_practice(session(), actor(), season) if season else [],
        practiced=queries.ready_clips(session(), season) if season else [],
        runoffs=queries.open_runoffs_for(session(), actor(), season) if season else [],
        asked_again=[t for t in line.tasks if rules.open_rescore(t.assignment)],
        mostly=rules.mostly(line.given.elements()),
    )
