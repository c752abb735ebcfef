"""Our own part addresses (for the folder store), and handing out renditions."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.core.signing import BadToken
from app.core.storage import FolderStorage, Gone, PartRefused, StorageFull
from app.media.models import Asset
from app.texts import gettext as _
from app.web.access import signed_address
from app.web.db import platform
from app.web.files import deliver

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
        return {"error": _("There is no room left. What arrived is safe; try again later.")}, 507
    return Response(status=204, mimetype="text/plain")


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
