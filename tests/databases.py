"""One database of each kind for a whole run, emptied before every test.

Making a database anew, connecting to it and compiling each statement for it once more takes longer
than most tests. So the engine stays, with the statements it knows; and on PostgreSQL the database
and connections, where what a test left behind goes, down to where the keys begin. SQLite's file is
copied anew, which takes no time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from app.core.db import make_engine
from app.models import Base
from app.web.cache import PublicRevision

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
"""For tests whose time goes into films: one database is enough, and which one is spread."""

VACUUM_EVERY = 40
"""Tests. Rows that were deleted are still looked at until then."""


class Engines:
    """Engines by address, each made once."""

    def __init__(self) -> None:
        self._made: dict[str, Engine] = {}

    def get(self, url: str) -> Engine:
        if url not in self._made:
            self._made[url] = make_engine(url)
        return self._made[url]

    def close(self) -> None:
        for engine in self._made.values():
            engine.dispose()


class SqliteFile:
    """A file that is the empty one again for every test."""

    def __init__(self, empty: Path, path: Path, engines: Engines) -> None:
        self._empty = empty
        self._path = path
        self.url = f"sqlite:///{path}"
        self._engine = engines.get(self.url)

    def refresh(self) -> None:
        self._engine.dispose()
        for ending in ("-wal", "-shm", "-journal"):
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        # A new file, should anything still have the last one open.
        self._path.unlink(missing_ok=True)
        shutil.copyfile(self._empty, self._path)


class PostgresDatabase:
    """A database on the test server. `connection` is one of ours, apart from the app's."""

    def __init__(self, url: str, connection: psycopg.Connection) -> None:
        self.url = url
        self._connection = connection
        self._used = 0

    def refresh(self) -> None:
        """Delete all rows and count keys from one again, whoever still holds on to some."""
        hung_up = self._connection.execute(HANG_UP).fetchall()
        if not all(done for (done,) in hung_up):
            raise RuntimeError("The last test's connections do not end.")
        self._connection.execute("SELECT empty_all()")
        self._used += 1
        if self._used % VACUUM_EVERY == 0:
            self._connection.execute("VACUUM")


HANG_UP = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
"""Whatever is still at work or in a transaction is left over from the last test."""


@contextmanager
def postgres_database(server: str, name: str) -> Iterator[PostgresDatabase]:
    """A database `name` on `server` (the address of its database `postgres`)."""
    url = server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE empty")
    with psycopg.connect(url, autocommit=True) as connection:
        yield PostgresDatabase(url, connection)


def add_emptying(connection: psycopg.Connection) -> None:
    """Teach a database `empty_all()`: as a function its statements are planned once.

    It asks no trigger, for the tables of the audit log and of ballots refuse to be emptied, and
    minds no order, for no foreign key is looked at.
    """
    empty_one = sql.SQL("IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;")
    names = [sql.Identifier(table.name) for table in Base.metadata.sorted_tables]
    connection.execute(
        sql.SQL("""
            CREATE FUNCTION empty_all() RETURNS void LANGUAGE plpgsql
            SET session_replication_role = replica AS $$
            BEGIN
                {empty_tables}
                PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
                INSERT INTO {revision} (id, number) VALUES (1, 0);
            END $$
        """).format(
            empty_tables=sql.SQL("\n").join(empty_one.format(table=name) for name in names),
            revision=sql.Identifier(PublicRevision.__tablename__),
        )
    )
