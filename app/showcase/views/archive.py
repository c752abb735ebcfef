"""The archive of a season, for whoever keeps it for decades."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import Context
from functools import partial

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.archives import ArchivedFile, stream_archive
from app.entries import queries as entries
from app.showcase import services
from app.showcase.services import Fetched, Freezer
from app.web.access import requires
from app.web.addresses import ARCHIVE
from app.web.db import platform, reading, session

organizer_archive = Blueprint("archive", __name__)


def freezer_of(year: int) -> Freezer:
    """What freezes the season of a year. Raises NotFound for none, Refused before its results."""
    parts, now = platform(), clock.now()
    with reading() as own:
        season = contest.get_season_of_year(own, year)
        services.check_frozen(season, now)
        announced_at = season.announced_at or now
        slugs = frozenset(e.slug or "" for e in entries.public_entries(own, season, now=now))
    client = Client(current_app.wsgi_app)

    def fetch(address: str) -> Fetched:
        # In a context of its own: nothing of whoever asks for the archive may come into it.
        asked = partial(
            client.get,
            address,
            base_url=parts.public_url,
            environ_overrides={ARCHIVE: year},
        )
        answer = Context().run(asked)
        return Fetched(answer.status_code, answer.mimetype or "", _body(answer))

    return Freezer(
        fetch,
        parts.sessions,
        parts.storage,
        parts.public_url,
        year,
        announced_at,
        slugs,
        clock.now,
    )


def _body(answer: TestResponse) -> Iterator[bytes]:
    try:
        yield from answer.iter_encoded()
    finally:
        answer.close()


@organizer_archive.get("/")
@requires(Permission.RUN_SEASON)
def overview() -> ResponseReturnValue:
    """Seasons that can be taken along as a folder of files."""
    announced = contest.announced_seasons(session(), now=clock.now())
    return render_template("showcase/organizer/archive.html", seasons=announced)


@organizer_archive.post("/<int(max=9999):year>.zip")
@requires(Permission.RUN_SEASON)
def download(year: int) -> ResponseReturnValue:
    """A season as a ZIP file, made while it is sent: nothing of it stays here to grow old."""
    freezer = freezer_of(year)
    files = (
        ArchivedFile(f"contest-{year}/{file.name}", file.size, file.pieces)
        for file in freezer.files()
    )
    response = Response(stream_archive(files, freezer.announced_at), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="contest-{year}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
