"""Translations are signed off"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "translation_reviews",
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reviewer", sa.String(length=120), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", number, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", number, nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_translation_reviews_recorded_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation_reviews")),
        sa.UniqueConstraint("language", "digest", name=op.f("uq_translation_reviews_language")),
    )


def downgrade() -> None:
    op.drop_table("translation_reviews")
