"""Panels of judges, kinds of conflicts, and judges who live together"""

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


def downgrade() -> None:
    with op.batch_alter_table("judging_conflicts", recreate="never") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("judging_assignments", recreate="never") as batch:
        batch.drop_column("criterion_ids")
    with op.batch_alter_table("criteria") as batch:
        batch.drop_constraint(batch.f("fk_criteria_panel_id_panels"), type_="foreignkey")
        batch.drop_index(batch.f("ix_criteria_panel_id"))
        batch.drop_column("panel_id")
    with op.batch_alter_table("panel_seats", recreate="never") as batch:
        batch.drop_index(batch.f("ix_panel_seats_judge_id"))
    op.drop_table("panel_seats")
    with op.batch_alter_table("panels", recreate="never") as batch:
        batch.drop_index(batch.f("ix_panels_season_id"))
    op.drop_table("panels")
    with op.batch_alter_table("judging_households", recreate="never") as batch:
        batch.drop_index(batch.f("ix_judging_households_other_id"))
    op.drop_table("judging_households")
