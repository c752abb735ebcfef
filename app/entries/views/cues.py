"""The cue sheet of an entry."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.core import clock
from app.entries import forms, queries, services
from app.entries.views.teacher import entry_page, teacher
from app.web.access import actor, requires
from app.web.db import session


@teacher.post("/<int:entry_id>/cues")
@requires(Permission.ENTER_CONTEST)
def add_cue(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    form = forms.CueForm()
    if form.validate_on_submit():
        values = {name: value or "" for name, value in forms.field_values(form).items()}
        services.add_cue(session(), actor=actor(), entry=entry, values=values, now=clock.now())
        return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="cues"))
    return entry_page(entry, status=422, cue_form=form)


@teacher.post("/<int:entry_id>/cues/<int:cue_id>/remove")
@requires(Permission.ENTER_CONTEST)
def remove_cue(entry_id: int, cue_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    cue = queries.get_cue(entry, cue_id)
    services.remove_cue(session(), actor=actor(), entry=entry, cue=cue, now=clock.now())
    return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="cues"))
