"""The organizer's districts: add, rename, merge."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.core.errors import Refused
from app.schools import forms, queries, services
from app.schools.models import District
from app.schools.views.organizer import organizer
from app.texts import gettext as _
from app.texts import ngettext
from app.web.access import actor, requires
from app.web.db import session


@organizer.route("/districts", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def districts() -> ResponseReturnValue:
    form = forms.DistrictForm()
    if form.validate_on_submit():
        try:
            services.add_district(session(), actor=actor(), name=form.name.data or "")
        except Refused as error:
            form.name.errors = [str(error.reason)]
        else:
            flash(_("Added."), "good")
            return redirect(url_for("organizer.schools.districts"))
    return render_template(
        "schools/organizer/districts.html",
        form=form,
        districts=queries.districts(session()),
        counts=queries.count_by_district(session()),
    ), 422 if form.errors else 200


def _district_page(district: District, form: forms.DistrictForm, merge: forms.MergeForm) -> str:
    return render_template(
        "schools/organizer/district.html", district=district, form=form, merge=merge
    )


def _merge_form(district: District) -> forms.MergeForm:
    others = [d for d in queries.districts(session()) if d.id != district.id]
    return forms.MergeForm().offer(others)


@organizer.route("/districts/<int:district_id>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def rename_district(district_id: int) -> ResponseReturnValue:
    district = queries.get_district_for(session(), actor(), district_id)
    form = forms.DistrictForm(name=district.name)
    merge = _merge_form(district)
    if form.validate_on_submit():
        try:
            services.rename_district(
                session(), actor=actor(), district=district, name=form.name.data or ""
            )
        except Refused as error:
            form.name.errors = [str(error.reason)]
        else:
            flash(_("Saved."), "good")
            return redirect(url_for("organizer.schools.districts"))
    return _district_page(district, form, merge), 422 if form.errors else 200


@organizer.post("/districts/<int:district_id>/merge")
@requires(Permission.RUN_SEASON)
def merge_district(district_id: int) -> ResponseReturnValue:
    district = queries.get_district_for(session(), actor(), district_id)
    merge = _merge_form(district)
    if merge.validate_on_submit():
        into = queries.get_district_for(session(), actor(), int(merge.into.data))
        moved = services.merge_districts(session(), actor=actor(), district=district, into=into)
        flash(
            ngettext("Merged; one school moved.", "Merged; %(n)s schools moved.", moved)
            % {"n": moved},
            "good",
        )
        return redirect(url_for("organizer.schools.districts"))
    form = forms.DistrictForm(formdata=None, name=district.name)
    return _district_page(district, form, merge), 422
