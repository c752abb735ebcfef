"""Retention: what is let go of, who was told, what was erased, and keys of votes"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "retention_notices",
        sa.Column("row", sa.String(length=40), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_notices")),
        sa.UniqueConstraint("row", "key", name=op.f("uq_retention_notices_row")),
    )
    op.create_table(
        "tombstones",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
        sa.UniqueConstraint("kind", "key", "at", name=op.f("uq_tombstones_kind")),
    )
    op.create_table(
        "vote_keys",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("destroyed_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_vote_keys_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_keys")),
        sa.UniqueConstraint("season_id", name=op.f("uq_vote_keys_season_id")),
    )
    with op.batch_alter_table("assets") as batch:
        batch.add_column(sa.Column("original_gone_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("entries") as batch:
        batch.add_column(sa.Column("let_go_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("users") as batch:
        batch.add_column(sa.Column("seen_at", UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("erased_at", UTCDateTime(), nullable=True))
        batch.create_index(op.f("ix_users_seen_at"), ["seen_at"])
    with op.batch_alter_table("awards") as batch:
        batch.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
        batch.alter_column("entry_id", existing_type=sa.BigInteger(), nullable=True)
        batch.create_check_constraint(
            op.f("ck_awards_an_award_without_entry_says_when_it_left"),
            "entry_id IS NOT NULL OR withdrawn_at IS NOT NULL",
        )
    # When people were here last was not kept before: nobody is called idle for what we do not know.
    op.execute(sa.text("UPDATE users SET seen_at = CURRENT_TIMESTAMP"))
    # Votes that began before seasons had keys of their own stay as they were keyed.
    op.execute(
        sa.text(
            "INSERT INTO vote_keys (season_id, made_at, shared)"
            " SELECT season_id, MIN(created_at), :shared FROM ballots GROUP BY season_id"
        ).bindparams(sa.bindparam("shared", True, sa.Boolean()))
    )


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM awards WHERE entry_id IS NULL"))
    with op.batch_alter_table("awards") as batch:
        batch.drop_constraint(
            op.f("ck_awards_an_award_without_entry_says_when_it_left"), type_="check"
        )
        batch.alter_column("entry_id", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_column("withdrawn_at")
    # Column by column: what other tables point to can't be made anew under their eyes.
    op.drop_index(op.f("ix_users_seen_at"), table_name="users")
    for table, column in (
        ("users", "erased_at"),
        ("users", "seen_at"),
        ("entries", "let_go_at"),
        ("assets", "original_gone_at"),
    ):
        with op.batch_alter_table(table, recreate="never") as batch:
            batch.drop_column(column)
    op.drop_table("vote_keys")
    op.drop_table("tombstones")
    op.drop_table("retention_notices")
