"""The database: declarative base, moments in UTC, engine and sessions.

SQLite is the embedded default; the two hooks below give it real transactions and keep writers from
deadlocking each other. PostgreSQL needs nothing but its address.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Naive values are refused; what comes back is always aware and in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
    }


class BaseWithId(Base):
    """Most tables: one whole-number key. (SQLite counts only plain INTEGER keys up by itself.)"""

    __abstract__ = True

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )


def make_engine(url: str) -> Engine:
    """An engine for `url`. Its errors name no values: they end in logs, and some are addresses."""
    address = make_url(url)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        return create_engine(
            address, pool_pre_ping=True, pool_size=10, max_overflow=30, hide_parameters=True
        )
    engine = create_engine(address, pool_size=40, max_overflow=10, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(dbapi: Any, _record: Any) -> None:
    # The driver's own idea of transactions loses savepoints and schema changes; we begin ourselves.
    dbapi.isolation_level = None
    cursor = dbapi.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=20000")
    # Four times the usual: the log is emptied each minute anyway, and a busy minute of a vote would
    # else stop for the disk every hundred ballots.
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten: a voter's address must not stay behind in a free page.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer midway fails at once under load; writers therefore say so first.
    connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("tx", "DEFERRED"))


def wipe_log(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which else keeps earlier versions of rows for days."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def will_write(session: Session) -> Session:
    """Open the session's transaction as a writer's. Call before its first statement."""
    if not session.in_transaction():
        session.connection(execution_options={"tx": "IMMEDIATE"})
    return session


def insert_into(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows `on_conflict_do_update`, in the words of the session's database."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)


def append_only_sql(table: str) -> dict[str, list[str]]:
    """What makes a database refuse to change or delete rows of a table, by dialect."""
    refuse = f"rows of {table} are only ever added"
    function = (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refuse}'; END $$"
    )
    trigger = (
        f"CREATE TRIGGER {table}_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{refuse}'); END"
            for verb in ("UPDATE", "DELETE")
        ],
        "postgresql": [function, trigger],
    }


def append_only(model: type[Base]) -> None:
    """Have the database itself refuse to change or delete this table's rows."""
    for dialect, statements in append_only_sql(model.__tablename__).items():
        for statement in statements:
            ddl = DDL(statement).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(model.__table__, "after_create", ddl)


type_ring = Callable[[int, str], None]


def make_sessions(engine: Engine, ring: type_ring | None = None) -> sessionmaker[Session]:
    """Sessions that, after each commit, ring for the jobs written in it (`ring(job_id, queue)`)."""
    return sessionmaker(engine, expire_on_commit=False, info={"ring": ring})
