"""The school agreement: an organizer writes it, a lead reads and accepts it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import NotFound, Refused
from app.schools import forms, permissions, queries, rules, services
from app.schools.views.organizer import organizer
from app.schools.views.teacher import teacher
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@organizer.route("/agreement", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def write_agreement() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    versions = queries.agreement_versions(session(), season)
    newest = queries.newest_agreement(session())
    form = forms.AgreementForm(words=newest.words if newest else rules.USUAL_AGREEMENT.strip())
    if form.validate_on_submit():
        made = services.write_agreement(
            session(), actor=actor(), season=season, words=form.words.data or "", now=clock.now()
        )
        if made is None:
            flash(_("The text reads as before, so everything stays as it is."))
        else:
            flash(
                _(
                    "Version %(number)s holds now. The leads of all approved schools were written"
                    " to.",
                    number=made.number,
                ),
                "good",
            )
        return redirect(url_for("organizer.schools.write_agreement"))
    schools = queries.approved_schools(session())
    accepted = queries.acceptances_of(session(), versions[0], schools) if versions else {}
    return render_template(
        "schools/organizer/agreement.html",
        season=season,
        form=form,
        versions=versions,
        changes=rules.compare(versions[1].words, versions[0].words) if len(versions) > 1 else [],
        accepted=[s for s in schools if s.id in accepted],
        waiting=[s for s in schools if s.id not in accepted] if versions else [],
        acceptances=accepted,
    ), 422 if form.errors else 200


@organizer.get("/agreement/<int:number>")
@requires(Permission.RUN_SEASON)
def agreement_version(number: int) -> ResponseReturnValue:
    """A version as it read, and what it changed."""
    season = contest.get_current_season(session())
    versions = {v.number: v for v in queries.agreement_versions(session(), season)}
    if number not in versions:
        raise NotFound
    before = versions.get(number - 1)
    return render_template(
        "schools/organizer/agreement_version.html",
        season=season,
        version=versions[number],
        before=before,
        paragraphs=rules.paragraphs(versions[number].words),
        changes=rules.compare(before.words, versions[number].words) if before else [],
    )


def _number(words: str) -> int:
    """The version's number as the form carries it; 0, which is none, for anything else."""
    return int(words) if words.isascii() and words.isdigit() and len(words) < 9 else 0


@teacher.route("/agreement", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def agreement() -> ResponseReturnValue:
    membership = queries.get_membership(session(), actor())
    school, season = membership.school, contest.get_current_season(session())
    version = queries.find_agreement(session(), season.id)
    if version is None:
        return redirect(url_for("teacher.schools.show"))
    may_accept = permissions.can_accept_agreement(school, membership)
    form = forms.AcceptForm(number=str(version.number), name=actor().display_name)
    if form.validate_on_submit():
        try:
            services.accept_agreement(
                session(),
                actor=actor(),
                school=school,
                season=season,
                number=_number(form.number.data or ""),
                name=form.name.data or "",
                now=clock.now(),
            )
        except Refused as error:
            flash(str(error.reason), "warn")
            return redirect(url_for("teacher.schools.agreement"))
        flash(_("Accepted. Your students can upload."), "good")
        return redirect(url_for("teacher.schools.agreement"))
    accepted = queries.acceptances(session(), school, season)
    current = next((a for a in accepted if a.version_id == version.id), None)
    changes = []
    if current is None and accepted:
        changes = rules.compare(accepted[0].version.words, version.words)
    return render_template(
        "schools/teacher/agreement.html",
        season=season,
        school=school,
        version=version,
        paragraphs=rules.paragraphs(version.words),
        changes=changes,
        accepted=accepted,
        current=current,
        may_accept=may_accept,
        leads=queries.leads(session(), school),
        form=form,
    ), 422 if form.errors else 200
