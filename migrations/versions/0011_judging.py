"""Panels, practice, re-scores, runoffs, seals, and what keeps judges from schools"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "judging_households",
        sa.Column("judge_id", KEY, nullable=False),
        sa.Column("other_id", KEY, nullable=False),
        sa.Column("declared_by", KEY, nullable=False),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["users.id"], name=op.f("fk_judging_households_declared_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["users.id"],
            name=op.f("fk_judging_households_judge_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["users.id"],
            name=op.f("fk_judging_households_other_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judging_households")),
        sa.UniqueConstraint("judge_id", "other_id", name=op.f("uq_judging_households_judge_id")),
    )
    with op.batch_alter_table("judging_households", recreate="never") as batch:
        batch.create_index(batch.f("ix_judging_households_other_id"), ["other_id"], unique=False)
    op.create_table(
        "panels",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_panels_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
    )
    with op.batch_alter_table("panels", recreate="never") as batch:
        batch.create_index(batch.f("ix_panels_season_id"), ["season_id"], unique=False)
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
        "panel_seats",
        sa.Column("panel_id", KEY, nullable=False),
        sa.Column("judge_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["judge_id"],
            ["users.id"],
            name=op.f("fk_panel_seats_judge_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["panel_id"],
            ["panels.id"],
            name=op.f("fk_panel_seats_panel_id_panels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_seats")),
        sa.UniqueConstraint("panel_id", "judge_id", name=op.f("uq_panel_seats_panel_id")),
    )
    with op.batch_alter_table("panel_seats", recreate="never") as batch:
        batch.create_index(batch.f("ix_panel_seats_judge_id"), ["judge_id"], unique=False)
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
    with op.batch_alter_table("criteria") as batch:
        batch.add_column(sa.Column("panel_id", KEY, nullable=True))
        batch.create_index(batch.f("ix_criteria_panel_id"), ["panel_id"], unique=False)
        batch.create_foreign_key(
            batch.f("fk_criteria_panel_id_panels"), "panels", ["panel_id"], ["id"]
        )
    with op.batch_alter_table("judging_assignments", recreate="never") as batch:
        batch.add_column(sa.Column("criterion_ids", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("judging_conflicts", recreate="never") as batch:
        batch.add_column(
            sa.Column("kind", sa.String(length=10), server_default="school", nullable=False)
        )
    with op.batch_alter_table("recusals", recreate="never") as batch:
        batch.add_column(
            sa.Column("for_time", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
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
    with op.batch_alter_table("recusals", recreate="never") as batch:
        batch.drop_column("for_time")
    with op.batch_alter_table("judging_conflicts", recreate="never") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("judging_assignments", recreate="never") as batch:
        batch.drop_column("criterion_ids")
    with op.batch_alter_table("criteria") as batch:
        batch.drop_constraint(batch.f("fk_criteria_panel_id_panels"), type_="foreignkey")
        batch.drop_index(batch.f("ix_criteria_panel_id"))
        batch.drop_column("panel_id")
    with op.batch_alter_table("rescores", recreate="never") as batch:
        batch.drop_index(batch.f("ix_rescores_assignment_id"))
    op.drop_table("rescores")
    with op.batch_alter_table("practice_scores", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_scores_criterion_id"))
    op.drop_table("practice_scores")
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
    with op.batch_alter_table("practice_tries", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_tries_judge_id"))
    op.drop_table("practice_tries")
    with op.batch_alter_table("panel_seats", recreate="never") as batch:
        batch.drop_index(batch.f("ix_panel_seats_judge_id"))
    op.drop_table("panel_seats")
    with op.batch_alter_table("seals", recreate="never") as batch:
        batch.drop_index(batch.f("ix_seals_season_id"))
    op.drop_table("seals")
    with op.batch_alter_table("practice_clips", recreate="never") as batch:
        batch.drop_index(batch.f("ix_practice_clips_season_id"))
        batch.drop_index(batch.f("ix_practice_clips_asset_id"))
    op.drop_table("practice_clips")
    with op.batch_alter_table("panels", recreate="never") as batch:
        batch.drop_index(batch.f("ix_panels_season_id"))
    op.drop_table("panels")
    with op.batch_alter_table("judging_households", recreate="never") as batch:
        batch.drop_index(batch.f("ix_judging_households_other_id"))
    op.drop_table("judging_households")
