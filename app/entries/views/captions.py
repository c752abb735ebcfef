"""The captions of an entry, as its teacher gives them."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.models import User
from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import Refused
from app.entries import forms, queries, services
from app.entries.models import Entry
from app.entries.views.teacher import entry_page, teacher
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import session


@teacher.post("/<int:entry_id>/captions")
@requires(Permission.ENTER_CONTEST)
def captions(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    form = forms.CaptionsForm()
    if request.headers.get("X-Autosave") == "1":
        return captions_from_editor(entry, form, actor())
    if are_saved(entry, form, actor()):
        flash(_("The captions are saved."), "good")
        return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="captions"))
    return entry_page(entry, status=422, captions_form=form)


def are_saved(entry: Entry, form: forms.CaptionsForm, editor: User | None) -> bool:
    """Save what was uploaded or pasted, for a teacher or without one for the team; else the form
    says why it was not."""
    if not form.validate_on_submit():
        return False
    try:
        services.save_captions(
            session(),
            actor=editor,
            entry=entry,
            data=_captions_data(form),
            language=form.language.data,
            now=clock.now(),
        )
    except Refused as error:
        form.words.errors = [str(error.reason)]
        return False
    return True


def captions_from_editor(
    entry: Entry, form: forms.CaptionsForm, editor: User | None
) -> ResponseReturnValue:
    """Save what the editor of a page's script sent; the answer is for the script."""
    if not form.validate_on_submit():
        return {"error": " ".join(e for es in form.errors.values() for e in es)}, 422
    try:
        services.save_captions(
            session(),
            actor=editor,
            entry=entry,
            data=(form.words.data or "").encode(),
            language=form.language.data,
            seen=request.form.get("seen"),
            now=clock.now(),
        )
    except services.CaptionsChanged as error:
        return {"error": str(error.reason), "theirs": entry.captions}, 409
    except services.CaptionsUnreadable as error:
        return {"error": str(error.reason), "line": error.line}, 422
    return {"captions": entry.captions}


def _captions_data(form: forms.CaptionsForm) -> bytes:
    """What was uploaded, else what was pasted."""
    uploaded = request.files.get("file")
    if uploaded is not None and uploaded.filename:
        return uploaded.stream.read(600 * 1024)
    return (form.words.data or "").encode()
