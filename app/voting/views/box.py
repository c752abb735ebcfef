"""The organizers' look at the box: how many ballots there are, and what is on them once counted."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.entries import queries as entries
from app.entries import rules as entry_rules
from app.entries.models import Entry
from app.voting import queries, rules, services
from app.voting.queries import Line
from app.web.access import actor, requires
from app.web.db import session
from app.web.sheets import Cell, csv_response

organizer = Blueprint("voting", __name__)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    """How many ballots there are, and what is on them once nothing can change it."""
    season, now = contest.get_current_season(session()), clock.now()
    finalists = entries.finalists(session(), season)
    held_back = [entry for entry in finalists if not entry_rules.is_publishable(entry)]
    final = queries.is_final(session(), season, now=now)
    tally = queries.results_for(session(), actor(), season, now=now) if final else None
    return render_template(
        "voting/organizer/overview.html",
        season=season,
        is_open=rules.why_not_votable(season, now) is None,
        has_closed=rules.has_vote_closed(season, now),
        final=final,
        log=queries.find_log(session(), season.id),
        why_not_countable=queries.why_not_countable(session(), season, now=now),
        count=queries.count_ballots(session(), season, now=now),
        tally=tally,
        results=_with_entries(tally.lines) if tally else [],
        lane_names=rules.LANE_NAMES,
        on_ballot=len(finalists) - len(held_back),
        held_back=held_back,
    )


def _with_entries(lines: Sequence[Line]) -> list[tuple[Entry | None, Line]]:
    found = entries.entries_by_id(session(), {each.entry_id for each in lines if each.entry_id})
    return [(found.get(each.entry_id or 0), each) for each in lines]


@organizer.post("/count")
@requires(Permission.RUN_SEASON)
def count() -> ResponseReturnValue:
    """Have the ballots opened and counted."""
    season = contest.get_current_season(session())
    services.ask_for_count(session(), actor=actor(), season=season, now=clock.now())
    return redirect(url_for("organizer.voting.overview"))


@organizer.get("/tally.csv")
@requires(Permission.RUN_SEASON)
def tally() -> ResponseReturnValue:
    """The tally as a table for other programs; refused before the count is certified."""
    season = contest.get_current_season(session())
    counted = queries.results_for(session(), actor(), season, now=clock.now())
    rows: list[list[Cell]] = [["code", *(str(lane) for lane in counted.lanes), "points"]]
    rows += [
        [
            entry.code if entry else "",
            *(line.picks.get(lane, 0) for lane in counted.lanes),
            line.points,
        ]
        for entry, line in _with_entries(counted.lines)
    ]
    return csv_response("peoples-choice.csv", rows)
