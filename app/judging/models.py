"""Rounds, assignments, scorecards, conflicts and recusals. None of it shows on a public page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import BaseWithId
from app.judging.rules import ConflictKind, Method
from app.schools.models import School


class JudgingRound(BaseWithId):
    """One pass of the judges over entries: the first round over all, the finals over the best."""

    __tablename__ = "judging_rounds"
    __table_args__ = (
        UniqueConstraint("season_id", "kind"),
        CheckConstraint("kind IN ('first', 'finals')", name="kind_is_known"),
    )

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    method: Mapped[str] = mapped_column(String(10), default=Method.MEAN, server_default="mean")
    """What its places come from. Chosen when it is opened, before anybody can know results."""
    anchors: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    """Entries that every judge scores, so that strictness can be told: their ids."""


class Conflict(BaseWithId):
    """A judge has to do with a school and must not score it."""

    __tablename__ = "judging_conflicts"
    __table_args__ = (UniqueConstraint("judge_id", "school_id"),)

    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(
        String(10), default=ConflictKind.SCHOOL, server_default="school"
    )
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """The judge herself, or the organizer who set it."""
    declared_at: Mapped[datetime]

    school: Mapped[School] = relationship(lazy="joined")


class Household(BaseWithId):
    """Two judges live together: what one has to do with a school, the other has, too."""

    __tablename__ = "judging_households"
    __table_args__ = (UniqueConstraint("judge_id", "other_id"),)

    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    declared_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the other one, or an organizer, said so too. Until then it keeps nobody apart."""


class PanelSeat(BaseWithId):
    """A judge sits in a panel and scores its criteria."""

    __tablename__ = "panel_seats"
    __table_args__ = (UniqueConstraint("panel_id", "judge_id"),)

    panel_id: Mapped[int] = mapped_column(ForeignKey("panels.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class Assignment(BaseWithId):
    """One judge is to score one entry in one round."""

    __tablename__ = "judging_assignments"
    __table_args__ = (UniqueConstraint("round_id", "judge_id", "entry_id"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("judging_rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    """Place in this judge's own order, from 1. Every judge has another order."""
    criterion_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    """What she was asked to score, by her panels at that time; none named: the whole rubric."""

    round: Mapped[JudgingRound] = relationship(lazy="joined")
    scorecard: Mapped[Scorecard | None] = relationship(
        lazy="selectin", cascade="all, delete-orphan", uselist=False
    )
    recusal: Mapped[Recusal | None] = relationship(
        lazy="selectin", cascade="all, delete-orphan", uselist=False
    )
    rescores: Mapped[list[Rescore]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Rescore.id"
    )


class Scorecard(BaseWithId):
    """One judge's filled-in rubric for one entry. Counts once it is completed."""

    __tablename__ = "scorecards"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("judging_assignments.id", ondelete="CASCADE"), unique=True
    )
    comment: Mapped[str] = mapped_column(Text, default="")
    """For the organizers alone."""
    watched_seconds: Mapped[int | None]
    """How much of the video the judge's player has shown, as far as it said so."""
    typed_in_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The organizer who typed it in from the judge's paper."""
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]

    scores: Mapped[list[Score]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Score.criterion_id"
    )
    notes: Mapped[list[Note]] = relationship(
        cascade="all, delete-orphan", order_by="Note.second, Note.id"
    )

    @property
    def values(self) -> dict[int, int]:
        """The scores given so far, by criterion."""
        return {score.criterion_id: score.value for score in self.scores}


class Score(BaseWithId):
    """One criterion on one scorecard, 1 to 5."""

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "criterion_id"),
        CheckConstraint("value BETWEEN 1 AND 5", name="value_is_on_the_scale"),
    )

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"), index=True)
    value: Mapped[int]


class Note(BaseWithId):
    """A sentence for the team, if wanted about one moment of its video. The team gets it once an
    organizer has approved it."""

    __tablename__ = "judging_notes"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "uid"),
        CheckConstraint("kind IN ('strength', 'next_step')", name="kind_is_known"),
    )

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(36))
    """Drawn by the judge's page, so that a note that is sent twice stands there once."""
    kind: Mapped[str] = mapped_column(String(10))
    second: Mapped[int | None]
    """The moment it is about, counted from the beginning."""
    words: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Rescore(BaseWithId):
    """An organizer asked a judge to look at an entry again. Both results are kept."""

    __tablename__ = "rescores"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("judging_assignments.id", ondelete="CASCADE"), index=True
    )
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    before: Mapped[dict[str, int]] = mapped_column(JSON)
    """The scores by criterion when it was asked. They count until the judge has answered."""
    after: Mapped[dict[str, int] | None] = mapped_column(JSON)
    answered_at: Mapped[datetime | None]


