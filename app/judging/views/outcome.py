"""From scores to a result that stands: what to look at, runoffs, the seal, and who scored what."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.judging import forms, queries, rules, services
from app.judging.models import Assignment
from app.judging.views.organizer import organizer, tables_of
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@organizer.get("/result")
@requires(Permission.RUN_SEASON)
def result() -> ResponseReturnValue:
    """All that is left to do before the result stands."""
    season = contest.get_current_season(session())
    kind = queries.newest_kind(session(), season)
    opened = queries.rounds(session(), season)
    round_ = opened.get(kind)
    about = {entry.id: entry for entry in queries.entries_of_round(session(), season, kind)}
    given = queries.assignments_of(session(), round_) if round_ else []
    card_of: dict[tuple[int, int | None], Assignment] = {(a.judge_id, a.entry_id): a for a in given}
    names = {judge.id: judge.display_name for judge in queries.judges(session())}
    runoffs = queries.runoffs(session(), season)
    listed = queries.seals(session(), season)
    seal = listed[-1] if listed else None
    sealed = rules.is_in_force(seal)
    found = queries.results_for(session(), actor(), season, kind)
    settled = {
        r.category_id
        for r in runoffs
        if round_ and r.round_id == round_.id and (r.duels or not r.closed_at)
    }
    signers = people.people_by_id(
        session(), {each for s in listed for each in (s.sealed_by, s.asked_by, s.opened_by) if each}
    )
    return render_template(
        "judging/organizer/result.html",
        season=season,
        kind=kind,
        round=round_,
        round_names=rules.ROUND_NAMES,
        flags=[
            (
                flag,
                about.get(flag.entry_id or 0),
                names.get(flag.judge_id, "–"),
                card_of.get((flag.judge_id, flag.entry_id)),
            )
            for flag in queries.flags_for(session(), actor(), season, kind)
        ],
        flag_words=rules.FLAG_WORDS,
        asked=[
            (rescore, a, about.get(a.entry_id), names.get(a.judge_id, "–"))
            for a in given
            for rescore in a.rescores
        ],
        ask_form=forms.AskAgainForm(formdata=None),
        close=[
            (table, table.close)
            for table in tables_of(season, found)
            if table.close and table.close[0].category_id not in settled
        ],
        runoffs=[
            (
                runoff,
                [about[each] for each in runoff.entry_ids if each in about],
                queries.runoff_order(runoff),
            )
            for runoff in runoffs
        ],
        about=about,
        seal=seal if sealed else None,
        seals=listed,
        signers=signers,
        why_not_sealed=rules.why_not_sealed(
            opened,
            seal,
            runoffs,
            asked_again=queries.count_asked_again(session(), season),
        ),
        unlock_form=forms.UnlockForm(formdata=None),
        still_gives=queries.gives_still(session(), season, seal) if sealed and seal else None,
    )


@organizer.post("/assignments/<int:assignment_id>/ask-again")
@requires(Permission.RUN_SEASON)
def ask_again(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_any_assignment_for(session(), actor(), assignment_id)
    form = forms.AskAgainForm()
    form.validate()
    services.ask_again(
        session(),
        actor=actor(),
        assignment=assignment,
        reason=form.reason.data or "",
        now=clock.now(),
    )
    flash(_("Asked. The judge has a mail; both results will be kept."), "good")
    return redirect(url_for("organizer.judging.result"))


@organizer.post("/assignments/<int:assignment_id>/take-back")
@requires(Permission.RUN_SEASON)
def take_back_question(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_any_assignment_for(session(), actor(), assignment_id)
    services.take_back_question(session(), actor=actor(), assignment=assignment, now=clock.now())
    flash(_("Taken back. The scores are as they were."), "good")
    return redirect(url_for("organizer.judging.result"))


@organizer.post("/runoffs")
@requires(Permission.RUN_SEASON)
def open_runoff() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    round_ = queries.get_round(session(), season, queries.newest_kind(session(), season))
    runoff = services.open_runoff(
        session(),
        actor=actor(),
        season=season,
        round_=round_,
        category_id=request.form.get("category", type=int),
        entry_ids=request.form.getlist("entry", type=int),
        now=clock.now(),
    )
    flash(_("Open. The judges who can choose have a mail."), "good")
    return redirect(url_for("organizer.judging.result", _anchor=f"runoff-{runoff.id}"))


@organizer.post("/runoffs/<int:runoff_id>/close")
@requires(Permission.RUN_SEASON)
def close_runoff(runoff_id: int) -> ResponseReturnValue:
    runoff = queries.get_runoff_for(session(), actor(), runoff_id)
    services.close_runoff(session(), actor=actor(), runoff=runoff, now=clock.now())
    flash(_("Closed. Its order counts now."), "good")
    return redirect(url_for("organizer.judging.result"))


@organizer.post("/seal")
@requires(Permission.RUN_SEASON)
def seal() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.seal_result(session(), actor=actor(), season=season, now=clock.now())
    flash(_("Sealed. Print the hash and keep it with the minutes."), "good")
    return redirect(url_for("organizer.judging.result", _anchor="seal"))


@organizer.post("/seal/question")
@requires(Permission.RUN_SEASON)
def ask_to_open_seal() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    form = forms.UnlockForm()
    form.validate()
    services.ask_to_open(
        session(), actor=actor(), season=season, reason=form.reason.data or "", now=clock.now()
    )
    flash(_("Noted. Another organizer has to agree on this page."), "good")
    return redirect(url_for("organizer.judging.result", _anchor="seal"))


@organizer.post("/seal/open")
@requires(Permission.RUN_SEASON)
def open_seal() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.open_seal(session(), actor=actor(), season=season, now=clock.now())
    flash(_("The seal is open. Correct what has to be corrected, then seal anew."), "warn")
    return redirect(url_for("organizer.judging.result", _anchor="seal"))


@organizer.get("/seals/<int:seal_id>")
@requires(Permission.RUN_SEASON)
def sealed_document(seal_id: int) -> ResponseReturnValue:
    """Exactly the bytes whose hash is printed."""
    season = contest.get_current_season(session())
    found = next((s for s in queries.seals(session(), season) if s.id == seal_id), None)
    if found is None:
        raise PageNotFound
    return Response(
        found.document.encode(),
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="result-{season.year}.json"'},
    )


@organizer.get("/matrix")
@requires(Permission.RUN_SEASON)
def matrix() -> ResponseReturnValue:
    """Which judge has which entry, and how far each is."""
    season = contest.get_current_season(session())
    kind = queries.newest_kind(session(), season)
    round_ = queries.find_round(session(), season, kind)
    given = queries.assignments_of(session(), round_) if round_ else []
    about = sorted(
        queries.entries_of_round(session(), season, kind),
        key=lambda entry: (entry.category_id or 0, entry.code),
    )
    on = {entry.id for entry in about}
    names = {judge.id: judge.display_name for judge in queries.judges(session())}
    return render_template(
        "judging/organizer/matrix.html",
        season=season,
        kind=kind,
        round=round_,
        round_names=rules.ROUND_NAMES,
        judges=[
            (judge_id, names.get(judge_id, "–"))
            for judge_id in sorted({a.judge_id for a in given}, key=lambda j: names.get(j, "–"))
        ],
        entries=about,
        cells={
            (a.judge_id, a.entry_id): rules.standing_of(a, season.criteria)
            for a in given
            if a.entry_id in on
        },
        standing_names=rules.STANDING_NAMES,
    )
