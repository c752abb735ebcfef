"""A demonstration that is made in seconds: all of its films are one of two."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from app.core import clock
from app.core.db import make_engine, make_sessions
from app.core.signing import Keyring, Signer
from app.core.storage import FolderStorage
from app.media.models import Asset, Rendition
from app.seed import films
from app.seed.films import Film
from app.seed.season import fill, films_of_season
from app.seed.stages import Stage
from tests.browser.test_upload import KEY
from tests.conftest import make_empty_database


def fill_small(data: Path, work: Path, stage: Stage) -> None:
    """Set up a small season in that stage, and last year's, in a data folder of an SQLite site."""
    database = f"sqlite:///{data}/hoike.db"
    make_empty_database(database)
    storage = FolderStorage(data / "storage", public_url="", signer=Signer(KEY))
    pair = [Film(0, "If Only", "Koa Elementary"), Film(1, "Screenshot", "Nalu Elementary")]
    made = films.make_assets(storage, work, pair, now=clock.now(), say=str)
    engine = make_engine(database)
    with make_sessions(engine)() as session:
        fill(
            session,
            stage,
            {film.number: _like(made[film.number % 2], film) for film in films_of_season()},
            voters=Keyring("", data / "keys" / "vote"),
            now=clock.now(),
            titles_each=2,
        )
        session.commit()
    engine.dispose()


def _like(made: Asset, film: Film) -> Asset:
    """Another asset of the same files."""

    def columns(row: Asset | Rendition) -> dict[str, object]:
        attributes = inspect(type(row)).column_attrs
        return {c.key: getattr(row, c.key) for c in attributes if c.key not in ("id", "asset_id")}

    asset = Asset(**{**columns(made), "name": film.name})
    asset.renditions = [Rendition(**columns(each)) for each in made.renditions]
    return asset
