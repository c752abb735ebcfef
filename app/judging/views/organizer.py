"""The organizer's pages: rounds and who does what in them, conflicts, finalists, ranking."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import TIE_RULE_WORDS, TieRule
from app.core import clock
from app.entries import queries as entries
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.judging import forms, queries, rules, services
from app.judging.models import JudgingRound
from app.judging.rules import Chance, Ranked, RoundKind
from app.texts import gettext as _
from app.texts import ntext, text
from app.web.access import actor, requires
from app.web.db import session
from app.web.sheets import Cell, csv_response

organizer = Blueprint("judging", __name__)


def _kind(word: str) -> RoundKind:
    try:
        return RoundKind(word)
    except ValueError as error:
        raise PageNotFound from error


def _round(season: Season, word: str) -> JudgingRound:
    return queries.get_round(session(), season, _kind(word))


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    opened = queries.rounds(session(), season)
    current = opened.get(RoundKind.FINALS) or opened.get(RoundKind.FIRST)
    loads = queries.loads(session(), actor(), current, season)
    coverage = queries.coverage(session(), actor(), current, season)
    able = [load for load in loads if load.judge.email_confirmed_at and load.judge.is_active]
    return render_template(
        "judging/organizer/overview.html",
        season=season,
        rounds=opened,
        current=current,
        kinds=list(RoundKind),
        round_names=rules.ROUND_NAMES,
        why_not={
            kind: rules.why_not_openable(
                kind,
                opened,
                season.criteria,
                entry_count=len(queries.entries_of_round(session(), season, kind)),
                judge_count=len(able),
            )
            for kind in RoundKind
        },
        may_reopen={
            kind: rules.why_not_reopenable(each, opened) is None for kind, each in opened.items()
        },
        may_choose=rules.why_not_choosable(opened) is None,
        finalists=len(entries.finalists(session(), season)),
        unscreened=entries.count_by_status(session(), season).get(EntryStatus.SUBMITTED, 0),
        loads=loads,
        coverage=coverage,
        lacking=[line for line in coverage if line.assigned < line.needed],
        short=[line for line in coverage if line.done < line.needed],
        done=sum(load.done for load in loads),
        assigned=sum(load.assigned for load in loads),
    )


PLAN_RUNS = 400
"""Contests to try each plan with: enough for a figure to be right by three in a hundred."""


@organizer.route("/plan", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def plan() -> ResponseReturnValue:
    """The first round before it is opened: what it takes, and how good it is."""
    season = contest.get_current_season(session())
    listed = queries.entries_of_round(session(), season, RoundKind.FIRST)
    judges = len(queries.working_judges(session()))
    suggested = rules.anchors_needed(len(listed))
    form = forms.RoundForm(data={"anchors": suggested})
    counts = entries.count_by_status(session(), season)
    if form.validate_on_submit():
        services.open_round(
            session(),
            actor=actor(),
            season=season,
            kind=RoundKind.FIRST,
            method=rules.Method(form.method.data),
            anchors=form.anchors.data or 0,
            now=clock.now(),
        )
        flash(_("Open. The judges have their queues, and a mail that says so."), "good")
        return redirect(url_for("organizer.judging.overview"))
    seconds = queries.mean_seconds(session(), listed)
    return render_template(
        "judging/organizer/plan.html",
        season=season,
        form=form,
        entry_count=len(listed),
        judge_count=judges,
        seconds=seconds,
        suggested=suggested,
        unscreened=counts.get(EntryStatus.SUBMITTED, 0),
        coming=counts.get(EntryStatus.DRAFT, 0) if clock.now() < season.judging_opens_at else 0,
        outlooks=rules.outlooks(
            entries=len(listed),
            judges=judges,
            anchors=form.anchors.data or 0,
            finalists=season.finalists_most,
            chosen=season.reviews_least,
            seconds=seconds,
            runs=PLAN_RUNS,
        ),
        problem=rules.why_not_openable(
            RoundKind.FIRST,
            queries.rounds(session(), season),
            season.criteria,
            entry_count=len(listed),
            judge_count=judges,
        ),
    ), 422 if form.errors else 200


@organizer.post("/rounds/<kind>/open")
@requires(Permission.RUN_SEASON)
def open_round(kind: str) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.open_round(session(), actor=actor(), season=season, kind=_kind(kind), now=clock.now())
    flash(_("Open. The judges have their queues, and a mail that says so."), "good")
    return redirect(url_for("organizer.judging.overview"))


@organizer.post("/rounds/<kind>/top-up")
@requires(Permission.RUN_SEASON)
def top_up(kind: str) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    added = services.top_up(
        session(), actor=actor(), season=season, round_=_round(season, kind), now=clock.now()
    )
    if added:
        words = ntext("%(n)s assignment was added.", "%(n)s assignments were added.", added)
    else:
        words = text("Nothing to add: every entry has its judges, or nobody else is free.")
    flash(str(words), "good" if added else "info")
    return redirect(url_for("organizer.judging.overview"))


@organizer.post("/rounds/<kind>/close")
@requires(Permission.RUN_SEASON)
def close_round(kind: str) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.close_round(session(), actor=actor(), round_=_round(season, kind), now=clock.now())
    flash(_("Closed. No more scores are taken."), "good")
    return redirect(url_for("organizer.judging.overview"))


@organizer.post("/rounds/<kind>/reopen")
@requires(Permission.RUN_SEASON)
def reopen_round(kind: str) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.reopen_round(session(), actor=actor(), season=season, round_=_round(season, kind))
    flash(_("The round goes on."), "good")
    return redirect(url_for("organizer.judging.overview"))


@organizer.route("/finalists", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def finalists() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    if request.method == "POST":
        chosen = services.choose_finalists(
            session(),
            actor=actor(),
            season=season,
            now=clock.now(),
            entry_ids=request.form.getlist("entry", type=int),
        )
        words = ntext("%(n)s finalist was named.", "%(n)s finalists were named.", len(chosen))
        flash(str(words), "good")
        return redirect(url_for("organizer.judging.overview"))
    results = queries.results_for(session(), actor(), season, RoundKind.FIRST)
    tables = tables_of(season, results)
    named = {entry.id for entry in entries.finalists(session(), season)}
    by_rule = {
        entry_id
        for table in tables
        for entry_id in rules.finalists_by_rank(table.ranking, season.finalists_most)
    }
    return render_template(
        "judging/organizer/finalists.html",
        season=season,
        tables=tables,
        named=bool(named),
        by_rule=by_rule,
        checked=named or by_rule,
        problem=rules.why_not_choosable(queries.rounds(session(), season)),
    )


@dataclass(frozen=True)
class Table:
    """One category's ranking with the entries it is about."""

    category: str
    rows: list[tuple[Ranked, Entry]]
    close: list[Entry]
    """Those between which it is too close to call the first place."""

    @property
    def ranking(self) -> list[Ranked]:
        return [ranked for ranked, _entry in self.rows]


