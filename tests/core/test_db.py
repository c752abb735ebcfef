"""Moments and transactions, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.core import audit, clock
from app.core.audit import AuditEvent
from app.core.db import make_engine, will_write, wipe_log
from app.core.platform import Platform


def add_event(session: Session, at: datetime) -> AuditEvent:
    row = AuditEvent(at=at, actor_id=None, action="test", subject="", details={})
    session.add(row)
    return row


def test_moment_comes_back_as_the_same_instant_in_utc(session: Session) -> None:
    honolulu = timezone(timedelta(hours=-10))
    row = add_event(session, datetime(2026, 3, 1, 23, 30, 15, 250_000, tzinfo=honolulu))
    session.commit()
    session.expire_all()

    at = session.get_one(AuditEvent, row.id).at

    assert at == datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
    assert at.tzinfo is UTC


def test_moment_without_a_zone_is_refused(session: Session) -> None:
    add_event(session, datetime(2026, 3, 1))  # noqa: DTZ001

    with pytest.raises(StatementError, match="needs a time zone"):
        session.flush()


def test_moments_compare_as_instants_in_queries(session: Session) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    add_event(session, noon)
    session.commit()

    hawaii = noon.astimezone(timezone(timedelta(hours=-10)))

    assert session.scalars(select(AuditEvent).where(AuditEvent.at <= hawaii)).all() != []
    earlier = hawaii - timedelta(seconds=1)
    assert session.scalars(select(AuditEvent).where(AuditEvent.at <= earlier)).all() == []


def test_nested_rollback_undoes_only_the_nested_part(session: Session) -> None:
    audit.record(session, None, "kept")
    session.flush()
    nested = session.begin_nested()
    audit.record(session, None, "undone")
    session.flush()
    nested.rollback()
    session.commit()

    assert session.scalars(select(AuditEvent.action)).all() == ["kept"]


def test_rollback_undoes_schema_changes_too(platform: Platform) -> None:
    engine = platform.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE passing (id integer)")
        connection.rollback()
        names = engine.dialect.get_table_names(connection)

    assert "passing" not in names


def test_audit_event_names_actor_action_and_details(session: Session) -> None:
    audit.record(session, None, "school.approved", 17, reason="known")
    session.commit()

    row = session.scalars(select(AuditEvent)).one()

    assert (row.actor_id, row.action, row.subject) == (None, "school.approved", "17")
    assert row.details == {"reason": "known"}


def test_will_write_opens_a_writers_transaction_once(database: str) -> None:
    engine = make_engine(database)
    seen: list[str] = []
    with Session(engine) as session:
        event.listen(
            engine, "before_cursor_execute", lambda _c, _u, statement, *_: seen.append(statement)
        )
        will_write(session)
        will_write(session)
        session.rollback()
    engine.dispose()

    begins = [statement for statement in seen if statement.startswith("BEGIN")]
    assert begins == (["BEGIN IMMEDIATE"] if database.startswith("sqlite") else [])


def test_now_is_an_instant_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_deleted_row_is_in_no_file_once_the_log_is_wiped(tmp_path: Path) -> None:
    path = tmp_path / "secret.db"
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE mails (address TEXT)")
        connection.exec_driver_sql("INSERT INTO mails VALUES ('maria@example.com')")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE mails SET address = ''")
    before = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    wipe_log(engine)

    after = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    engine.dispose()
    assert (b"maria" in before, b"maria" in after) == (True, False)
