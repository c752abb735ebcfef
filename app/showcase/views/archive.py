"""The archive of a season, for whoever keeps it for decades."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import Context
from functools import partial
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.entries import queries as entries
from app.showcase import services
from app.showcase.services import Fetched, Freezer, FrozenFile
from app.web.access import requires
from app.web.addresses import ARCHIVE
from app.web.archives import stream_archive
from app.web.db import release, session

organizer_archive = Blueprint("archive", __name__)


def freezer_of(app: Any, year: int) -> Freezer:
    """What freezes the season of a year. Raises NotFound for none, Refused before its results."""
    parts, now = app.extensions["hoike"], clock.now()
    with parts.sessions() as own:
        season = contest.get_season_of_year(own, year)
        services.check_frozen(season, now)
        slugs = frozenset(e.slug or "" for e in entries.public_entries(own, season, now=now))
    client = Client(app.wsgi_app)

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

    return Freezer(fetch, parts.sessions, parts.storage, year, slugs, clock.now)


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
    season = contest.get_season_of_year(session(), year)
    moment = season.announced_at or clock.now()
    services.check_frozen(season, clock.now())
    session().commit()
    release()
    freezer = freezer_of(current_app._get_current_object(), year)  # type: ignore[attr-defined]
    response = Response(
        stream_archive(_in_folder(freezer, year), moment), mimetype="application/zip"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="contest-{year}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _in_folder(freezer: Freezer, year: int) -> Iterator[FrozenFile]:
    for file in freezer.files():
        yield FrozenFile(f"contest-{year}/{file.name}", file.size, file.pieces)
