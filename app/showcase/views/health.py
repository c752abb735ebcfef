"""Two addresses that tell machines whether the site is well."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy import text as sql
from werkzeug.wrappers import Response

from app.showcase.views.pages import public_pages
from app.web.access import public
from app.web.db import platform, session


@public_pages.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return Response("ok\n", mimetype="text/plain")


@public_pages.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database and storage can be reached; the answer names the one that cannot."""
    try:
        session().execute(sql("SELECT 1"))
    except Exception:
        return Response("database\n", status=503, mimetype="text/plain")
    try:
        platform().storage.check()
    except Exception:
        return Response("storage\n", status=503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
