"""The migrations lead from nothing to exactly what the models say, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Engine, column, inspect, select
from sqlalchemy import table as lightly

from app.cli import MIGRATIONS
from app.core import clock
from app.core.db import Base, UTCDateTime, make_engine
from app.web.cache import PublicRevision
from tests import servers
from tests.conftest import give_up

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a single table."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path}/nothing.db")
        yield engine
        engine.dispose()
        return
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, servers.Missing):
        give_up(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE nothing")
        engine = make_engine(server.replace("/postgres?", "/nothing?"))
        yield engine
        engine.dispose()
        connection.execute("DROP DATABASE nothing WITH (FORCE)")


def settings() -> AlembicConfig:
    found = AlembicConfig()
    found.set_main_option("script_location", str(ROOT / MIGRATIONS))
    return found


def test_migrations_have_one_head() -> None:
    assert len(ScriptDirectory.from_config(settings()).get_heads()) == 1


def test_migrations_make_what_the_models_say(nothing: Engine) -> None:
    config = settings()
    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()

    with nothing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
        rows = connection.execute(select(PublicRevision.id, PublicRevision.number)).all()

    assert differences == []
    assert [tuple(row) for row in rows] == [(1, 0)]


def test_migrations_make_the_constraints_the_models_name(nothing: Engine) -> None:
    """Comparing tables does not see these, and they are what refuses impossible states."""
    config = settings()
    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()

    inspector = inspect(nothing)
    for name, table in Base.metadata.tables.items():
        meant = {str(c.name) for c in table.constraints if c.__visit_name__ == "check_constraint"}
        made = {c["name"] for c in inspector.get_check_constraints(name)}
        assert meant <= made, name


def test_migrating_twice_is_no_error(nothing: Engine) -> None:
    for _ in range(2):
        config = settings()
        with nothing.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    assert set(inspect(nothing).get_table_names()) >= set(Base.metadata.tables)


def test_what_was_found_before_findings_had_levels_keeps_its_meaning(nothing: Engine) -> None:
    config = settings()
    words = {"message": "It is black.", "plural": None, "values": {}}
    older = [{"code": "short", "blocks": True, **words}, {"code": "dim", "blocks": False, **words}]
    newer = [
        {"code": "short", "level": "red", "advice": None, **words},
        {"code": "dim", "level": "amber", "advice": None, **words},
    ]
    # Only what the table had by then: later steps may add to the model.
    names = ("name", "state", "original_key", "original_bytes", "original_sha256", "min_seconds",
             "max_seconds")  # fmt: skip
    written = [column(name, JSON) for name in ("facts", "found", "reasons")]
    assets = lightly("assets", *map(column, names), column("created_at", UTCDateTime), *written)
    before = ScriptDirectory.from_config(config).get_revision("0004").down_revision
    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, before)
        columns = {"name": "a", "state": "ready", "original_key": "a", "original_bytes": 1}
        columns |= {"min_seconds": 1, "max_seconds": 2, "created_at": clock.now()}
        columns |= {"original_sha256": "", "facts": {}, "found": [], "reasons": older}
        connection.execute(assets.insert().values(columns))

        command.upgrade(config, "0004")
        assert connection.execute(select(assets.c.reasons)).scalar_one() == newer
        fine = {"code": "length", "level": "green", "advice": words, **words}
        connection.execute(assets.update().values(reasons=[*newer, fine]))
        command.downgrade(config, before)
        assert connection.execute(select(assets.c.reasons)).scalar_one() == older
        connection.commit()
