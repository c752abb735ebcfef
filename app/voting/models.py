"""Ballots, the slips some are cast with, and the public log that everything is written into.

Nothing here holds an address, of a mailbox or of a network. Picks are sealed with a key that is
kept outside of the database until the count is certified; only of ballots that were held does
`Anomaly` tell which video stood out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, BaseWithId, append_only
from app.entries.models import Entry
from app.schools.models import School
from app.voting.rules import BallotStatus, Lane, key_name

_IN_THE_BOX = text("status IN ('cast', 'held')")
_IS_WAITING = text("status IN ('pending', 'void')")


class Ballot(BaseWithId):
    """What one voter asked for; it counts from being cast until a later one is."""

    __tablename__ = "ballots"
    __table_args__ = (
        Index(
            "one_cast_ballot_per_voter",
            "season_id",
            "voter_key",
            unique=True,
            sqlite_where=_IN_THE_BOX,
            postgresql_where=_IN_THE_BOX,
        ),
        Index("ix_ballots_season_voter", "season_id", "voter_key"),
        # Of those that wait alone: casting a ballot then touches as little as can be.
        Index(
            "ix_ballots_waiting",
            "created_at",
            sqlite_where=_IS_WAITING,
            postgresql_where=_IS_WAITING,
        ),
        CheckConstraint(
            "status IN ('pending', 'void') OR cast_at IS NOT NULL", name="cast_ballots_say_when"
        ),
        CheckConstraint(
            "(lane = 'mail') = (slip_id IS NULL)", name="slips_are_for_ballots_without_mail"
        ),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """Public and random: what the receipt shows, and what the log calls it."""
    lane: Mapped[str] = mapped_column(String(5), default=Lane.MAIL)
    voter_key: Mapped[str | None] = mapped_column(String(64))
    """A keyed hash of the mailbox, a different one each season, or the leaf of the slip; None in
    every ballot of a season whose key was destroyed."""
    slip_id: Mapped[int | None] = mapped_column(ForeignKey("slips.id"), index=True)
    status: Mapped[str] = mapped_column(String(12), default=BallotStatus.PENDING)
    commitment: Mapped[str] = mapped_column(String(64), default="")
    """Binds it to its picks, without telling them."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    """Nonce and picks, for nobody to read who has the database alone."""
    created_at: Mapped[datetime]
    cast_at: Mapped[datetime | None]


class Candidate(BaseWithId):
    """A video on the ballot, and what the log calls it."""

    __tablename__ = "candidates"
    __table_args__ = (
        UniqueConstraint("season_id", "entry_id"),
        UniqueConstraint("season_id", "mark", name="marks_are_for_one_video"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey(Entry.id))
    """None once the entry was erased: its picks stay, and nobody can tell what they were for."""
    mark: Mapped[str] = mapped_column(String(12))
    logged: Mapped[bool] = mapped_column(default=False)
    points: Mapped[int | None]
    """What the certified count gives it."""


class SlipBatch(BaseWithId):
    """One-time slips that were made together; their number and root are public from then on."""

    __tablename__ = "slip_batches"
    __table_args__ = (
        UniqueConstraint("season_id", "mark"),
        CheckConstraint("slips > 0", name="batches_have_slips"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    mark: Mapped[str] = mapped_column(String(8))
    """What the log calls it."""
    lane: Mapped[str] = mapped_column(String(5))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"), index=True)
    """Whose class ballots they are; None at the event, and once the school was erased."""
    slips: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    school: Mapped[School | None] = relationship(lazy="joined")


class Slip(BaseWithId):
    """One slip: a keyed hash of its code."""

    __tablename__ = "slips"
    __table_args__ = (UniqueConstraint("batch_id", "position"), UniqueConstraint("leaf"))

    batch_id: Mapped[int] = mapped_column(ForeignKey("slip_batches.id"))
    position: Mapped[int]
    leaf: Mapped[str] = mapped_column(String(64))

    batch: Mapped[SlipBatch] = relationship(lazy="joined")


class BallotEvent(BaseWithId):
    """What became of a ballot in which hour. Rows are only ever added: the database refuses the
    rest, on SQLite and PostgreSQL (migration 0012)."""

    __tablename__ = "ballot_events"
    __table_args__ = (Index("ix_ballot_events_season_hour", "season_id", "hour"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    ballot_id: Mapped[int] = mapped_column(ForeignKey(Ballot.id))
    kind: Mapped[str] = mapped_column(String(12))
    hour: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(16), default="")
    """The number of the ballot that took its place."""
    reason: Mapped[str] = mapped_column(String(20), default="")


class LogLeaf(Base):
    """One line of the public log. Rows are only ever added, as in `BallotEvent`."""

    __tablename__ = "log_leaves"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int | None] = mapped_column(ForeignKey(BallotEvent.id), unique=True)
    record: Mapped[str] = mapped_column(Text)


class TreeHead(Base):
    """The signed root of the log when it had so many lines. Rows are only ever added."""

    __tablename__ = "tree_heads"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    signature: Mapped[str] = mapped_column(String(128))


class VoteLog(BaseWithId):
    """How far a season's log is, and what happened to its vote as a whole."""

    __tablename__ = "vote_logs"
    __table_args__ = (
        CheckConstraint(
            "certified_at IS NULL OR closed_at IS NOT NULL", name="only_closed_votes_are_certified"
        ),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), unique=True)
    public_key: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(default=0)
    peaks: Mapped[list[str]] = mapped_column(default=list)
    """Of the hash tree, in hex: all that is needed to let it grow."""
    opened_at: Mapped[datetime | None]
    detected_until: Mapped[datetime | None]
    """Everything that was cast before was looked at by the detectors."""
    batched_until: Mapped[datetime | None]
    """Everything that happened before is in the log."""
    closed_at: Mapped[datetime | None]
    closed_size: Mapped[int | None]
    """Lines until the box was shut. What comes after them tells the picks."""
    count_asked_at: Mapped[datetime | None]
    certified_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The numbers of the integrity report, as they were when the count was certified."""


class PickCount(BaseWithId):
    """How often a video was picked in one lane, and on one school's class ballots."""

    __tablename__ = "pick_counts"

    candidate_id: Mapped[int] = mapped_column(ForeignKey(Candidate.id), index=True)
    lane: Mapped[str] = mapped_column(String(5))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id"))
    picks: Mapped[int]


