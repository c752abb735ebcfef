"""Schools from the list find back to it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

schools = sa.table(
    "schools", sa.column("imported", sa.Boolean), sa.column("listed_at", sa.DateTime)
)


def upgrade() -> None:
    op.add_column(
        "schools",
        sa.Column("imported", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(schools.update().where(schools.c.listed_at.is_not(None)).values(imported=True))


def downgrade() -> None:
    with op.batch_alter_table("schools", recreate="never") as batch:
        batch.drop_column("imported")
