"""What is held, decided about by two people; and the witnesses of the log."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import queries as people
from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.entries import queries as entries
from app.texts import gettext as _
from app.voting import forms, permissions, queries, rules, services
from app.voting.models import Anomaly
from app.voting.views.box import organizer
from app.web.access import actor, requires
from app.web.db import platform, session


@organizer.get("/held")
@requires(Permission.DECIDE_ON_BALLOTS)
def held() -> ResponseReturnValue:
    """Ballots that did not look like people voting. Which video they are for shows when the vote
    has closed: before that it would tell the count."""
    season, now = contest.get_current_season(session()), clock.now()
    found = queries.anomalies(session(), season.id)
    shut = rules.is_box_shut(season, now)
    known = {each.id: each for each in queries.candidates_of(session(), season.id)} if shut else {}
    entry_ids = {each.entry_id for each in known.values() if each.entry_id}
    proposers = {each.proposed_by for each in found if each.proposed_by}
    return render_template(
        "voting/organizer/held.html",
        season=season,
        shut=shut,
        shuts_at=rules.box_shuts_at(season),
        anomalies=found,
        candidates=known,
        about=entries.entries_by_id(session(), entry_ids),
        still_held=queries.held_of(session(), [each.id for each in found]),
        names={each: people.get_user(session(), each) for each in proposers},
        can_second={
            each.id: permissions.can_second(actor(), people.get_user(session(), each.proposed_by))
            for each in found
            if each.proposed_by
        },
        proposal_of=rules.proposal_of,
        kind_names=rules.ANOMALY_NAMES,
        reason_names=rules.REASON_NAMES,
        reasons_for=rules.REASONS_FOR,
    )


def _anomaly(anomaly_id: int) -> Anomaly:
    return queries.get_anomaly_for(session(), actor(), anomaly_id)


@organizer.post("/held/<int:anomaly_id>/tell")
@requires(Permission.DECIDE_ON_BALLOTS)
def tell_school(anomaly_id: int) -> ResponseReturnValue:
    services.tell_school(session(), actor=actor(), anomaly=_anomaly(anomaly_id), now=clock.now())
    flash(_("The school is being told. It has a day to answer."))
    return redirect(url_for("organizer.voting.held"))


@organizer.post("/held/<int:anomaly_id>/propose")
@requires(Permission.DECIDE_ON_BALLOTS)
def propose(anomaly_id: int) -> ResponseReturnValue:
    verdict, _sign, reason = request.form.get("verdict", "").partition(":")
    services.propose_verdict(
        session(),
        actor=actor(),
        anomaly=_anomaly(anomaly_id),
        verdict=verdict,
        reason=reason,
        now=clock.now(),
    )
    flash(_("Proposed. Somebody with another role has to agree."))
    return redirect(url_for("organizer.voting.held"))


@organizer.post("/held/<int:anomaly_id>/agree")
@requires(Permission.DECIDE_ON_BALLOTS)
def agree(anomaly_id: int) -> ResponseReturnValue:
    _second(anomaly_id, agrees=True)
    flash(_("Decided, and written into the public log."))
    return redirect(url_for("organizer.voting.held"))


@organizer.post("/held/<int:anomaly_id>/disagree")
@requires(Permission.DECIDE_ON_BALLOTS)
def disagree(anomaly_id: int) -> ResponseReturnValue:
    _second(anomaly_id, agrees=False)
    flash(_("Open again."))
    return redirect(url_for("organizer.voting.held"))


def _second(anomaly_id: int, *, agrees: bool) -> None:
    services.second_verdict(
        session(),
        actor=actor(),
        voters=platform().voters,
        anomaly=_anomaly(anomaly_id),
        proposal=request.form.get("proposal", "")[:80],
        agrees=agrees,
        now=clock.now(),
    )


@organizer.route("/witnesses", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def witnesses() -> ResponseReturnValue:
    """Who is sent the signed heads of the log."""
    season = contest.get_current_season(session())
    form = forms.WitnessForm()
    if form.validate_on_submit():
        services.add_witness(
            session(),
            actor=actor(),
            season=season,
            name=form.name.data or "",
            email=form.email.data or "",
            now=clock.now(),
        )
        flash(_("Added. The next signed head goes there too."))
        return redirect(url_for("organizer.voting.witnesses"))
    page = render_template(
        "voting/organizer/witnesses.html",
        season=season,
        form=form,
        witnesses=queries.witnesses(session(), season.id),
    )
    return page, 422 if form.errors else 200


@organizer.post("/witnesses/<int:witness_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_witness(witness_id: int) -> ResponseReturnValue:
    season = contest.get_current_season(session())
    services.remove_witness(
        session(),
        actor=actor(),
        witness=queries.get_witness(session(), season.id, witness_id),
    )
    flash(_("Removed, with the address."))
    return redirect(url_for("organizer.voting.witnesses"))
