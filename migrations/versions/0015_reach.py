"""How often winners are used, and who says that they showed one"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "showings",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("shown_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("reported_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_showings_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showings")),
    )
    with op.batch_alter_table("showings", recreate="never") as batch:
        batch.create_index(batch.f("ix_showings_entry_id"), ["entry_id"], unique=False)
    op.create_table(
        "use_counts",
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_use_counts_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_counts")),
        sa.UniqueConstraint("entry_id", "kind", name=op.f("uq_use_counts_entry_id")),
    )


def downgrade() -> None:
    op.drop_table("use_counts")
    with op.batch_alter_table("showings", recreate="never") as batch:
        batch.drop_index(batch.f("ix_showings_entry_id"))
    op.drop_table("showings")
