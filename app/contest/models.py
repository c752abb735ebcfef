"""Seasons and what an organizer sets for them. All of it shows on public pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.contest.rules import Licence, Rule, TieRule, digest_of, rule_of
from app.core.db import BaseWithId


class Season(BaseWithId):
    """One year's contest."""

    __tablename__ = "seasons"
    __public__ = True
    __table_args__ = (
        CheckConstraint(
            "min_seconds > 0 AND max_seconds >= min_seconds", name="lengths_make_sense"
        ),
    )

    year: Mapped[int] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(String(120))
    tagline: Mapped[str] = mapped_column(String(200), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    """Where the contest runs ("Honolulu, Hawaiʻi")."""
    zone: Mapped[str] = mapped_column(String(60))
    """IANA name of the time zone all deadlines are shown in."""
    contact_email: Mapped[str] = mapped_column(String(320), default="")
    privacy_contact: Mapped[str] = mapped_column(String(320), default="")
    accent: Mapped[str] = mapped_column(String(7), default="#f2b632")
    brand_tag: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """One more line on the end cards of winners: whom to call, what to do."""
    lower_third: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether title and makers show at the foot of a winner's film in its first seconds."""
    logo_key: Mapped[str] = mapped_column(String(200), default="")

    registration_opens_at: Mapped[datetime]
    submissions_open_at: Mapped[datetime]
    submissions_close_at: Mapped[datetime]
    judging_opens_at: Mapped[datetime]
    judging_closes_at: Mapped[datetime]
    vote_opens_at: Mapped[datetime]
    vote_closes_at: Mapped[datetime]
    announcement_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=15)
    announced_at: Mapped[datetime | None]
    safeguarding_lead_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who alone reads what may be a child's real disclosure."""
    escalation: Mapped[str] = mapped_column(Text, default="")
    """What to do at once when a video may be a child's real disclosure."""

    # These numbers are what the published rules say (`RuleSet`), kept where they are asked for.
    min_seconds: Mapped[int] = mapped_column(default=15)
    max_seconds: Mapped[int] = mapped_column(default=60)
    max_megabytes: Mapped[int] = mapped_column(default=2000)
    team_most: Mapped[int] = mapped_column(default=6)
    entries_most: Mapped[int] = mapped_column(default=5)
    """Entries a teacher may put into one category."""
    reviews_least: Mapped[int] = mapped_column(default=3)
    finalists_most: Mapped[int] = mapped_column(default=8)
    tie_rule: Mapped[str] = mapped_column(
        String(10), default=TieRule.CHANCE, server_default="chance"
    )
    picks_most: Mapped[int] = mapped_column(default=3)
    watch_first: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many finalists a voter says to have watched before the ballot goes off."""
    mail_weight: Mapped[int] = mapped_column(default=1, server_default="1")
    class_weight: Mapped[int] = mapped_column(default=1, server_default="1")
    event_weight: Mapped[int] = mapped_column(default=1, server_default="1")
    """What a pick is worth, by the lane its ballot came in."""
    school_cap: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many picks of one school's class ballots count for one video; 0 for all."""
    cure_hours: Mapped[int] = mapped_column(default=72)
    """How long a technical fault may be mended, counted from when the school is told."""
    licence: Mapped[str] = mapped_column(String(20), default=Licence.CC_BY)
    school_domains: Mapped[list[str]] = mapped_column(default=list)
    """Mail domains that only schools here have ("k12.hi.us", "edu")."""

    categories: Mapped[list[Category]] = relationship(
        order_by="Category.position, Category.id", cascade="all, delete-orphan"
    )
    divisions: Mapped[list[Division]] = relationship(
        order_by="Division.position, Division.id", cascade="all, delete-orphan"
    )
    criteria: Mapped[list[Criterion]] = relationship(
        order_by="Criterion.position, Criterion.id", cascade="all, delete-orphan"
    )
    prizes: Mapped[list[Prize]] = relationship(order_by="Prize.place", cascade="all, delete-orphan")
    questions: Mapped[list[Question]] = relationship(
        order_by="Question.position, Question.id", cascade="all, delete-orphan"
    )
    panels: Mapped[list[Panel]] = relationship(
        order_by="Panel.position, Panel.id", cascade="all, delete-orphan"
    )
    signatories: Mapped[list[Signatory]] = relationship(
        order_by="Signatory.position, Signatory.id", cascade="all, delete-orphan"
    )
    partners: Mapped[list[Partner]] = relationship(
        order_by="Partner.position, Partner.id", cascade="all, delete-orphan"
    )
    news: Mapped[list[NewsItem]] = relationship(cascade="all, delete-orphan")


