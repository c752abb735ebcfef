"""What was taken down leaves its address, as a digest, so that the address can say so"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "retired_addresses",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_retired_addresses_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_retired_addresses")),
    )
    with op.batch_alter_table("retired_addresses", recreate="never") as batch:
        batch.create_index(batch.f("ix_retired_addresses_season_id"), ["season_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("retired_addresses", recreate="never") as batch:
        batch.drop_index(batch.f("ix_retired_addresses_season_id"))
    op.drop_table("retired_addresses")
