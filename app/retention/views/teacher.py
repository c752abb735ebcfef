"""A school's own data, for its lead: taking it along, and having it erased."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import Refused, require
from app.retention import forms, permissions, queries, services
from app.schools import queries as schools
from app.schools.models import School
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import platform, session

teacher = Blueprint("retention", __name__)


def archive_answer(school: School) -> Response:
    """The archive as a download. The request's transaction notes that it was taken."""
    services.note_export(session(), actor=actor(), school=school)
    archive = services.school_archive(
        session(), platform().storage, actor=actor(), school=school, now=clock.now()
    )
    response = Response(archive, mimetype="application/zip")
    response.headers["Content-Length"] = str(len(archive))
    response.headers["Content-Disposition"] = f'attachment; filename="school-{school.id}.zip"'
    return response


def erase_page(school: School, template: str, then: str) -> ResponseReturnValue:
    """The second step: what goes, and the school's name typed once."""
    membership = schools.find_membership(session(), actor())
    require(permissions.can_erase(actor(), school, membership))
    form = forms.EraseForm()
    if form.validate_on_submit():
        try:
            services.erase_school(
                session(),
                actor=actor(),
                school=school,
                typed=form.name.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.name.errors = [str(error.reason)]
        else:
            flash(
                _(
                    "Everything of the school is erased. Its pages are gone; its files go within "
                    "minutes."
                ),
                "good",
            )
            return redirect(url_for(then))
    found = queries.belongings_of(session(), school)
    return render_template(
        template,
        school=school,
        form=form,
        entries=len(found.of("entries")),
        videos=len(found.of("assets")),
        people=len(found.of("appearing_people")),
        teachers=found.teachers,
    ), 422 if form.errors else 200


@teacher.post("/export")
@requires(Permission.ENTER_CONTEST)
def export() -> ResponseReturnValue:
    return archive_answer(schools.get_membership(session(), actor()).school)


@teacher.route("/erase", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def erase() -> ResponseReturnValue:
    school = schools.get_membership(session(), actor()).school
    return erase_page(school, "retention/teacher_erase.html", "account.accounts.sign_in")
