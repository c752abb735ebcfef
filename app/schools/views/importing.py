"""Importing schools: choose a file, look at what it would do, confirm exactly that."""

from __future__ import annotations

import base64
import binascii

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import Refused
from app.schools import forms, rules, services
from app.schools.rules import Plan, SheetRefused
from app.schools.views.organizer import organizer
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@organizer.get("/import")
@requires(Permission.RUN_SEASON)
def choose_sheet() -> ResponseReturnValue:
    return _choose(forms.SheetForm(formdata=None))


def _choose(form: forms.SheetForm) -> ResponseReturnValue:
    return render_template(
        "schools/organizer/import.html",
        form=form,
        most=rules.ROWS_MOST,
        most_bytes=rules.FILE_BYTES,
    ), 422 if form.errors else 200


@organizer.post("/import")
@requires(Permission.RUN_SEASON)
def preview() -> ResponseReturnValue:
    form = forms.SheetForm()
    uploaded = request.files.get("sheet")
    if not form.validate_on_submit() or uploaded is None or not uploaded.filename:
        form.sheet.errors = [_("Choose the file first.")]
        return _choose(form)
    data = uploaded.stream.read(rules.FILE_BYTES + 1)
    try:
        plan = services.preview_import(session(), actor=actor(), data=data)
    except SheetRefused as error:
        form.sheet.errors = [str(error.reason)]
        return _choose(form)
    return _preview(plan, data)


def _preview(
    plan: Plan, data: bytes, *, changed_meanwhile: str = "", status: int = 200
) -> ResponseReturnValue:
    confirm = forms.ConfirmImportForm(
        formdata=None, content=base64.b64encode(data).decode(), digest=plan.digest
    )
    return render_template(
        "schools/organizer/preview.html",
        plan=plan,
        confirm=confirm,
        errors=plan.errors[: rules.ERRORS_SHOWN],
        changed_meanwhile=changed_meanwhile,
        fields=rules.FIELDS,
    ), 422 if plan.errors else status


@organizer.post("/import/confirm")
@requires(Permission.RUN_SEASON)
def confirm_import() -> ResponseReturnValue:
    form = forms.ConfirmImportForm()
    season = contest.get_current_season(session())
    try:
        data = base64.b64decode(form.content.data or "", validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not form.validate_on_submit() or not data:
        flash(_("The preview was not sent whole. Please choose the file once more."), "warn")
        return redirect(url_for("organizer.schools.choose_sheet"))
    try:
        plan = services.import_schools(
            session(),
            actor=actor(),
            season=season,
            data=data,
            digest=form.digest.data or "",
            now=clock.now(),
        )
    except Refused as error:
        plan = services.preview_import(session(), actor=actor(), data=data)
        return _preview(plan, data, changed_meanwhile=str(error.reason), status=409)
    except SheetRefused as error:
        flash(str(error.reason), "bad")
        return redirect(url_for("organizer.schools.choose_sheet"))
    flash(
        _(
            "Imported: %(new)s new, %(changed)s changed, %(unchanged)s as before.",
            new=len(plan.new),
            changed=len(plan.changed),
            unchanged=len(plan.unchanged),
        ),
        "good",
    )
    return redirect(url_for("organizer.schools.index"))