def tables_of(season: Season, results: queries.Results) -> list[Table]:
    """The ranking by category with the entries it is about."""
    rankings = results.rankings
    about = entries.entries_by_id(session(), {r.entry_id for rs in rankings.values() for r in rs})
    names = {category.id: category.name for category in season.categories}
    return [
        Table(
            names.get(category_id or 0, ""),
            [(r, about[r.entry_id]) for r in ranking],
            [about[entry_id] for entry_id in results.close_calls(category_id)],
        )
        for category_id, ranking in rankings.items()
    ]


def _wanted_kind(season: Season) -> RoundKind:
    """The round asked for in the address, else the newest."""
    if word := request.args.get("kind"):
        return _kind(word)
    return queries.newest_kind(session(), season)


@organizer.get("/ranking")
@requires(Permission.RUN_SEASON)
def ranking() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    kind = _wanted_kind(season)
    opened = queries.rounds(session(), season)
    round_ = opened.get(kind)
    results = queries.results_for(session(), actor(), season, kind)
    tables = tables_of(season, results)
    return render_template(
        "judging/organizer/ranking.html",
        season=season,
        kind=kind,
        round=round_,
        rounds=opened,
        round_names=rules.ROUND_NAMES,
        tables=tables,
        evaluation=results.evaluation,
        judge_names={judge.id: judge.display_name for judge in queries.judges(session())},
        close_calls=[(table.category, table.close) for table in tables if table.close],
        tie_words=TIE_RULE_WORDS[TieRule(season.tie_rule)],
        adjusts=round_ is not None and round_.method == rules.Method.ADJUSTED,
        decider=next((c for c in season.criteria if c.decides_ties), None),
    )


@organizer.get("/ranking.csv")
@requires(Permission.RUN_SEASON)
def ranking_csv() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    kind = _wanted_kind(season)
    return csv_response(f"ranking-{season.year}-{kind}.csv", ranking_rows(season, kind))


def ranking_rows(season: Season, kind: RoundKind) -> list[list[Cell]]:
    """A round's ranking as a table."""
    criteria = season.criteria
    headings = [
        _("Category"),
        _("Place"),
        _("Code"),
        _("Title"),
        _("School"),
        _("Scorecards"),
        _("Mean"),
        _("Evened out"),
        _("Likely from"),
        _("Likely to"),
        _("Chance to be first"),
    ]
    results = queries.results_for(session(), actor(), season, kind)
    chances = results.evaluation.chances
    rows: list[list[Cell]] = [[*headings, *(c.name for c in criteria)]]
    for table in tables_of(season, results):
        for ranked, entry in table.rows:
            rows.append(
                [
                    table.category,
                    ranked.place,
                    entry.code,
                    entry.title,
                    entry.school.name,
                    ranked.reviews,
                    _decimal(ranked.mean),
                    *_sureness(chances.get(ranked.entry_id)),
                    *(_decimal(ranked.per_criterion.get(c.id)) for c in criteria),
                ]
            )
    return rows


def _sureness(chance: Chance | None) -> list[Cell]:
    if chance is None:
        return ["", "", "", ""]
    return [_decimal(each) for each in (chance.adjusted, chance.low, chance.high, chance.first)]


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
