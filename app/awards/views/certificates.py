"""Certificates: printed by organizers and teachers, looked up by anybody."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import texts
from app.accounts.permissions import Permission
from app.awards import forms, permissions, queries, rules, services
from app.awards.queries import Sheet
from app.awards.views.giving import organizer
from app.contest import queries as contest
from app.contest.models import Season
from app.core import clock
from app.core.errors import NotAllowed, Refused, require
from app.schools import queries as schools
from app.schools.models import School
from app.texts import gettext as _
from app.web.access import actor, public, requires
from app.web.addresses import absolute
from app.web.cache import cached
from app.web.db import platform, release, session
from app.web.forms import one_line

teacher = Blueprint("awards", __name__)
public_pages = Blueprint("awards", __name__)


@organizer.route("/certificates", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def certificates() -> ResponseReturnValue:
    """Choose which, and get them as one file."""
    season = contest.get_current_season(session())
    form = forms.CertificatesForm()
    form.language.choices = _languages()
    if form.validate_on_submit():
        try:
            return _printed(season, _sheets(season, form), form.what.data, form.language.data, None)
        except Refused as error:
            session().rollback()
            form.what.errors = [str(error.reason)]
    return render_template(
        "awards/certificates.html", form=form, season=season
    ), 422 if form.errors else 200


def _languages() -> list[tuple[str, str]]:
    """What certificates can be printed in. A draft that nobody has read yet says so."""
    return [
        (tag, name if texts.is_reviewed(tag, texts.PUBLIC) else _("%(name)s (draft)", name=name))
        for tag, name in texts.named(texts.spoken())
    ]


def _sheets(season: Season, form: forms.CertificatesForm) -> list[Sheet]:
    match form.what.data:
        case "participants":
            return queries.participants(session(), season)
        case "placed":
            return queries.placed(session(), season)
        case "honored":
            return queries.honored(session(), season, issuer=form.issuer.data or "")
        case whom:
            return queries.thanked(session(), season, whom=whom, names=form.listed())


def _printed(
    season: Season, sheets: Sequence[Sheet], whom: str, language: str, school: School | None
) -> Response:
    printing = services.ask_to_print(
        session(), actor=actor(), season=season, sheets=sheets, school=school, now=clock.now()
    )
    # Drawing takes seconds, in which nobody else could write.
    session().commit()
    release()
    data = services.draw_certificates(
        printing,
        platform().storage,
        platform().signer,
        address=absolute("public.awards.look_up"),
        language=language,
    )
    response = Response(data, mimetype="application/pdf")
    name = f"certificates-{whom}-{season.year}-{language}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@teacher.route("/certificates", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def school_certificates() -> ResponseReturnValue:
    """The certificates of the own school's teams, once the winners are announced."""
    season = contest.get_current_season(session())
    membership = schools.find_membership(session(), actor())
    if membership is None:
        raise NotAllowed
    school = membership.school
    require(permissions.can_print(actor(), school, membership))
    problem = rules.why_not_printable(season, clock.now())
    form = forms.SchoolCertificatesForm()
    form.language.choices = _languages()
    if form.validate_on_submit():
        find = queries.placed if form.what.data == "placed" else queries.participants
        sheets = find(session(), season, school_id=school.id)
        return _printed(season, sheets, form.what.data, form.language.data, school)
    counts = (
        len(queries.participants(session(), season, school_id=school.id)),
        len(queries.placed(session(), season, school_id=school.id)) if problem is None else 0,
    )
    return render_template(
        "awards/school_certificates.html",
        form=form,
        season=season,
        problem=problem,
        counts=counts,
    )


@public_pages.get("/certificates")
@public
@cached
def look_up() -> ResponseReturnValue:
    """Where a certificate's code is typed."""
    typed = one_line(request.args.get("code"))[:60]
    if typed:
        return redirect(url_for("public.awards.certificate", code=typed.replace("/", "-")))
    return render_template("awards/certificate.html", typed="", found=None)


@public_pages.get("/certificates/<code>")
@public
@cached
def certificate(code: str) -> ResponseReturnValue:
    """Award, school and year of a certificate we gave; nothing about a person."""
    typed = one_line(code)[:60]
    found = queries.find_certified(session(), platform().signer, typed, now=clock.now())
    page = render_template("awards/certificate.html", typed=typed, found=found)
    return page, 200 if found else 404
