"""Entries, the people in them and their releases, cue sheets, team codes, decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contest.models import Category, Division
from app.contest.rules import Licence
from app.core.db import Base, BaseWithId
from app.entries.rules import EntryStatus, Signer
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
    rule_set_id: Mapped[int | None] = mapped_column(ForeignKey("rule_sets.id"))
    """The rules it was submitted under; later versions don't count for it."""
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
    cure_until: Mapped[datetime | None]
    """Until when a returned entry may come back, if that is later than the deadline."""
    cleared_at: Mapped[datetime | None]
    """When a second screener, who is not the one who accepted it, found it fit for the public."""
    cleared_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    held_at: Mapped[datetime | None]
    """Since when it is kept from the public, whatever else speaks for it."""
    held_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
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
    members: Mapped[list[TeamMember]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="TeamMember.id"
    )
    answers: Mapped[list[Answer]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Answer.id"
    )
    notes: Mapped[list[ScreeningNote]] = relationship(
        cascade="all, delete-orphan", order_by="ScreeningNote.at_seconds, ScreeningNote.id"
    )
    decisions: Mapped[list[Decision]] = relationship(
        cascade="all, delete-orphan", order_by="Decision.id"
    )

    @property
    def subject(self) -> str:
        return f"entry:{self.id}"

    @property
    def team_size(self) -> int:
        return len(self.members)


class RetiredAddress(Base):
    """An address at which a video was public once. What stays of it is a digest, so that the
    address can say that something was taken down, and nothing else."""

    __tablename__ = "retired_addresses"
    __public__ = True

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mark: Mapped[str] = mapped_column(String(40), default="")
    """What feeds called it: the random name of its video."""
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"), index=True)
    retired_at: Mapped[datetime]


class TeamMember(BaseWithId):
    """Somebody who made it, by first name or alias only: for the certificates, never public."""

    __tablename__ = "team_members"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    alias: Mapped[str] = mapped_column(String(40))


class Answer(BaseWithId):
    """What the teacher answered to one of the season's own questions."""

    __tablename__ = "answers"
    __public__ = True
    __table_args__ = (UniqueConstraint("entry_id", "question_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(Text)


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
    """One rung given for one person: by a signed form kept at the school, which a teacher attests,
    or by whoever signed through a link."""

    __tablename__ = "releases"
    __public__ = True
    __table_args__ = (UniqueConstraint("person_id", "rung"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("appearing_people.id", ondelete="CASCADE"), index=True
    )
    rung: Mapped[str] = mapped_column(String(2))
    signer: Mapped[str] = mapped_column(String(10), default=Signer.PARENT)
    form_name: Mapped[str] = mapped_column(String(120))
    signed_on: Mapped[date]
    attested_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The teacher who says so; None when it came through a link."""
    link_id: Mapped[int | None] = mapped_column(ForeignKey("release_links.id"))
    attested_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ReleaseLink(BaseWithId):
    """An address that one parent opens to allow or refuse each rung herself. The address is signed
    when it is shown and stands nowhere in the database."""

    __tablename__ = "release_links"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("appearing_people.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[str] = mapped_column(String(20), default="en")
    made_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When the teacher took it back, or made a newer one."""
    answered_at: Mapped[datetime | None]
    answered_language: Mapped[str] = mapped_column(String(20), default="")
    signer: Mapped[str] = mapped_column(String(10), default="")
    signer_name: Mapped[str] = mapped_column(String(120), default="")
    """The adult's name as typed, which takes the place of a signature."""
    answers: Mapped[dict[str, Any]]
    """Rung to yes (true) or no (false)."""
    words: Mapped[dict[str, Any]]
    """Rung to the very words that were answered, in the language they were read in."""


class TranslationReview(BaseWithId):
    """Somebody who speaks a language has read what families sign in it, and found it right."""

    __tablename__ = "translation_reviews"
    __table_args__ = (UniqueConstraint("language", "digest"),)

    language: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    """The very words (`texts.digest_of`): other words need another reading."""
    reviewer: Mapped[str] = mapped_column(String(120))
    """Who read them, as the organizer wrote it down."""
    reviewed_on: Mapped[date]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]


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
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_sets.id"))
    checked: Mapped[list[str]]
    reasons: Mapped[list[str]]
    words: Mapped[str] = mapped_column(Text, default="")


class ScreeningNote(BaseWithId):
    """What a screener saw at a moment of the video; mailed with a return."""

    __tablename__ = "screening_notes"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    screener_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at_seconds: Mapped[float]
    words: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When the school was mailed it."""


class Disclosure(BaseWithId):
    """A screener's word that a video may be a child's real disclosure. Only the season's
    safeguarding lead reads it; it stands in no list, log or export."""

    __tablename__ = "disclosures"

    entry_id: Mapped[int | None] = mapped_column(
        ForeignKey("entries.id", ondelete="SET NULL"), index=True
    )
    """None once the entry was erased: whoever erases it must not make this go with it."""
    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id"))
    raised_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    raised_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closing_words: Mapped[str] = mapped_column(Text, default="")
