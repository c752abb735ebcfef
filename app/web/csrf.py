"""No other site may post on a visitor's behalf: the browser's own word, then a token.

Signed-in and team pages use Flask-WTF's token. Public forms carry a signed nonce instead
(`OpenForm`), because a token in a cookie would set a cookie for every visitor.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest

from app.web.db import INERT

protect = CSRFProtect()


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = (
        None  # As long as the sign-in: a form may stay open all day.
    )
    protect.init_app(app)


def guard(open_to_public: bool, signed_address: bool) -> None:
    """Refuse an unsafe request from elsewhere; ask signed-in pages for their token."""
    if request.method in INERT or signed_address:
        return
    if not _from_this_site():
        raise BadRequest("This form was sent from another site.")
    if not open_to_public:
        protect.protect()


def _from_this_site() -> bool:
    fetched_from = request.headers.get("Sec-Fetch-Site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    # Neither header: no browser of the last ten years; the token or nonce still decides.
    return origin is None or urlsplit(origin).netloc == request.host
