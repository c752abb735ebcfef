"""Results night: one window for the hall, one for whoever speaks."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.awards import queries, rules
from app.awards.queries import SlideKind
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.core import clock
from app.voting import queries as voting
from app.web.access import actor, requires
from app.web.addresses import absolute
from app.web.db import session

organizer_ceremony = Blueprint("ceremony", __name__)


@organizer_ceremony.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    """How the evening is run, and the doors to its windows."""
    season, now = contest.get_current_season(session()), clock.now()
    slides = queries.run_of_show(session(), actor(), season, rehearsal=False)
    return render_template(
        "awards/ceremony_overview.html",
        season=season,
        slides=len(slides),
        problem=rules.why_not_ceremony(sum(s.kind is SlideKind.WINNER for s in slides)),
        is_announced=season_rules.is_announced(season, now),
    )


@organizer_ceremony.get("/show")
@requires(Permission.RUN_SEASON)
def show() -> ResponseReturnValue:
    """The slides. Once loaded, nothing more is asked of the network but the announcement."""
    season, now = contest.get_current_season(session()), clock.now()
    rehearsal = request.args.get("rehearsal") == "1"
    slides = queries.run_of_show(session(), actor(), season, rehearsal=rehearsal)
    awards = queries.awards_of_season(session(), season)
    uncounted = voting.why_not_final(session(), season, now=now)
    return render_template(
        "awards/ceremony.html",
        season=season,
        slides=slides,
        rehearsal=rehearsal,
        here=absolute("organizer.awards.overview"),
        speaker=request.args.get("screen") == "speaker",
        is_announced=season_rules.is_announced(season, now),
        why_not_announce=rules.why_not_announceable(season, awards, now, uncounted=uncounted),
    )