class Runoff(BaseWithId):
    """The judges choose in pairs between entries that are too close to call."""

    __tablename__ = "runoffs"

    round_id: Mapped[int] = mapped_column(
        ForeignKey("judging_rounds.id", ondelete="CASCADE"), index=True
    )
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    entry_ids: Mapped[list[int]] = mapped_column(JSON)
    opened_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    round: Mapped[JudgingRound] = relationship()
    duels: Mapped[list[Duel]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Duel.id"
    )


class Duel(BaseWithId):
    """One judge's choice between two entries."""

    __tablename__ = "duels"
    __table_args__ = (UniqueConstraint("runoff_id", "judge_id", "one_id", "other_id"),)

    runoff_id: Mapped[int] = mapped_column(ForeignKey("runoffs.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    """The entry with the lower number of the two."""
    other_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    chosen_id: Mapped[int | None] = mapped_column(
        ForeignKey("entries.id", ondelete="CASCADE"), index=True
    )
    """None where both are as good."""
    at: Mapped[datetime]


class Seal(BaseWithId):
    """The result of a season, written down with its hash. From then on it stands, until two people
    agree to open it."""

    __tablename__ = "seals"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    document: Mapped[str] = mapped_column(Text)
    """Rubric, scorecards and places as one line of JSON; judges are numbers in it."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the document in UTF-8, in hexadecimal."""
    salt: Mapped[str] = mapped_column(String(32))
    """Mixes the judges' numbers. It goes with their names: then nobody can tell whose they are."""
    sealed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sealed_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """Why it is to be opened, as the first of the two says."""
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The second of the two. An opened seal is history; there may be a new one."""
    opened_at: Mapped[datetime | None]


class PracticeClip(BaseWithId):
    """A sample film that judges score before their first entry, with scores and reasons the
    organizers gave it."""

    __tablename__ = "practice_clips"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))

    answers: Mapped[list[ModelScore]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="ModelScore.criterion_id"
    )


class ModelScore(BaseWithId):
    """What a practice clip deserves on one criterion, and why."""

    __tablename__ = "practice_scores"
    __table_args__ = (
        UniqueConstraint("clip_id", "criterion_id"),
        CheckConstraint("value BETWEEN 1 AND 5", name="value_is_on_the_scale"),
    )

    clip_id: Mapped[int] = mapped_column(ForeignKey("practice_clips.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criteria.id", ondelete="CASCADE"), index=True
    )
    value: Mapped[int]
    reason: Mapped[str] = mapped_column(String(300))


class PracticeTry(BaseWithId):
    """What a judge gave a practice clip. It counts nowhere, and only she sees it."""

    __tablename__ = "practice_tries"
    __table_args__ = (UniqueConstraint("clip_id", "judge_id"),)

    clip_id: Mapped[int] = mapped_column(ForeignKey("practice_clips.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    given: Mapped[dict[str, int]] = mapped_column(JSON)
    """The score of each criterion, by its number."""
    at: Mapped[datetime]


class Recusal(BaseWithId):
    """A judge stepped aside from an entry: the assignment counts no longer, nor in later rounds."""

    __tablename__ = "recusals"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("judging_assignments.id", ondelete="CASCADE"), unique=True
    )
    judge_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id", ondelete="CASCADE"), index=True)
    conflict_id: Mapped[int | None] = mapped_column(
        ForeignKey("judging_conflicts.id", ondelete="CASCADE"), index=True
    )
    """Set when it follows from a conflict with the entry's school, and goes when that goes."""
    reason: Mapped[str] = mapped_column(String(500))
    for_time: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Taken off a judge who found no time. In a later round she may well score the entry."""
    at: Mapped[datetime]
