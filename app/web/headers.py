"""Security headers on every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request


def init_app(app: Flask, *, media_origin: str, https: bool) -> None:
    """`media_origin` is the store's own origin when browsers talk to it directly (S3), else ''."""
    allowed = " ".join(["'self'", *([media_origin] if media_origin else [])])
    policy = (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
        f"img-src {allowed} data:; media-src {allowed} blob:; connect-src {allowed}; "
        "frame-ancestors 'none'"
    )
    embeddable = policy.replace("frame-ancestors 'none'", "frame-ancestors *")

    @app.after_request
    def secure(response: Response) -> Response:
        embed = request.path.startswith("/embed/")
        headers = response.headers
        headers["Content-Security-Policy"] = embeddable if embed else policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "same-origin")
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if not embed:
            headers["X-Frame-Options"] = "DENY"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        return response


def origin_of(url: str) -> str:
    """Scheme and host of an address, as a policy writes them; '' for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
