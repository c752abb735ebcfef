"""Rounds have anchors, and say how their places come about"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "judging_rounds",
        sa.Column("method", sa.String(length=10), nullable=False, server_default="mean"),
    )
    op.add_column(
        "judging_rounds", sa.Column("anchors", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    with op.batch_alter_table("judging_rounds", recreate="never") as batch:
        batch.drop_column("anchors")
        batch.drop_column("method")
