"""Findings have levels and films have prints"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

assets = sa.table("assets", sa.column("id", sa.BigInteger), sa.column("reasons", sa.JSON))


def upgrade() -> None:
    op.create_table(
        "video_prints",
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["assets.id"],
            name=op.f("fk_video_prints_asset_id_assets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("pk_video_prints")),
    )
    op.create_table(
        "resemblances",
        sa.Column("asset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("same_file", sa.Boolean(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["assets.id"],
            name=op.f("fk_resemblances_asset_id_assets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["assets.id"],
            name=op.f("fk_resemblances_other_id_assets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resemblances")),
        sa.UniqueConstraint("asset_id", "other_id", name=op.f("uq_resemblances_asset_id")),
    )
    with op.batch_alter_table("resemblances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resemblances_other_id"), ["other_id"], unique=False)
    _rewrite(_with_level)


def downgrade() -> None:
    _rewrite(_with_blocks)
    with op.batch_alter_table("resemblances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resemblances_other_id"))
    op.drop_table("resemblances")
    op.drop_table("video_prints")


def _rewrite(change: Any) -> None:
    """What checking found stands in the rows as JSON; a few thousand of them, each small."""
    connection = op.get_bind()
    for asset_id, reasons in connection.execute(sa.select(assets.c.id, assets.c.reasons)).all():
        if reasons:
            connection.execute(
                assets.update().where(assets.c.id == asset_id).values(reasons=change(reasons))
            )


def _with_level(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **{name: value for name, value in reason.items() if name != "blocks"},
            "level": "red" if reason["blocks"] else "amber",
            "advice": None,
        }
        for reason in reasons
    ]


def _with_blocks(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **{name: value for name, value in reason.items() if name not in ("level", "advice")},
            "blocks": reason["level"] == "red",
        }
        for reason in reasons
        if reason["level"] != "green"
    ]
