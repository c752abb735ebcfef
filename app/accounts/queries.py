"""Finding people."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.models import RoleGrant, SignIn, User
from app.accounts.permissions import GRANTS, Permission, Role
from app.core.errors import NotFound, require


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_user_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == rules.normalize_email(email)))


def get_user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def get_user_for(session: Session, actor: User, user_id: int) -> User:
    """A person, for somebody who manages people."""
    require(actor.may(Permission.MANAGE_PEOPLE))
    return get_user(session, user_id)


def find_signed_in(
    session: Session, token: str, *, now: datetime, demonstration: bool
) -> User | None:
    """Who holds this sign-in, if it is still good. People of a demonstration exist only in one."""
    row = session.scalar(select(SignIn).where(SignIn.token_hash == hash_token(token)))
    if row is None or rules.is_sign_in_over(row.created_at, row.seen_at, now):
        return None
    user = row.user
    if user.switched_off_at is not None or (user.demonstration and not demonstration):
        return None
    user.sign_in_token = token
    return user


def people(session: Session, role: Role | None = None) -> list[User]:
    """Everybody with an account (and that role), by name."""
    query = select(User).where(User.erased_at.is_(None)).order_by(User.name, User.id)
    if role is not None:
        query = query.join(RoleGrant).where(RoleGrant.role == role)
    return list(session.scalars(query))


def people_at_work(session: Session, role: Role) -> list[User]:
    """Everybody with that role whose account is not switched off, by name."""
    return [person for person in people(session, role) if person.switched_off_at is None]


def people_who_may(session: Session, permission: Permission) -> list[User]:
    """Everybody whose role grants it and who may sign in, by name."""
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    return list(
        session.scalars(
            select(User)
            .where(
                User.switched_off_at.is_(None),
                User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role.in_(roles))),
            )
            .order_by(User.name, User.id)
        )
    )


def people_by_id(session: Session, ids: set[int]) -> dict[int, User]:
    return {u.id: u for u in session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}


def demonstration_people(session: Session) -> list[User]:
    """Whom a demonstration offers to sign in as, one or two of each role."""
    return list(session.scalars(select(User).where(User.demonstration).order_by(User.id).limit(8)))


def has_organizer(session: Session) -> bool:
    return (
        session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ORGANIZER).limit(1))
        is not None
    )
