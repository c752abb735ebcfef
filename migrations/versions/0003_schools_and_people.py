"""Schools and people: districts, proofs that it is the school, requests, the school agreement"""

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> sa.Column[int]:
    return sa.Column("id", _NUMBER, nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def upgrade() -> None:
    op.create_table(
        "districts",
        sa.Column("name", sa.String(length=120), nullable=False),
        _key(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_districts")),
        sa.UniqueConstraint("name", name=op.f("uq_districts_name")),
    )
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.add_column(sa.Column("district_id", _NUMBER, nullable=True))
        batch_op.add_column(_text("district_other", 120))
        batch_op.add_column(_text("office_email", 320))
        batch_op.add_column(sa.Column("listed_at", UTCDateTime(), nullable=True))
    _make_districts_of_words()
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.drop_column("district")
        batch_op.create_foreign_key(
            batch_op.f("fk_schools_district_id_districts"), "districts", ["district_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_schools_district_id"), ["district_id"], unique=False)
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_since", UTCDateTime(), nullable=True))
        batch_op.create_check_constraint("leads_do_not_wait", "NOT lead OR waiting_since IS NULL")
    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("school_domains", sa.JSON(), nullable=False, server_default="[]")
        )
    op.create_table(
        "school_checks",
        sa.Column("school_id", _NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("called", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by_id", _NUMBER, nullable=True),
        _key(),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["schools.id"],
            name=op.f("fk_school_checks_school_id_schools"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_school_checks_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_checks")),
    )
    op.create_index(op.f("ix_school_checks_school_id"), "school_checks", ["school_id"])
    op.create_table(
        "agreement_versions",
        sa.Column("season_id", _NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("by_id", _NUMBER, nullable=True),
        _key(),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_agreement_versions_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["users.id"],
            name=op.f("fk_agreement_versions_by_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_versions")),
        sa.UniqueConstraint("season_id", "number", name=op.f("uq_agreement_versions_season_id")),
    )
    op.create_table(
        "agreement_acceptances",
        sa.Column("version_id", _NUMBER, nullable=False),
        sa.Column("school_id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("user_id", _NUMBER, nullable=True),
        _key(),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_agreement_acceptances_version_id_agreement_versions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["schools.id"],
            name=op.f("fk_agreement_acceptances_school_id_schools"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_agreement_acceptances_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_acceptances")),
        sa.UniqueConstraint(
            "version_id", "school_id", name=op.f("uq_agreement_acceptances_version_id")
        ),
    )
    op.create_index(
        op.f("ix_agreement_acceptances_school_id"), "agreement_acceptances", ["school_id"]
    )


def _make_districts_of_words() -> None:
    """Each district that somebody typed becomes one, once, whatever its case and blanks."""
    connection = op.get_bind()
    schools = sa.table("schools", sa.column("id"), sa.column("district"), sa.column("district_id"))
    districts = sa.table("districts", sa.column("id"), sa.column("name"))
    known: dict[str, int] = {}
    rows = connection.execute(sa.select(schools.c.id, schools.c.district).order_by(schools.c.id))
    for school_id, typed in rows.all():
        name = " ".join(typed.split())
        if not name:
            continue
        if name.casefold() not in known:
            connection.execute(districts.insert().values(name=name))
            known[name.casefold()] = connection.scalar(
                sa.select(districts.c.id).where(districts.c.name == name)
            )
        connection.execute(
            schools.update()
            .where(schools.c.id == school_id)
            .values(district_id=known[name.casefold()])
        )


def downgrade() -> None:
    op.drop_table("agreement_acceptances")
    op.drop_table("agreement_versions")
    op.drop_table("school_checks")
    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.drop_column("school_domains")
    # Before, whoever had a membership was in: somebody who waits must not be let in by this.
    op.execute("DELETE FROM memberships WHERE waiting_since IS NOT NULL")
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_constraint("leads_do_not_wait", type_="check")
        batch_op.drop_column("waiting_since")
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.add_column(_text("district", 120))
    op.execute(
        "UPDATE schools SET district = COALESCE("
        "(SELECT name FROM districts WHERE districts.id = schools.district_id), district_other)"
    )
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schools_district_id"))
        batch_op.drop_constraint("fk_schools_district_id_districts", type_="foreignkey")
        for name in ("listed_at", "office_email", "district_other", "district_id"):
            batch_op.drop_column(name)
    op.drop_table("districts")
