"""Judges practise on clips with model scores"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "practice_clips",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("asset_id", KEY, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name=op.f("fk_practice_clips_asset_id_assets")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_practice_clips_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_clips")),
    )
    with op.batch_alter_table("practice_clips", recreate="never") as batch:
        batch.create_index(batch.f("ix_practice_clips_asset_id"), ["asset_id"], unique=False)
        batch.create_index(batch.f("ix_practice_clips_season_id"), ["season_id"], unique=False)
    op.create_table(
        "practice_tries",
        sa.Column("clip_id", KEY, nullable=False),
        sa.Column("judge_id", KEY, nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["clip_id"],
            ["practice_clips.id"],
            name=op.f("fk_practice_tries_clip_id_practice_clips"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["users.id"],
            name=op.f("fk_practice_tries_judge_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_tries")),
        sa.UniqueConstraint("clip_id", "judge_id", name=op.f("uq_practice_tries_clip_id")),
    )
    with op.batch_alter_table("practice_tries", recreate="never") as batch:
        batch.create_index(batch.f("ix_practice_tries_judge_id"), ["judge_id"], unique=False)
    op.create_table(
        "practice_scores",
        sa.Column("clip_id", KEY, nullable=False),
        sa.Column("criterion_id", KEY, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint(
            "value BETWEEN 1 AND 5", name=op.f("ck_practice_scores_value_is_on_the_scale")
        ),
        sa.ForeignKeyConstraint(
            ["clip_id"],
            ["practice_clips.id"],
            name=op.f("fk_practice_scores_clip_id_practice_clips"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criteria.id"],
            name=op.f("fk_practice_scores_criterion_id_criteria"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_scores")),
        sa.UniqueConstraint("clip_id", "criterion_id", name=op.f("uq_practice_scores_clip_id")),
    )
    with op.batch_alter_table("practice_scores", recreate="never") as batch:
        batch.create_index(
            batch.f("ix_practice_scores_criterion_id"), ["criterion_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("practice_scores", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_scores_criterion_id"))
    op.drop_table("practice_scores")
    with op.batch_alter_table("practice_tries", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_tries_judge_id"))
    op.drop_table("practice_tries")
    with op.batch_alter_table("practice_clips", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_clips_season_id"))
        batch.drop_index(batch.f("ix_practice_clips_asset_id"))
    op.drop_table("practice_clips")
