"""Ballots and their picks. Nothing here holds an address, of a mailbox or of a network."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import BaseWithId
from app.entries.models import Entry
from app.voting.rules import BallotStatus, key_name

_IS_CAST = text("status = 'cast'")


class Ballot(BaseWithId):
    """What one voter asked for; it counts from being cast until a later one is."""

    __tablename__ = "ballots"
    __table_args__ = (
        Index(
            "one_cast_ballot_per_voter",
            "season_id",
            "voter_key",
            unique=True,
            sqlite_where=_IS_CAST,
            postgresql_where=_IS_CAST,
        ),
        Index("ix_ballots_season_voter", "season_id", "voter_key"),
        Index("ix_ballots_status_created", "status", "created_at"),
        CheckConstraint(
            "status IN ('pending', 'void') OR cast_at IS NOT NULL", name="cast_ballots_say_when"
        ),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    number: Mapped[str] = mapped_column(String(16), unique=True)
    """Public and random: what the receipt shows."""
    voter_key: Mapped[str | None] = mapped_column(String(64))
    """A keyed hash of the mailbox, a different one each season; None where no mailbox is asked, and
    in every ballot of a season whose key was destroyed."""
    status: Mapped[str] = mapped_column(String(12), default=BallotStatus.PENDING)
    created_at: Mapped[datetime]
    cast_at: Mapped[datetime | None]

    picks: Mapped[list[Pick]] = relationship(
        lazy="selectin",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="Pick.id",
    )


class Pick(BaseWithId):
    """One video on a ballot."""

    __tablename__ = "picks"
    __table_args__ = (UniqueConstraint("ballot_id", "entry_id"),)

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey(Entry.id), index=True)


class BlockedVoter(BaseWithId):
    """A mailbox whose owner said "this was not me": it gets no more mail this season."""

    __tablename__ = "blocked_voters"
    __table_args__ = (UniqueConstraint("season_id", "voter_key"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    voter_key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


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