class Category(BaseWithId):
    """A theme that entries compete in."""

    __tablename__ = "categories"
    __public__ = True
    __table_args__ = (UniqueConstraint("season_id", "slug"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)


class Division(BaseWithId):
    """An age group."""

    __tablename__ = "divisions"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)


class Panel(BaseWithId):
    """Judges who know one thing well, and score the criteria about it."""

    __tablename__ = "panels"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0)


class Criterion(BaseWithId):
    """One line of the rubric, scored 1 to 5; `levels` has words for each."""

    __tablename__ = "criteria"
    __public__ = True
    __table_args__ = (CheckConstraint("weight BETWEEN 1 AND 100", name="weight_is_a_percentage"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int]
    levels: Mapped[list[str]]
    decides_ties: Mapped[bool] = mapped_column(default=False)
    panel_id: Mapped[int | None] = mapped_column(ForeignKey("panels.id"), index=True)
    """Whose judges score it; without one, every judge does."""
    position: Mapped[int] = mapped_column(default=0)


class Prize(BaseWithId):
    """What a school gets for a place."""

    __tablename__ = "prizes"
    __public__ = True
    __table_args__ = (UniqueConstraint("season_id", "place"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    place: Mapped[int]
    words: Mapped[str] = mapped_column(String(200))


class Question(BaseWithId):
    """Something more that this season asks about an entry."""

    __tablename__ = "questions"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(String(200))
    help: Mapped[str] = mapped_column(String(300), default="")
    kind: Mapped[str] = mapped_column(String(10))
    choices: Mapped[list[str]]
    """What can be picked, for a question of that kind."""
    required: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(default=0)


class Partner(BaseWithId):
    """Who carries the contest together with the organizers."""

    __tablename__ = "partners"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(String(300), default="")
    logo_key: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=0)


class Signatory(BaseWithId):
    """Who signs the certificates."""

    __tablename__ = "signatories"

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120), default="")
    signature_key: Mapped[str] = mapped_column(String(200), default="")
    """A picture of the signature, for certificates alone. Without one there is a line instead."""
    position: Mapped[int] = mapped_column(default=0)


class NewsItem(BaseWithId):
    """Something the organizers tell everybody."""

    __tablename__ = "news_items"
    __public__ = True

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime]
    """From then on it is public; a moment to come is a plan."""
    changed_at: Mapped[datetime]

    @property
    def updated_at(self) -> datetime:
        """When readers last had something new of it."""
        return max(self.published_at, self.changed_at)


class Translation(BaseWithId):
    """What an organizer typed for the public, in another language.

    It is found by the words it stands for, as in a catalog: the same words need translating once,
    also when the next season says them again, and words that were changed are never shown with a
    translation of what they said before.
    """

    __tablename__ = "translations"
    __public__ = True
    __table_args__ = (UniqueConstraint("language", "digest"),)

    language: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(
        String(64), default=lambda row: digest_of(row.get_current_parameters()["source"])
    )
    """Of `source`, which is too long to be unique itself."""
    source: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)


class RuleSet(BaseWithId):
    """One version of a season's rules, or the draft of the next one, which is not published."""

    __tablename__ = "rule_sets"
    __public__ = True
    __table_args__ = (UniqueConstraint("season_id", "version"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    version: Mapped[int]
    listed: Mapped[list[Any]]
    """The rules, each as `Rule.as_data` writes it down."""
    note: Mapped[str] = mapped_column(String(500), default="")
    """Why it was changed, in the organizer's words."""
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def rules(self) -> list[Rule]:
        return [rule_of(data) for data in self.listed]

    @rules.setter
    def rules(self, rules: Sequence[Rule]) -> None:
        self.listed = [rule.as_data() for rule in rules]

    def find(self, code: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.code == code), None)
