"""The schedule, in plain words, for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.retention.rules import ABOUT_NAMES, SCHEDULE
from app.web.access import public
from app.web.cache import cached

public_pages = Blueprint("retention", __name__)


@public_pages.get("/privacy/retention")
@public
@cached
def schedule() -> ResponseReturnValue:
    rows = SCHEDULE.values()
    return render_template(
        "retention/schedule.html",
        parts=[
            (name, [r for r in rows if r.about is about]) for about, name in ABOUT_NAMES.items()
        ],
    )
