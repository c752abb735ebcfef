"""The public vote has a log that anybody can check, slips, and ballots that are held"""

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime, append_only_sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


IN_THE_BOX = sa.text("status IN ('cast', 'held')")
APPEND_ONLY = ("ballot_events", "log_leaves", "tree_heads")


def keep_counts() -> None:
    """Votes from before the log: what came out is kept as a certified count.

    Their picks were rows, which are sealed from now on. A vote that is open can't be carried over:
    the key is no migration's to use.
    """
    connection = op.get_bind()
    now = datetime.now(UTC)  # noqa: TID251
    if connection.scalar(
        sa.text(
            "SELECT count(*) FROM seasons WHERE vote_closes_at > :now AND announced_at IS NULL "
            "AND id IN (SELECT season_id FROM ballots)"
        ).bindparams(sa.bindparam("now", now, UTCDateTime()))
    ):
        raise RuntimeError(
            "A public vote is open. Nothing was changed. Please go on with the version before this "
            "one until the vote has closed, and update then."
        )
    picked = connection.execute(
        sa.text(
            "SELECT ballots.season_id, picks.entry_id, entries.slug, count(*) FROM picks "
            "JOIN ballots ON ballots.id = picks.ballot_id "
            "JOIN entries ON entries.id = picks.entry_id "
            "WHERE ballots.status = 'cast' "
            "GROUP BY ballots.season_id, picks.entry_id, entries.slug ORDER BY picks.entry_id"
        )
    ).all()
    for season_id, entry_id, slug, picks in picked:
        connection.execute(
            sa.text(
                "INSERT INTO candidates (season_id, entry_id, mark, logged, points) "
                "VALUES (:season, :entry, :mark, :logged, :picks)"
            ).bindparams(
                season=season_id,
                entry=entry_id,
                mark=hashlib.sha256(f"candidate|{slug or entry_id}".encode()).hexdigest()[:12],
                logged=False,
                picks=picks,
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO pick_counts (candidate_id, lane, picks) "
                "SELECT id, 'mail', :picks FROM candidates WHERE entry_id = :entry"
            ).bindparams(picks=picks, entry=entry_id)
        )
    closed = connection.execute(
        sa.text(
            "SELECT seasons.id, count(ballots.id) FROM seasons LEFT JOIN ballots "
            "ON ballots.season_id = seasons.id AND ballots.status = 'cast' "
            "WHERE vote_closes_at <= :now OR announced_at IS NOT NULL GROUP BY seasons.id"
        ).bindparams(sa.bindparam("now", now, UTCDateTime()))
    ).all()
    for season_id, ballots in closed:
        connection.execute(
            sa.text(
                "INSERT INTO vote_logs (season_id, public_key, size, peaks, closed_at, "
                "closed_size, certified_at, figures) SELECT id, '', 0, '[]', vote_closes_at, 0, "
                "vote_closes_at, :figures FROM seasons WHERE id = :season"
            ).bindparams(
                sa.bindparam("season", season_id),
                sa.bindparam("figures", {"standing": {"mail": {"cast": ballots}}}, sa.JSON()),
            )
        )


