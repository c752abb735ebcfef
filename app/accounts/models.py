"""People, their roles, and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.permissions import GRANTS, Role
from app.core.db import BaseWithId
from app.texts import gettext


class User(BaseWithId):
    """A person with an account. Never a student."""

    __tablename__ = "users"
    __allow_unmapped__ = True  # For `sign_in_token`, which is no column.

    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    email_confirmed_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    switched_off_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None] = mapped_column(index=True)
    """When this person last used the site, to half a day."""
    erased_at: Mapped[datetime | None]
    """Since then nothing here tells who it was. The row stays where others point to it."""
    demonstration: Mapped[bool] = mapped_column(default=False)
    """Belongs to a demonstration season: cannot sign in anywhere else."""

    role_grants: Mapped[list[RoleGrant]] = relationship(
        lazy="selectin", cascade="all, delete-orphan"
    )

    sign_in_token: str | None = None
    """Set on the person who is signing in or signed in; not kept in the database."""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(grant.role) for grant in self.role_grants)

    def may(self, permission: str) -> bool:
        return any(permission in GRANTS[role] for role in self.roles)

    @property
    def display_name(self) -> str:
        return self.name or gettext("somebody who has left")

    # The four members Flask-Login asks for, written here so that models need no Flask.
    @property
    def is_authenticated(self) -> bool:
        return True

    @property
    def is_active(self) -> bool:
        return self.switched_off_at is None

    @property
    def is_anonymous(self) -> bool:
        return False

    def get_id(self) -> str:
        return self.sign_in_token or ""


class RoleGrant(BaseWithId):
    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(20))


class SignIn(BaseWithId):
    """One device that is signed in. Deleting the row signs it out, whatever its cookie says."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    user: Mapped[User] = relationship(lazy="joined")
