"""Security headers on every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request


def init_app(app: Flask, *, media_origin: str, https: bool) -> None:
    """`media_origin` is the store's own origin when browsers talk to it directly (S3), else ''."""
    allowed = " ".join(["'self'", *([media_origin] if media_origin else [])])
    policy = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        f"img-src {allowed} data:; media-src {allowed} blob:; connect-src {allowed}; "
        "frame-ancestors"
    )

    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        may_be_framed = bool(g.get("may_be_framed"))
        headers.setdefault(
            "Content-Security-Policy",
            f"{policy} *" if may_be_framed else f"{policy} 'none'",
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if not may_be_framed:
            headers["X-Frame-Options"] = "DENY"
        if request.endpoint == "static" and "v" not in request.args:
            # Only an address with the file's fingerprint may be kept for long; a script that
            # another one imports has none, and would stay behind when the site is made new.
            headers["Cache-Control"] = "no-cache"
            headers.pop("Expires", None)
        if response.mimetype == "text/html":
            # Pages that may be kept say so themselves; no other page is anybody's to keep.
            headers.setdefault("Cache-Control", "no-store")
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response


def let_others_frame() -> None:
    """Say of the page that is being answered that other sites may show it inside of theirs."""
    g.may_be_framed = True


def origin_of(url: str) -> str:
    """Scheme and host of an address, as a policy writes them; '' for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
