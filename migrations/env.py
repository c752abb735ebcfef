"""Alembic's way in. The connection comes from the command that asked for the migration."""

from alembic import context
from sqlalchemy import Connection

from app.models import Base


def let_tables_be_made_anew(connection: Connection) -> None:
    """SQLite changes a table by making a new one and dropping the old, and dropping one takes
    along, or refuses for the sake of, the rows that point to it. So nothing follows pointers
    while we migrate; at the end each is looked at. Only outside of a transaction can this be said,
    so this connection is good for migrating alone."""
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")


def refuse_broken_pointers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"Rows that point to nothing after migrating: {broken[:5]}")


connection: Connection = context.config.attributes["connection"]
let_tables_be_made_anew(connection)
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
refuse_broken_pointers(connection)
