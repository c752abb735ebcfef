"""Fails, and says what differs, unless the migrated database has exactly the models' tables."""

from __future__ import annotations

import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.core.platform import Platform
from app.models import Base
from wsgi import app


def differences(platform: Platform) -> list[object]:
    """What a new migration would have to do, as Alembic names it."""
    with platform.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


if __name__ == "__main__":
    found = differences(app.extensions["hoike"])
    for difference in found:
        print(difference)
    sys.exit(1 if found else 0)