class BlockedVoter(BaseWithId):
    """A mailbox whose owner said "this was not me": it gets no more mail this season."""

    __tablename__ = "blocked_voters"
    __table_args__ = (UniqueConstraint("season_id", "voter_key"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    voter_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class SolvedChallenge(Base):
    """A proof of work that was used, kept until it would have run out: it works once."""

    __tablename__ = "solved_challenges"

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class VoteKey(BaseWithId):
    """What is known of the key behind a season's voters; the key itself is no row anywhere."""

    __tablename__ = "vote_keys"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), unique=True)
    made_at: Mapped[datetime]
    shared: Mapped[bool] = mapped_column(default=False)
    """Keyed with VOTE_KEY alone: a vote that began before seasons had keys of their own."""
    destroyed_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        return key_name(self.season_id)


class Anomaly(BaseWithId):
    """Ballots that did not look like people voting, held until two people have decided."""

    __tablename__ = "anomalies"
    __table_args__ = (
        Index("ix_anomalies_season", "season_id", "kind"),
        CheckConstraint("decided_at IS NULL OR proposed_by IS NOT NULL", name="decided_by_two"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    kind: Mapped[str] = mapped_column(String(20))
    mark: Mapped[str] = mapped_column(String(16), default="")
    """What the ballots have in common where it is no video: a keyed mark, as in their traces."""
    candidate_id: Mapped[int | None] = mapped_column(ForeignKey(Candidate.id), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ballots: Mapped[int]
    expected: Mapped[float] = mapped_column(default=0.0)
    """How many were to be expected."""
    found_at: Mapped[datetime]
    school_told_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]


class HeldBallot(Base):
    """Which ballots an anomaly holds."""

    __tablename__ = "held_ballots"

    ballot_id: Mapped[int] = mapped_column(ForeignKey(Ballot.id), primary_key=True)
    anomaly_id: Mapped[int] = mapped_column(ForeignKey(Anomaly.id), index=True)


class BallotTrace(Base):
    """What detectors compare: keyed marks that tell alike from unlike, and nothing else. They go
    with the season's key."""

    __tablename__ = "ballot_traces"

    ballot_id: Mapped[int] = mapped_column(
        ForeignKey(Ballot.id, ondelete="CASCADE"), primary_key=True
    )
    domain: Mapped[str] = mapped_column(String(16), default="")
    network: Mapped[str] = mapped_column(String(16), default="")
    likeness: Mapped[list[str]] = mapped_column(default=list)
    """Marks that names one letter apart have in common."""
    stem: Mapped[str] = mapped_column(String(16), default="")
    """The mark of a name without its digits, if it has some."""
    mail_id: Mapped[int | None]
    """The mail that asked for the confirmation, while it is known."""


class Witness(BaseWithId):
    """Somebody outside who keeps the signed heads of the log."""

    __tablename__ = "witnesses"
    __table_args__ = (UniqueConstraint("season_id", "email"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(320))
    told_size: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    added_at: Mapped[datetime]


for _table in (BallotEvent, LogLeaf, TreeHead):
    append_only(_table)
