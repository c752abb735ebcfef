"""Entries, the people in them and their releases, cue sheets, team codes, decisions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contest.models import Category, Division
from app.contest.rules import Licence
from app.core.db import BaseWithId
from app.entries.rules import EntryStatus
from app.schools.models import School


class Entry(BaseWithId):
    """One video put in by a school."""

    __tablename__ = "entries"
    __public__ = True
    __table_args__ = (
        UniqueConstraint("season_id", "code"),
        CheckConstraint(
            "status IN ('draft', 'withdrawn')"
            " OR (asset_id IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted_entries_have_a_video",
        ),
        Index("ix_entries_season_status", "season_id", "status"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    incoming_asset_id: Mapped[int | None] = mapped_column(ForeignKey("assets.id"))
    """An upload that has not arrived whole; takes the asset's place when it has."""

    code: Mapped[str] = mapped_column(String(8))
    """What judges call it."""
    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Its public address, given when it is accepted."""
    status: Mapped[str] = mapped_column(String(12), default=EntryStatus.DRAFT)
    title: Mapped[str] = mapped_column(String(100), default="")
    synopsis: Mapped[str] = mapped_column(String(500), default="")
    team_name: Mapped[str] = mapped_column(String(60), default="")
    team_size: Mapped[int | None]
    ai_use: Mapped[str] = mapped_column(String(10), default="")
    ai_words: Mapped[str] = mapped_column(String(300), default="")
    original_work: Mapped[bool] = mapped_column(default=False)
    people_complete: Mapped[bool] = mapped_column(default=False)
    """The teacher's word that nobody else can be recognized by sight or sound."""
    cues_complete: Mapped[bool] = mapped_column(default=False)
    licence: Mapped[str] = mapped_column(String(20), default=Licence.CC_BY)
    captions: Mapped[str] = mapped_column(Text, default="")
    """WebVTT, checked and re-written by us."""
    captions_language: Mapped[str] = mapped_column(String(20), default="en")

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    finalist_at: Mapped[datetime | None]
    let_go_at: Mapped[datetime | None]
    """When its video was deleted, as the retention schedule says. What stays is the result."""

    school: Mapped[School] = relationship(lazy="joined")
    category: Mapped[Category | None] = relationship(lazy="joined")
    division: Mapped[Division | None] = relationship(lazy="joined")
    people: Mapped[list[AppearingPerson]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="AppearingPerson.id"
    )
    cues: Mapped[list[Cue]] = relationship(cascade="all, delete-orphan", order_by="Cue.id")
    team_codes: Mapped[list[TeamCode]] = relationship(
        cascade="all, delete-orphan", order_by="TeamCode.id"
    )
    decisions: Mapped[list[Decision]] = relationship(
        cascade="all, delete-orphan", order_by="Decision.id"
    )

    @property
    def subject(self) -> str:
        return f"entry:{self.id}"


class AppearingPerson(BaseWithId):
    """Somebody who can be seen or heard, by first name or alias only."""

    __tablename__ = "appearing_people"
    __public__ = True

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    alias: Mapped[str] = mapped_column(String(40))
    releases: Mapped[list[Release]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Release.rung"
    )

    @property
    def rungs(self) -> frozenset[str]:
        """What has been given and not taken back."""
        return frozenset(r.rung for r in self.releases if r.revoked_at is None)


class Release(BaseWithId):
    """A teacher's attestation that a signed form for one rung is kept at the school."""

    __tablename__ = "releases"
    __public__ = True
    __table_args__ = (UniqueConstraint("person_id", "rung"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("appearing_people.id", ondelete="CASCADE"), index=True
    )
    rung: Mapped[str] = mapped_column(String(2))
    form_name: Mapped[str] = mapped_column(String(120))
    signed_on: Mapped[date]
    attested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    attested_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Cue(BaseWithId):
    """One piece of music, sound, picture or footage that the team did not make itself."""

    __tablename__ = "cues"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    author: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[str] = mapped_column(String(200))
    licence: Mapped[str] = mapped_column(String(80))
    link: Mapped[str] = mapped_column(String(300), default="")


class TeamCode(BaseWithId):
    """Opens the team's page for one entry; the teacher hands it over and can revoke it."""

    __tablename__ = "team_codes"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Decision(BaseWithId):
    """What screening decided about an entry, and why."""

    __tablename__ = "decisions"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    screener_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(12))
    checked: Mapped[list[str]]
    reasons: Mapped[list[str]]
    words: Mapped[str] = mapped_column(Text, default="")
