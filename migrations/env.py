"""Alembic's way in. The connection comes from the command that asked for the migration."""

from alembic import context

from app.models import Base

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
if is_sqlite:
    # SQLite changes a table by making it anew and dropping the old one, and a drop that minds
    # foreign keys takes every row along that points there. The pragma counts outside of
    # transactions only; the connection does not go back to the pool with it.
    connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
    connection.detach()
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"A migration left rows that point nowhere: {broken[:5]}")
