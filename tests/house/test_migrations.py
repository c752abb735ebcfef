"""The migrations lead from nothing to exactly what the models say, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Engine, column, inspect, select, text
from sqlalchemy import table as lightly

from app.cli import MIGRATIONS
from app.contest.models import RuleSet
from app.contest.rules import numbers_in, rule_of
from app.core import clock
from app.core.db import Base, UTCDateTime, make_engine
from app.web.cache import PublicRevision
from tests import servers
from tests.conftest import give_up

ROOT = Path(__file__).parents[2]
SEASON_OF_0001 = Path(__file__).with_name("season_of_0001.sql")


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


def test_a_season_in_full_swing_survives_the_way_up_and_down(nothing: Engine) -> None:
    """No row is lost when tables are made anew, and what was decided before still stands."""
    go(nothing, command.upgrade, "0001")
    with nothing.begin() as connection:
        for statement in SEASON_OF_0001.read_text().split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)

    go(nothing, command.upgrade, "head")

    with nothing.begin() as connection:
        count = {
            name: connection.scalar(text(f"SELECT count(*) FROM {name}"))  # noqa: S608
            for name in ("entries", "appearing_people", "releases", "decisions", "team_members")
        }
        told = connection.execute(
            text(
                "SELECT rule_sets.version, decisions.rule_set_id = rule_sets.id,"
                " entries.cleared_at IS NOT NULL FROM entries"
                " JOIN rule_sets ON rule_sets.id = entries.rule_set_id"
                " JOIN decisions ON decisions.entry_id = entries.id"
            )
        ).one()
        listed = connection.scalar(select(RuleSet.listed))
    assert count == {
        "entries": 1,
        "appearing_people": 1,
        "releases": 1,
        "decisions": 1,
        "team_members": 3,
    }
    assert tuple(told) == (1, True, True)
    assert numbers_in([rule_of(rule) for rule in listed])["max_seconds"] == 45

    go(nothing, command.downgrade, "0001")

    with nothing.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM releases")) == 1


def go(engine: Engine, way: Callable[[AlembicConfig, str], None], where: str) -> None:
    config = settings()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        way(config, where)
        connection.commit()
        connection.commit()


def test_districts_that_were_typed_become_districts_and_nothing_is_lost(nothing: Engine) -> None:
    """On SQLite a changed table is made anew: what points to a school must survive that."""
    at = datetime(2026, 3, 1, 12, tzinfo=UTC).isoformat()
    config = settings()
    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for number, district in enumerate(["Windward", " windward ", "", "Kona"], start=1):
            connection.execute(
                text(
                    "INSERT INTO schools (id, name, district, city, web_page, grades, created_at,"
                    " turned_down_reason) VALUES (:id, 'S', :district, 'C', 'W', 'G', :at, '')"
                ),
                {"id": number, "district": district, "at": at},
            )
        connection.execute(
            text(
                "INSERT INTO users (id, email, name, created_at, demonstration)"
                " VALUES (1, 'a@example.org', 'A', :at, false)"
            ),
            {"at": at},
        )
        connection.execute(
            text("INSERT INTO memberships (school_id, user_id, lead) VALUES (1, 1, true)")
        )
        connection.execute(
            text(
                "INSERT INTO judging_conflicts (judge_id, school_id, declared_by, declared_at)"
                " VALUES (1, 1, 1, :at)"
            ),
            {"at": at},
        )
        connection.commit()

    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        named = "SELECT s.id, d.name FROM schools s LEFT JOIN districts d ON d.id = s.district_id"
        after = connection.execute(text(f"{named} ORDER BY s.id")).all()
        pointing = [
            connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            for table in ("memberships", "judging_conflicts")
        ]
        connection.commit()
        command.downgrade(config, "0001")
        before = connection.execute(text("SELECT id, district FROM schools ORDER BY id")).all()

    assert [tuple(row) for row in after] == [
        (1, "Windward"),
        (2, "Windward"),
        (3, None),
        (4, "Kona"),
    ]
    assert pointing == [1, 1]
    assert [tuple(row) for row in before] == [
        (1, "Windward"),
        (2, "Windward"),
        (3, ""),
        (4, "Kona"),
    ]


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
    before = ScriptDirectory.from_config(config).get_revision("0005").down_revision
    with nothing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, before)
        columns = {"name": "a", "state": "ready", "original_key": "a", "original_bytes": 1}
        columns |= {"min_seconds": 1, "max_seconds": 2, "created_at": clock.now()}
        columns |= {"original_sha256": "", "facts": {}, "found": [], "reasons": older}
        connection.execute(assets.insert().values(columns))

        command.upgrade(config, "0005")
        assert connection.execute(select(assets.c.reasons)).scalar_one() == newer
        fine = {"code": "length", "level": "green", "advice": words, **words}
        connection.execute(assets.update().values(reasons=[*newer, fine]))
        command.downgrade(config, before)
        assert connection.execute(select(assets.c.reasons)).scalar_one() == older
        connection.commit()
