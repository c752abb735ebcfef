"""Brand kits"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "seasons", sa.Column("brand_tag", sa.String(length=80), nullable=False, server_default="")
    )
    op.add_column(
        "seasons",
        sa.Column("lower_third", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    with op.batch_alter_table("seasons", recreate="never") as batch:
        batch.drop_column("lower_third")
        batch.drop_column("brand_tag")
