"""The cue sheet of an entry."""

from __future__ import annotations

import io

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.core import clock
from app.entries import forms, queries, rules, services
from app.entries.models import Entry
from app.entries.views.teacher import entry_page, teacher
from app.video.branding import draw_credits
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


@teacher.get("/<int:entry_id>/credits.png")
@requires(Permission.ENTER_CONTEST)
def credits_picture(entry_id: int) -> ResponseReturnValue:
    """The credits as a slate, made from the cue sheet as it is now."""
    return credits_slate(queries.get_entry_for(session(), actor(), entry_id))


def credits_slate(entry: Entry) -> Response:
    buffer = io.BytesIO()
    draw_credits(entry.title, rules.credits_of(entry)).save(buffer, "PNG")
    name = f"credits-{entry.code.lower()}.png"
    response = Response(buffer.getvalue(), mimetype="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
