"""Rule sets, releases by link, two pairs of eyes, more time, questions of a season's own"""

import sqlalchemy as sa
from alembic import op

from app.contest.rules import default_rules, with_numbers
from app.core.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As they were then: what rules hold later, a season of today has no column for.
NUMBERS = ("min_seconds", "max_seconds", "max_megabytes", "team_most", "entries_most", "cure_hours")


def upgrade() -> None:
    op.create_table(
        "deadline_extensions",
        sa.Column(
            "season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["users.id"], name=op.f("fk_deadline_extensions_granted_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["schools.id"],
            name=op.f("fk_deadline_extensions_school_id_schools"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_deadline_extensions_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_extensions")),
    )
    with op.batch_alter_table("deadline_extensions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deadline_extensions_school", ["season_id", "school_id"], unique=False
        )

    op.create_table(
        "questions",
        sa.Column(
            "season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_questions_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_questions_season_id"), ["season_id"], unique=False)

    op.create_table(
        "rule_sets",
        sa.Column(
            "season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column(
            "published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by"], ["users.id"], name=op.f("fk_rule_sets_published_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["season_id"],
            ["seasons.id"],
            name=op.f("fk_rule_sets_season_id_seasons"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
        sa.UniqueConstraint("season_id", "version", name=op.f("uq_rule_sets_season_id")),
    )
    op.create_table(
        "answers",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_answers_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_answers_question_id_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("entry_id", "question_id", name=op.f("uq_answers_entry_id")),
    )
    op.create_table(
        "disclosures",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "season_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "raised_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closing_words", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_disclosures_entry_id_entries"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_disclosures_season_id_seasons")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by"], ["users.id"], name=op.f("fk_disclosures_raised_by_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "screening_notes",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "screener_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at_seconds", sa.Double(), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_screening_notes_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["screener_id"], ["users.id"], name=op.f("fk_screening_notes_screener_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_notes")),
    )
    with op.batch_alter_table("screening_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_notes_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "team_members",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alias", sa.String(length=40), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entries.id"],
            name=op.f("fk_team_members_entry_id_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "release_links",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("answered_language", sa.String(length=20), nullable=False),
        sa.Column("signer", sa.String(length=10), nullable=False),
        sa.Column("signer_name", sa.String(length=120), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["users.id"], name=op.f("fk_release_links_made_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["appearing_people.id"],
            name=op.f("fk_release_links_person_id_appearing_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_links")),
    )
    with op.batch_alter_table("release_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_release_links_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "rule_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "rule_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("cure_until", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("cleared_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "cleared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("held_at", UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "held_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_entries_rule_set_id_rule_sets"), "rule_sets", ["rule_set_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_entries_cleared_by_users"), "users", ["cleared_by"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_entries_held_by_users"), "users", ["held_by"], ["id"]
        )

    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("signer", sa.String(length=10), nullable=False, server_default="parent")
        )
        batch_op.add_column(
            sa.Column(
                "link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.alter_column("attested_by", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_releases_link_id_release_links"), "release_links", ["link_id"], ["id"]
        )

    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "safeguarding_lead_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("escalation", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("cure_hours", sa.Integer(), nullable=False, server_default="72")
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_seasons_safeguarding_lead_id_users"),
            "users",
            ["safeguarding_lead_id"],
            ["id"],
        )

    _first_rule_sets()
    _what_was_decided()
    _members_from_sizes()
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.alter_column(
            "rule_set_id",
            existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_decisions_rule_set_id_rule_sets"), "rule_sets", ["rule_set_id"], ["id"]
        )
    with op.batch_alter_table("entries") as batch_op:
        batch_op.drop_column("team_size")


def _first_rule_sets() -> None:
    """Each season so far gets the usual rules, with its own numbers, as version 1."""
    seasons = sa.table(
        "seasons", sa.column("id"), sa.column("registration_opens_at", UTCDateTime()),
        *(sa.column(name) for name in NUMBERS),
    )  # fmt: skip
    rule_sets = sa.table(
        "rule_sets", sa.column("season_id"), sa.column("version"), sa.column("listed", sa.JSON()),
        sa.column("note"), sa.column("published_at", UTCDateTime()),
    )  # fmt: skip
    for season in op.get_bind().execute(sa.select(seasons)).mappings().all():
        listed = with_numbers(default_rules(), {name: season[name] for name in NUMBERS})
        op.execute(
            rule_sets.insert().values(
                season_id=season["id"],
                version=1,
                listed=[rule.as_data() for rule in listed],
                note="",
                published_at=season["registration_opens_at"],
            )
        )


def _what_was_decided() -> None:
    """What was submitted, was so under version 1; what was accepted stays as public as it was."""
    op.execute(
        "UPDATE entries SET rule_set_id ="
        " (SELECT id FROM rule_sets WHERE rule_sets.season_id = entries.season_id)"
        " WHERE submitted_at IS NOT NULL"
    )
    op.execute(
        "UPDATE decisions SET rule_set_id ="
        " (SELECT rule_sets.id FROM rule_sets JOIN entries"
        " ON entries.season_id = rule_sets.season_id WHERE entries.id = decisions.entry_id)"
    )
    op.execute("UPDATE entries SET cleared_at = updated_at WHERE status = 'accepted'")


def _members_from_sizes() -> None:
    """A team of three becomes Student 1 to Student 3: until now only its size was asked."""
    entries = sa.table("entries", sa.column("id"), sa.column("team_size"))
    members = sa.table("team_members", sa.column("entry_id"), sa.column("alias"))
    sized = sa.select(entries.c.id, entries.c.team_size).where(entries.c.team_size.is_not(None))
    for entry_id, size in op.get_bind().execute(sized).all():
        for number in range(1, size + 1):
            op.execute(members.insert().values(entry_id=entry_id, alias=f"Student {number}"))


def downgrade() -> None:
    with op.batch_alter_table("seasons", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_seasons_safeguarding_lead_id_users"), type_="foreignkey"
        )
        batch_op.drop_column("cure_hours")
        batch_op.drop_column("escalation")
        batch_op.drop_column("safeguarding_lead_id")

    # What came through a link has no teacher to answer for it, and could not be told from a no.
    op.execute("DELETE FROM releases WHERE attested_by IS NULL")
    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_releases_link_id_release_links"), type_="foreignkey"
        )
        batch_op.alter_column("attested_by", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("link_id")
        batch_op.drop_column("signer")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team_size", sa.INTEGER(), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_entries_held_by_users"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_entries_cleared_by_users"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_entries_rule_set_id_rule_sets"), type_="foreignkey")
        batch_op.drop_column("held_by")
        batch_op.drop_column("held_at")
        batch_op.drop_column("cleared_by")
        batch_op.drop_column("cleared_at")
        batch_op.drop_column("cure_until")
        batch_op.drop_column("rule_set_id")

    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_decisions_rule_set_id_rule_sets"), type_="foreignkey"
        )
        batch_op.drop_column("rule_set_id")

    with op.batch_alter_table("release_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_release_links_person_id"))

    op.drop_table("release_links")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_members_entry_id"))

    op.drop_table("team_members")
    with op.batch_alter_table("screening_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_screening_notes_entry_id"))

    op.drop_table("screening_notes")
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosures_entry_id"))

    op.drop_table("disclosures")
    op.drop_table("answers")
    op.drop_table("rule_sets")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_questions_season_id"))

    op.drop_table("questions")
    with op.batch_alter_table("deadline_extensions", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_extensions_school")

    op.drop_table("deadline_extensions")
