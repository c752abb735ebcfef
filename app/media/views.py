"""Our own part addresses, trying out a network, handing out renditions."""

from __future__ import annotations

import logging
import os
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.core import clock
from app.core.db import will_write
from app.core.errors import NotUnderstood, Refused
from app.core.signing import BadToken
from app.core.storage import Gone, PartAddress, PartRefused, StorageFull, Unreachable
from app.media import rules, services
from app.media.models import Rendition
from app.texts import gettext as _
from app.texts import text
from app.web.access import public, signed_address
from app.web.bodies import json_object, whole_number
from app.web.db import platform, release, session
from app.web.files import body, deliver, visitor_network

log = logging.getLogger(__name__)

public_pages = Blueprint("media", __name__)

PART_MOST_BYTES = 65 * 1024 * 1024
TRIAL_SECONDS = 600
SAMPLE_PIECE = 256 * 1024


@public_pages.route("/upload-parts/<token>", methods=["PUT", "POST"])
@signed_address
def receive_part(token: str) -> ResponseReturnValue:
    """One part of an upload, handed to the store as it arrives."""
    try:
        platform().storage.write_part(token, body(PART_MOST_BYTES))
    except BadToken:
        return {"error": _("This address is too old. The upload asks for a new one.")}, 403
    except Gone:
        return {"error": _("This upload is over. Choose the file again.")}, 404
    except PartRefused:
        return {"error": _("A part arrived damaged. It is sent again.")}, 422
    except StorageFull:
        tell_of_full_storage()
        return {"error": _("There is no room left. What arrived is safe; try again later.")}, 507
    except Unreachable:
        log.exception("A part could not be handed on to the store.")
        return {"error": _("The store of videos does not answer. The part is sent again.")}, 502
    return Response(status=204, mimetype="text/plain")


@public_pages.get("/help/network")
@public
def network() -> ResponseReturnValue:
    """Try out whether an upload would get through from here."""
    return render_template(
        "media/network.html",
        host=urlsplit(platform().public_url).netloc,
        part_bytes=platform().part_bytes,
        least_part_bytes=platform().storage.least_part_bytes,
    )


@public_pages.post("/help/network")
@public
def begin_trial() -> ResponseReturnValue:
    """Where trial parts go, for the page's script."""
    now, limits = clock.now(), platform().limits
    for what, who, most, per in (
        ("network-trial", visitor_network(), rules.TRIALS_MOST, rules.TRIALS_PER),
        ("network-trial-any", "", rules.TRIALS_ANYWHERE_MOST, rules.TRIALS_ANYWHERE_PER),
    ):
        session().rollback()  # Counting takes a transaction of its own.
        if not limits.take(what, who, most=most, per=per, now=now):
            return {"error": _("Many networks are being tested. Try again in ten minutes.")}, 429
    storage = platform().storage
    trial = services.begin_trial(session(), storage, platform().work_dir)
    return {
        "trial": platform().signer.sign("network-trial", [trial.key, trial.upload]),
        "part_bytes": min(platform().part_bytes, rules.TRIAL_PART_MOST_BYTES),
        "least_part_bytes": storage.least_part_bytes,
        "sample_bytes": rules.SAMPLE_BYTES,
        "bucket_sample": services.sample_address(storage, trial),
    }


@public_pages.post("/help/network/parts")
@public
def trial_parts() -> ResponseReturnValue:
    """Addresses for trial parts; they are like those of an upload, and lead nowhere."""
    sent = json_object()
    token, listed = str(sent.get("trial", "")), sent.get("parts")
    if not isinstance(listed, list) or not 1 <= len(listed) <= 4:
        raise NotUnderstood
    wanted = []
    for each in listed:
        if not isinstance(each, dict):
            raise NotUnderstood
        wanted.append((whole_number(each.get("size")), str(each.get("crc32", ""))))
    try:
        key, upload = platform().signer.read("network-trial", token, max_age=TRIAL_SECONDS)
    except BadToken:
        raise Refused(text("This test took too long. Begin it again.")) from None
    now, per = clock.now(), rules.TRIALS_PER
    session().rollback()
    if not platform().limits.take(
        "network-trial-parts", token, most=rules.TRIAL_ASKS_MOST, per=per, now=now
    ):
        return {"error": _("That was too often. Begin the test again.")}, 429
    trial = services.Trial(key, upload)
    addresses = services.trial_addresses(platform().storage, trial, wanted)
    return {"parts": [{"ways": ways_json(address)} for address in addresses]}


@public_pages.get("/help/network/sample/<token>")
@public
def sample(token: str) -> ResponseReturnValue:
    """Bytes that mean nothing, made as they are sent, to see how fast they come."""
    try:
        platform().signer.read("network-trial", token, max_age=TRIAL_SECONDS)
    except BadToken:
        raise PageNotFound from None
    release()
    pieces = (os.urandom(SAMPLE_PIECE) for _ in range(rules.SAMPLE_BYTES // SAMPLE_PIECE))
    response = Response(pieces, mimetype="application/octet-stream")
    response.headers["Content-Length"] = str(rules.SAMPLE_BYTES)
    response.headers["Cache-Control"] = "no-store"
    return response


def ways_json(address: PartAddress) -> list[dict[str, Any]]:
    """Every way a script may send a part, the best first."""
    way = {"url": address.url, "headers": dict(address.headers)}
    ways = [{"method": method, **way} for method in address.methods]
    return ways + (ways_json(address.detour) if address.detour else [])


def tell_of_full_storage() -> None:
    """Alert the organizers, in a transaction of its own: the request that found out rolls back."""
    session().rollback()
    try:
        with platform().sessions() as own:
            will_write(own)
            services.report_full_storage(own, platform().limits, now=clock.now())
            own.commit()
    except SQLAlchemyError:
        # On one disk the database may have no room either; the visitor still gets her answer.
        log.exception("That the storage is full could not be written down.")


class HasRenditions(Protocol):
    """An asset, or what shows a visitor as much of one as she may see."""

    def rendition(self, role: str) -> Rendition | None: ...


def deliver_rendition(
    of: HasRenditions | None, role: str, *, public: bool = False, filename: str | None = None
) -> Response:
    """Answer with one version of a video. The caller has decided that this visitor may have it."""
    rendition = of.rendition(role) if of is not None else None
    if rendition is None:
        raise PageNotFound
    return deliver(
        rendition.key,
        content_type=rendition.content_type,
        filename=filename,
        public=public,
        etag=rendition.sha256[:32],
    )


def captions_response(words: str) -> Response:
    """Captions as a file. The caller has decided that this visitor may have them."""
    if not words:
        raise PageNotFound
    return Response(words, content_type="text/vtt; charset=utf-8")