def keep_picks() -> None:
    """Refuses to lose what was voted for."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM ballots WHERE status <> 'pending'")):
        raise RuntimeError("Ballots are sealed: they can't go back to a version without seals.")


def upgrade() -> None:
    op.create_table(
        "solved_challenges",
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_solved_challenges")),
    )
    with op.batch_alter_table("solved_challenges", recreate="never") as batch:
        batch.create_index(batch.f("ix_solved_challenges_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "slip_batches",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=False),
        sa.Column("lane", sa.String(length=5), nullable=False),
        sa.Column("school_id", KEY, nullable=True),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint("slips > 0", name=op.f("ck_slip_batches_batches_have_slips")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_slip_batches_school_id_schools")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_slip_batches_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip_batches")),
        sa.UniqueConstraint("season_id", "mark", name=op.f("uq_slip_batches_season_id")),
    )
    with op.batch_alter_table("slip_batches", recreate="never") as batch:
        batch.create_index(batch.f("ix_slip_batches_school_id"), ["school_id"], unique=False)
    op.create_table(
        "tree_heads",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_tree_heads_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("season_id", "size", name=op.f("pk_tree_heads")),
    )
    op.create_table(
        "vote_logs",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("peaks", sa.JSON(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("detected_until", UTCDateTime(), nullable=True),
        sa.Column("batched_until", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_size", sa.Integer(), nullable=True),
        sa.Column("count_asked_at", UTCDateTime(), nullable=True),
        sa.Column("certified_at", UTCDateTime(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint(
            "certified_at IS NULL OR closed_at IS NOT NULL",
            name=op.f("ck_vote_logs_only_closed_votes_are_certified"),
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_vote_logs_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_logs")),
        sa.UniqueConstraint("season_id", name=op.f("uq_vote_logs_season_id")),
    )
    op.create_table(
        "witnesses",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("told_size", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_witnesses_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witnesses")),
        sa.UniqueConstraint("season_id", "email", name=op.f("uq_witnesses_season_id")),
    )
    op.create_table(
        "slips",
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["slip_batches.id"], name=op.f("fk_slips_batch_id_slip_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slips")),
        sa.UniqueConstraint("batch_id", "position", name=op.f("uq_slips_batch_id")),
        sa.UniqueConstraint("leaf", name=op.f("uq_slips_leaf")),
    )
    op.create_table(
        "candidates",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("mark", sa.String(length=12), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_candidates_entry_id_entries")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_candidates_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidates")),
        sa.UniqueConstraint("season_id", "entry_id", name=op.f("uq_candidates_season_id")),
        sa.UniqueConstraint("season_id", "mark", name="marks_are_for_one_video"),
    )
    op.create_table(
        "anomalies",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("candidate_id", KEY, nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("school_told_at", UTCDateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", KEY, nullable=True),
        sa.Column("proposed_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("id", KEY, nullable=False),
        sa.CheckConstraint(
            "decided_at IS NULL OR proposed_by IS NOT NULL",
            name=op.f("ck_anomalies_decided_by_two"),
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_anomalies_candidate_id_candidates")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_anomalies_decided_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["users.id"], name=op.f("fk_anomalies_proposed_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_anomalies_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anomalies")),
    )
    with op.batch_alter_table("anomalies", recreate="never") as batch:
        batch.create_index(batch.f("ix_anomalies_candidate_id"), ["candidate_id"], unique=False)
        batch.create_index("ix_anomalies_season", ["season_id", "kind"], unique=False)
    op.create_table(
        "ballot_events",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("ballot_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("hour", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_events_ballot_id_ballots")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_ballot_events_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_events")),
    )
    with op.batch_alter_table("ballot_events", recreate="never") as batch:
        batch.create_index("ix_ballot_events_season_hour", ["season_id", "hour"], unique=False)
    op.create_table(
        "ballot_traces",
        sa.Column("ballot_id", KEY, nullable=False),
        sa.Column("domain", sa.String(length=16), nullable=False),
        sa.Column("network", sa.String(length=16), nullable=False),
        sa.Column("likeness", sa.JSON(), nullable=False),
        sa.Column("stem", sa.String(length=16), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["ballots.id"],
            name=op.f("fk_ballot_traces_ballot_id_ballots"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_ballot_traces")),
    )
    op.create_table(
        "pick_counts",
        sa.Column("candidate_id", KEY, nullable=False),
        sa.Column("lane", sa.String(length=5), nullable=False),
        sa.Column("school_id", KEY, nullable=True),
        sa.Column("picks", sa.Integer(), nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name=op.f("fk_pick_counts_candidate_id_candidates")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_pick_counts_school_id_schools")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_counts")),
    )
    with op.batch_alter_table("pick_counts", recreate="never") as batch:
        batch.create_index(batch.f("ix_pick_counts_candidate_id"), ["candidate_id"], unique=False)
    op.create_table(
        "held_ballots",
        sa.Column("ballot_id", KEY, nullable=False),
        sa.Column("anomaly_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["anomaly_id"], ["anomalies.id"], name=op.f("fk_held_ballots_anomaly_id_anomalies")
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballots.id"], name=op.f("fk_held_ballots_ballot_id_ballots")
        ),
        sa.PrimaryKeyConstraint("ballot_id", name=op.f("pk_held_ballots")),
    )
    with op.batch_alter_table("held_ballots", recreate="never") as batch:
        batch.create_index(batch.f("ix_held_ballots_anomaly_id"), ["anomaly_id"], unique=False)
    op.create_table(
        "log_leaves",
        sa.Column("season_id", KEY, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", KEY, nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["ballot_events.id"], name=op.f("fk_log_leaves_event_id_ballot_events")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_log_leaves_season_id_seasons")
        ),
        sa.PrimaryKeyConstraint("season_id", "place", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_leaves_event_id")),
    )
    keep_counts()
    with op.batch_alter_table("picks", recreate="never") as batch:
        batch.drop_index(batch.f("ix_picks_entry_id"))
    op.drop_table("picks")
    op.drop_index("one_cast_ballot_per_voter", table_name="ballots")
    with op.batch_alter_table("ballots") as batch:
        batch.add_column(
            sa.Column("lane", sa.String(length=5), nullable=False, server_default="mail")
        )
        batch.add_column(sa.Column("slip_id", KEY, nullable=True))
        batch.add_column(
            sa.Column("commitment", sa.String(length=64), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=False, server_default=""))
        batch.drop_index(batch.f("ix_ballots_status_created"))
        batch.create_index(batch.f("ix_ballots_slip_id"), ["slip_id"], unique=False)
        batch.create_index(
            "ix_ballots_waiting",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("status IN ('pending', 'void')"),
            postgresql_where=sa.text("status IN ('pending', 'void')"),
        )
        batch.create_foreign_key(batch.f("fk_ballots_slip_id_slips"), "slips", ["slip_id"], ["id"])
        batch.create_check_constraint(
            batch.f("ck_ballots_slips_are_for_ballots_without_mail"),
            "(lane = 'mail') = (slip_id IS NULL)",
        )
    op.create_index(
        "one_cast_ballot_per_voter",
        "ballots",
        ["season_id", "voter_key"],
        unique=True,
        sqlite_where=IN_THE_BOX,
        postgresql_where=IN_THE_BOX,
    )
    with op.batch_alter_table("schools", recreate="never") as batch:
        batch.add_column(sa.Column("students", sa.Integer(), nullable=True))
    with op.batch_alter_table("seasons", recreate="never") as batch:
        batch.add_column(sa.Column("watch_first", sa.Integer(), server_default="0", nullable=False))
        batch.add_column(sa.Column("mail_weight", sa.Integer(), server_default="1", nullable=False))
        batch.add_column(
            sa.Column("class_weight", sa.Integer(), server_default="1", nullable=False)
        )
        batch.add_column(
            sa.Column("event_weight", sa.Integer(), server_default="1", nullable=False)
        )
        batch.add_column(sa.Column("school_cap", sa.Integer(), server_default="0", nullable=False))
    dialect = op.get_bind().dialect.name
    for table in APPEND_ONLY:
        for statement in append_only_sql(table)[dialect]:
            op.execute(statement)


def downgrade() -> None:
    keep_picks()
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_refuse ON {table}")
            op.execute(f"DROP FUNCTION {table}_refuse()")
    op.drop_index("one_cast_ballot_per_voter", table_name="ballots")
    with op.batch_alter_table("seasons", recreate="never") as batch:
        batch.drop_column("school_cap")
        batch.drop_column("event_weight")
        batch.drop_column("class_weight")
        batch.drop_column("mail_weight")
        batch.drop_column("watch_first")
    with op.batch_alter_table("schools", recreate="never") as batch:
        batch.drop_column("students")
    with op.batch_alter_table("ballots") as batch:
        batch.drop_constraint(
            batch.f("ck_ballots_slips_are_for_ballots_without_mail"), type_="check"
        )
        batch.drop_constraint(batch.f("fk_ballots_slip_id_slips"), type_="foreignkey")
        batch.drop_index(
            "ix_ballots_waiting",
            sqlite_where=sa.text("status IN ('pending', 'void')"),
            postgresql_where=sa.text("status IN ('pending', 'void')"),
        )
        batch.drop_index(batch.f("ix_ballots_slip_id"))
        batch.create_index(
            batch.f("ix_ballots_status_created"), ["status", "created_at"], unique=False
        )
        batch.drop_column("sealed")
        batch.drop_column("commitment")
        batch.drop_column("slip_id")
        batch.drop_column("lane")
    op.create_index(
        "one_cast_ballot_per_voter",
        "ballots",
        ["season_id", "voter_key"],
        unique=True,
        sqlite_where=sa.text("status = 'cast'"),
        postgresql_where=sa.text("status = 'cast'"),
    )
    op.create_table(
        "picks",
        sa.Column("ballot_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["ballot_id"],
            ["ballots.id"],
            name=op.f("fk_picks_ballot_id_ballots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_picks_entry_id_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picks")),
        sa.UniqueConstraint("ballot_id", "entry_id", name=op.f("uq_picks_ballot_id")),
    )
    with op.batch_alter_table("picks", recreate="never") as batch:
        batch.create_index(batch.f("ix_picks_entry_id"), ["entry_id"], unique=False)
    op.drop_table("log_leaves")
    with op.batch_alter_table("held_ballots", recreate="never") as batch:
        batch.drop_index(batch.f("ix_held_ballots_anomaly_id"))
    op.drop_table("held_ballots")
    with op.batch_alter_table("pick_counts", recreate="never") as batch:
        batch.drop_index(batch.f("ix_pick_counts_candidate_id"))
    op.drop_table("pick_counts")
    op.drop_table("ballot_traces")
    with op.batch_alter_table("ballot_events", recreate="never") as batch:
        batch.drop_index("ix_ballot_events_season_hour")
    op.drop_table("ballot_events")
    with op.batch_alter_table("anomalies", recreate="never") as batch:
        batch.drop_index("ix_anomalies_season")
        batch.drop_index(batch.f("ix_anomalies_candidate_id"))
    op.drop_table("anomalies")
    op.drop_table("candidates")
    op.drop_table("slips")
    op.drop_table("witnesses")
    op.drop_table("vote_logs")
    op.drop_table("tree_heads")
    with op.batch_alter_table("slip_batches", recreate="never") as batch:
        batch.drop_index(batch.f("ix_slip_batches_school_id"))
    op.drop_table("slip_batches")
    with op.batch_alter_table("solved_challenges", recreate="never") as batch:
        batch.drop_index(batch.f("ix_solved_challenges_expires_at"))
    op.drop_table("solved_challenges")
