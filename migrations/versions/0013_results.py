"""Re-scores, runoffs, seals, typed-in scorecards and the rule for ties"""

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
        "seals",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("sealed_by", KEY, nullable=False),
        sa.Column("sealed_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("asked_by", KEY, nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=True),
        sa.Column("opened_by", KEY, nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_seals_asked_by_users")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_seals_opened_by_users")),
        sa.ForeignKeyConstraint(["sealed_by"], ["users.id"], name=op.f("fk_seals_sealed_by_users")),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_seals_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
    )
    with op.batch_alter_table("seals", recreate="never") as batch:
        batch.create_index(batch.f("ix_seals_season_id"), ["season_id"], unique=False)
    op.create_table(
        "runoffs",
        sa.Column("round_id", KEY, nullable=False),
        sa.Column("category_id", KEY, nullable=True),
        sa.Column("entry_ids", sa.JSON(), nullable=False),
        sa.Column("opened_by", KEY, nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_runoffs_category_id_categories")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["users.id"], name=op.f("fk_runoffs_opened_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["judging_rounds.id"],
            name=op.f("fk_runoffs_round_id_judging_rounds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runoffs")),
    )
    with op.batch_alter_table("runoffs", recreate="never") as batch:
        batch.create_index(batch.f("ix_runoffs_category_id"), ["category_id"], unique=False)
        batch.create_index(batch.f("ix_runoffs_round_id"), ["round_id"], unique=False)
    op.create_table(
        "duels",
        sa.Column("runoff_id", KEY, nullable=False),
        sa.Column("judge_id", KEY, nullable=False),
        sa.Column("one_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("chosen_id", KEY, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["chosen_id"],
            ["entries.id"],
            name=op.f("fk_duels_chosen_id_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["users.id"], name=op.f("fk_duels_judge_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["one_id"], ["entries.id"], name=op.f("fk_duels_one_id_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["entries.id"], name=op.f("fk_duels_other_id_entries"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["runoff_id"],
            ["runoffs.id"],
            name=op.f("fk_duels_runoff_id_runoffs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duels")),
        sa.UniqueConstraint(
            "runoff_id", "judge_id", "one_id", "other_id", name=op.f("uq_duels_runoff_id")
        ),
    )
    with op.batch_alter_table("duels", recreate="never") as batch:
        batch.create_index(batch.f("ix_duels_chosen_id"), ["chosen_id"], unique=False)
        batch.create_index(batch.f("ix_duels_judge_id"), ["judge_id"], unique=False)
        batch.create_index(batch.f("ix_duels_one_id"), ["one_id"], unique=False)
        batch.create_index(batch.f("ix_duels_other_id"), ["other_id"], unique=False)
    op.create_table(
        "rescores",
        sa.Column("assignment_id", KEY, nullable=False),
        sa.Column("asked_by", KEY, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["users.id"], name=op.f("fk_rescores_asked_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["judging_assignments.id"],
            name=op.f("fk_rescores_assignment_id_judging_assignments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescores")),
    )
    with op.batch_alter_table("rescores", recreate="never") as batch:
        batch.create_index(batch.f("ix_rescores_assignment_id"), ["assignment_id"], unique=False)
    with op.batch_alter_table("scorecards") as batch:
        batch.add_column(sa.Column("typed_in_by", KEY, nullable=True))
        batch.create_foreign_key(
            batch.f("fk_scorecards_typed_in_by_users"), "users", ["typed_in_by"], ["id"]
        )
    with op.batch_alter_table("seasons", recreate="never") as batch:
        batch.add_column(
            sa.Column("tie_rule", sa.String(length=10), server_default="chance", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("seasons", recreate="never") as batch:
        batch.drop_column("tie_rule")
    with op.batch_alter_table("scorecards") as batch:
        batch.drop_constraint(batch.f("fk_scorecards_typed_in_by_users"), type_="foreignkey")
        batch.drop_column("typed_in_by")
    with op.batch_alter_table("rescores", recreate="never") as batch:
        batch.drop_index(batch.f("ix_rescores_assignment_id"))
    op.drop_table("rescores")
    with op.batch_alter_table("duels", recreate="never") as batch:
        batch.drop_index(batch.f("ix_duels_other_id"))
        batch.drop_index(batch.f("ix_duels_one_id"))
        batch.drop_index(batch.f("ix_duels_judge_id"))
        batch.drop_index(batch.f("ix_duels_chosen_id"))
    op.drop_table("duels")
    with op.batch_alter_table("runoffs", recreate="never") as batch:
        batch.drop_index(batch.f("ix_runoffs_round_id"))
        batch.drop_index(batch.f("ix_runoffs_category_id"))
    op.drop_table("runoffs")
    with op.batch_alter_table("seals", recreate="never") as batch:
        batch.drop_index(batch.f("ix_seals_season_id"))
    op.drop_table("seals")
