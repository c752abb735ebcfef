"""Judges write notes for teams, and a scorecard knows how much of the video was watched"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "judging_notes",
        sa.Column("scorecard_id", KEY, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("second", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("approved_by", KEY, nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint(
            "kind IN ('strength', 'next_step')", name=op.f("ck_judging_notes_kind_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["users.id"], name=op.f("fk_judging_notes_approved_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["scorecard_id"],
            ["scorecards.id"],
            name=op.f("fk_judging_notes_scorecard_id_scorecards"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_notes")),
        sa.UniqueConstraint("scorecard_id", "uid", name=op.f("uq_judging_notes_scorecard_id")),
    )
    with op.batch_alter_table("scorecards", recreate="never") as batch:
        batch.add_column(sa.Column("watched_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("scorecards", recreate="never") as batch:
        batch.drop_column("watched_seconds")
    op.drop_table("judging_notes")
