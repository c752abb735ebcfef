"""The code that opens an entry to its team, and the slip it is handed over on."""

from __future__ import annotations

import io

import segno
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.core import clock
from app.entries import queries, services
from app.entries.views.teacher import teacher
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.db import platform, session


@teacher.post("/<int:entry_id>/team-code")
@requires(Permission.ENTER_CONTEST)
def new_code(entry_id: int) -> ResponseReturnValue:
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    services.new_team_code(session(), actor=actor(), entry=entry, now=clock.now())
    flash(_("There is a new code. The old one no longer works."), "good")
    return redirect(url_for("teacher.entries.show", entry_id=entry.id, _anchor="video"))


@teacher.get("/<int:entry_id>/slip")
@requires(Permission.ENTER_CONTEST)
def slip(entry_id: int) -> ResponseReturnValue:
    """The code as a slip to print and hand over."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    code = queries.find_team_code(entry)
    if code is None:
        raise PageNotFound
    return render_template(
        "entries/teacher/slip.html",
        entry=entry,
        code=code,
        team_url=f"{platform().public_url}/team",
    )


@teacher.get("/<int:entry_id>/slip.svg")
@requires(Permission.ENTER_CONTEST)
def slip_picture(entry_id: int) -> ResponseReturnValue:
    """A QR code that opens the team page with the code filled in."""
    entry = queries.get_entry_to_edit(session(), actor(), entry_id)
    code = queries.find_team_code(entry)
    if code is None:
        raise PageNotFound
    # The code stands behind the #: browsers keep that part from servers and their logs.
    return qr_code(f"{platform().public_url}/team#{code.code}")


def qr_code(words: str) -> Response:
    """A picture that a phone's camera reads as `words`."""
    picture = segno.make(words, error="m")
    buffer = io.BytesIO()
    picture.save(buffer, kind="svg", scale=6, border=2, dark="#000", light="#fff")
    return Response(buffer.getvalue(), mimetype="image/svg+xml")
