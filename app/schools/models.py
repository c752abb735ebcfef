"""Districts, schools, who teaches there, how we know it is the school, what it agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.db import BaseWithId


class District(BaseWithId):
    """Groups schools, from season to season."""

    __tablename__ = "districts"

    name: Mapped[str] = mapped_column(String(120), unique=True)


class School(BaseWithId):
    __tablename__ = "schools"
    __public__ = True

    name: Mapped[str] = mapped_column(String(120))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("districts.id"), index=True)
    district_other: Mapped[str] = mapped_column(String(120), default="")
    """A district nobody knew yet, as somebody typed it. It becomes one with the approval."""
    city: Mapped[str] = mapped_column(String(80))
    web_page: Mapped[str] = mapped_column(String(300))
    grades: Mapped[str] = mapped_column(String(40))
    office_email: Mapped[str] = mapped_column(String(320), default="")
    """An address of the school itself, asked whether the registration is right."""
    students: Mapped[int | None]
    """How many it has, as its lead says: there are no more class ballots than that."""
    created_at: Mapped[datetime]
    imported: Mapped[bool] = mapped_column(default=False, server_default=false())
    """From an organizer's list."""
    listed_at: Mapped[datetime | None]
    """It stands on the list, and no teacher has registered for it yet."""
    approved_at: Mapped[datetime | None]
    turned_down_at: Mapped[datetime | None]
    turned_down_reason: Mapped[str] = mapped_column(String(500), default="")

    district: Mapped[District | None] = relationship(lazy="joined")

    @property
    def district_name(self) -> str:
        return self.district.name if self.district else self.district_other or ""


class DeadlineExtension(BaseWithId):
    """More time for one school, with the reason. The newest one counts."""

    __tablename__ = "deadline_extensions"
    __table_args__ = (Index("ix_deadline_extensions_school", "season_id", "school_id"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"))
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300))
    granted_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    granted_at: Mapped[datetime]


class Membership(BaseWithId):
    """A teacher at a school. A lead answers for the school and its consents."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("user_id"),
        CheckConstraint("NOT lead OR waiting_since IS NULL", name="leads_do_not_wait"),
    )

    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    lead: Mapped[bool] = mapped_column(default=False)
    waiting_since: Mapped[datetime | None]
    """Asked to be let in. Until the lead does, the school is as closed to her as to a stranger."""

    school: Mapped[School] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")


class SchoolCheck(BaseWithId):
    """One time somebody made sure that it is the school: its office confirmed by mail, or an
    organizer called. It goes only when the school goes back on the list: what was said of one
    registration proves nothing about the next."""

    __tablename__ = "school_checks"

    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(4))
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(320), default="")
    called: Mapped[str] = mapped_column(String(120), default="")
    """Whom the organizer spoke to."""
    source: Mapped[str] = mapped_column(String(200), default="")
    """Where the number came from."""
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    by: Mapped[User | None] = relationship(lazy="joined")


class AgreementVersion(BaseWithId):
    """A season's school agreement, as it read from one day on. The newest counts."""

    __tablename__ = "agreement_versions"
    __table_args__ = (UniqueConstraint("season_id", "number"),)

    season_id: Mapped[int] = mapped_column(ForeignKey("seasons.id", ondelete="CASCADE"))
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class AgreementAcceptance(BaseWithId):
    """A lead accepted a version for her school. It goes only when the school goes back on the
    list."""

    __tablename__ = "agreement_acceptances"
    __table_args__ = (UniqueConstraint("version_id", "school_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"))
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    """As she wrote it beneath the text."""
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    version: Mapped[AgreementVersion] = relationship(lazy="joined")
