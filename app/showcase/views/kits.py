"""Downloads of a winner: everything, for a class, for a television station."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound
from werkzeug.wrappers import Response

from app.awards.rules import UseKind
from app.core import clock
from app.core.archives import ArchivedFile
from app.core.storage import pieces_of
from app.media.views import deliver_rendition
from app.showcase import queries
from app.showcase.queries import KitFile, Kits, Watched
from app.showcase.views.pages import public_pages
from app.showcase.views.watching import count_download, find_watched, gone_or_missing, kits_for
from app.web.access import public
from app.web.archives import archive_response
from app.web.db import platform, release


def _kits(slug: str) -> tuple[Watched, Kits]:
    watched = find_watched(slug)
    if watched.winner is None:
        raise PageNotFound
    return watched, kits_for(watched)


@public_pages.get("/winners/<slug>/kit.zip")
@public
def kit(slug: str) -> ResponseReturnValue:
    """Everything about a winner in one download."""
    watched, kits = _kits(slug)
    return _zipped(watched, "kit", kits.everything)


@public_pages.get("/winners/<slug>/school-kit.zip")
@public
def school_kit(slug: str) -> ResponseReturnValue:
    """What a teacher shows in class."""
    watched, kits = _kits(slug)
    return _zipped(watched, "school-kit", kits.school)


@public_pages.get("/winners/<slug>/broadcast-kit.zip")
@public
def broadcast_kit(slug: str) -> ResponseReturnValue:
    """A winner as a television station airs it."""
    watched, kits = _kits(slug)
    return _zipped(watched, "broadcast-kit", kits.station)


@public_pages.get("/winners/<slug>/poster.pdf")
@public
def printed_poster(slug: str) -> ResponseReturnValue:
    """A winner's poster to hang up."""
    watched = find_watched(slug)
    if watched.winner is None:
        raise PageNotFound
    if not watched.branded:
        raise gone_or_missing(watched)
    filename = queries.kit_name(watched.entry, "winner_print")
    return deliver_rendition(watched, "winner_print", public=True, filename=filename)


def _zipped(watched: Watched, name: str, files: Sequence[KitFile]) -> Response:
    """The files in one archive, streamed as they are read; it can be resumed."""
    if not files:
        raise gone_or_missing(watched)
    slug, moment = watched.entry.slug or "", watched.season.announced_at or clock.now()
    entry_id = watched.entry.id
    release()
    count_download(entry_id, UseKind(name))
    return archive_response(
        [ArchivedFile(f"{slug}/{each.name}", each.size, _reader(each)) for each in files],
        filename=f"{slug}-{name}.zip",
        etag=queries.kit_digest(files),
        moment=moment,
    )


def _reader(file: KitFile) -> Callable[[], Iterator[bytes]]:
    storage = platform().storage
    if file.key:
        return lambda: pieces_of(storage, file.key)
    return lambda: iter([file.words])
