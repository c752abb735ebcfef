"""Certificates are signed by people whose names a season has"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signatories",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("signature_key", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_signatories_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatories")),
    )
    with op.batch_alter_table("signatories", recreate="never") as batch:
        batch.create_index(batch.f("ix_signatories_season_id"), ["season_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("signatories", recreate="never") as batch:
        batch.drop_index(batch.f("ix_signatories_season_id"))
    op.drop_table("signatories")
