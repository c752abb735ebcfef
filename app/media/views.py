"""Our own part addresses (for the folder store), and handing out renditions."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.core import clock
from app.core.db import will_write
from app.core.signing import BadToken
from app.core.storage import FolderStorage, Gone, PartAddress, PartRefused, StorageFull
from app.media import services
from app.media.models import Asset
from app.texts import gettext as _
from app.web.access import signed_address
from app.web.db import platform, session
from app.web.files import deliver

log = logging.getLogger(__name__)

public_pages = Blueprint("media", __name__)

PART_MOST_BYTES = 65 * 1024 * 1024


@public_pages.route("/upload-parts/<token>", methods=["PUT", "POST"])
@signed_address
def receive_part(token: str) -> ResponseReturnValue:
    """One part of an upload, written where it belongs as it arrives. POST serves where a school's
    proxy forbids PUT."""
    storage = platform().storage
    if not isinstance(storage, FolderStorage):
        raise PageNotFound
    request.max_content_length = PART_MOST_BYTES
    try:
        storage.write_part(token, request.stream)
    except BadToken:
        return {"error": _("This address is too old. The upload asks for a new one.")}, 403
    except Gone:
        return {"error": _("This upload is over. Choose the file again.")}, 404
    except PartRefused:
        return {"error": _("A part arrived damaged. It is sent again.")}, 422
    except StorageFull:
        tell_of_full_storage()
        return {"error": _("There is no room left. What arrived is safe; try again later.")}, 507
    return Response(status=204, mimetype="text/plain")


def address_json(address: PartAddress) -> dict[str, Any]:
    """What a script needs to know to send a part."""
    return {
        "url": address.url,
        "headers": dict(address.headers),
        "methods": list(address.methods),
    }


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


def deliver_rendition(
    asset: Asset | None, role: str, *, public: bool = False, filename: str | None = None
) -> Response:
    """Answer with one version of a video. The caller has decided that this visitor may have it."""
    rendition = asset.rendition(role) if asset is not None else None
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
