"""Registering, confirming, signing in and out, changing, inviting."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import notifications, permissions, queries, rules
from app.accounts.models import RoleGrant, SignIn, User
from app.accounts.permissions import ROLE_NAMES, Role
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.texts import text

_hasher = PasswordHasher()
# Verified when nobody has the address, so that both cases take the same time.
_dummy_hash = _hasher.hash("nobody has this password")


def _set_password(user: User, password: str) -> None:
    if reason := rules.why_not_password(password, email=user.email, name=user.name):
        raise Refused(reason)
    user.password_hash = _hasher.hash(password)


def register(
    session: Session, *, email: str, name: str, password: str, role: Role, now: datetime
) -> User | None:
    """A new account that waits for its address to be confirmed; None when the address has one.

    The owner of the address is mailed in both cases; whoever typed it cannot tell the difference.
    """
    email = rules.normalize_email(email)
    existing = queries.find_user_by_email(session, email)
    if existing is not None:
        _hasher.hash(password)
        mail.send(session, notifications.already_registered(existing))
        return None
    user = User(email=email, name=name.strip(), created_at=now)
    user.role_grants = [RoleGrant(role=role)]
    _set_password(user, password)
    session.add(user)
    session.flush()
    audit.record(session, user, "account.registered", user.id)
    mail.send(session, notifications.confirm_address(user))
    return user


def confirm_email(session: Session, *, user_id: int, email: str, now: datetime) -> User:
    user = queries.get_user(session, user_id)
    if user.email != email:
        raise NotFound
    if user.email_confirmed_at is None:
        user.email_confirmed_at = now
        audit.record(session, user, "account.confirmed", user.id)
    return user


def send_confirmation_again(session: Session, user: User) -> None:
    mail.send(session, notifications.confirm_address(user))


def check_password(session: Session, *, email: str, password: str) -> User | None:
    """Who this is, or None; takes the same time either way. Writes nothing, so that it can be asked
    of a session that holds no lock: hashing takes its time on purpose."""
    user = queries.find_user_by_email(session, email)
    known = user.password_hash if user else None
    try:
        _hasher.verify(known or _dummy_hash, password)
    except (Argon2Error, InvalidHashError):
        return None
    if user is None or known is None or user.switched_off_at is not None or user.demonstration:
        return None
    return user


def renew_hash(*, user: User, password: str) -> None:
    """Hash a password that was just checked anew, if hashing has become dearer since."""
    if user.password_hash is not None and _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)


def start_sign_in(session: Session, *, user: User, now: datetime) -> str:
    """Open a sign-in and return its token, of which only a hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(token_hash=queries.hash_token(token), user_id=user.id, created_at=now, seen_at=now)
    )
    user.seen_at = now
    audit.record(session, user, "account.signed-in", user.id)
    user.sign_in_token = token
    return token


def note_seen(session: Session, *, token: str, now: datetime) -> None:
    """Keep a sign-in that is in use from going idle; writes at most twice a day."""
    session.execute(
        update(SignIn)
        .where(
            SignIn.token_hash == queries.hash_token(token),
            SignIn.seen_at < now - rules.SIGN_IN_NOTED_EVERY,
        )
        .values(seen_at=now)
    )
    whose = select(SignIn.user_id).where(SignIn.token_hash == queries.hash_token(token))
    session.execute(
        update(User)
        .where(
            User.id.in_(whose),
            or_(User.seen_at.is_(None), User.seen_at < now - rules.SIGN_IN_NOTED_EVERY),
        )
        .values(seen_at=now)
    )


def end_sign_in(session: Session, *, token: str) -> None:
    session.execute(delete(SignIn).where(SignIn.token_hash == queries.hash_token(token)))


def end_all_sign_ins(session: Session, user: User) -> None:
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def _fingerprint(user: User) -> str:
    """Changes with the password, so that a reset link works once."""
    return hashlib.sha256((user.password_hash or "none").encode()).hexdigest()[:16]


def request_reset(session: Session, *, email: str) -> None:
    """Mail a reset link if the address has an account; say nothing either way."""
    user = queries.find_user_by_email(session, email)
    if user is not None and user.switched_off_at is None and not user.demonstration:
        mail.send(session, notifications.reset_password(user, _fingerprint(user)))


def reset_password(
    session: Session, *, user_id: int, fingerprint: str, password: str, now: datetime
) -> User:
    user = queries.get_user(session, user_id)
    if _fingerprint(user) != fingerprint:
        raise Refused(text("This link was used before. Ask for a new one if you need it."))
    _set_password(user, password)
    user.email_confirmed_at = user.email_confirmed_at or now
    end_all_sign_ins(session, user)
    audit.record(session, user, "account.password-reset", user.id)
    mail.send(session, notifications.password_changed(user))
    return user


def _check_current(actor: User, password: str) -> None:
    try:
        _hasher.verify(actor.password_hash or "", password)
    except (Argon2Error, InvalidHashError) as error:
        raise Refused(text("The current password is not right. Nothing was changed.")) from error


def change_password(session: Session, *, actor: User, current: str, password: str) -> None:
    _check_current(actor, current)
    _set_password(actor, password)
    end_all_sign_ins(session, actor)
    audit.record(session, actor, "account.password-changed", actor.id)
    mail.send(session, notifications.password_changed(actor))


def request_address_change(session: Session, *, actor: User, current: str, email: str) -> None:
    """Mail a link to the new address; nothing changes until its button is pressed.

    Asks for the password: a computer left unlocked must not become a stolen account.
    """
    _check_current(actor, current)
    email = rules.normalize_email(email)
    if queries.find_user_by_email(session, email) is None:
        mail.send(session, notifications.confirm_new_address(actor, email))


def change_address(session: Session, *, user_id: int, old: str, new: str, now: datetime) -> User:
    user = queries.get_user(session, user_id)
    if user.email != old or queries.find_user_by_email(session, new) is not None:
        raise Refused(text("This link was used before, or the address has an account by now."))
    user.email = new
    user.email_confirmed_at = now
    audit.record(session, user, "account.address-changed", user.id)
    mail.send(session, notifications.address_changed(user, old))
    return user


def invite(
    session: Session, *, actor: User, email: str, name: str, role: Role, now: datetime
) -> User:
    """Give `role` to the person with that address, inviting her if she has no account yet."""
    require(permissions.can_manage_people(actor))
    user = add_person(session, email=email, name=name, role=role, now=now)
    audit.record(session, actor, "account.invited", user.id, role=role)
    return user


def add_person(session: Session, *, email: str, name: str, role: Role, now: datetime) -> User:
    """The person with that address, given `role` and mailed an invitation to use it.

    Who may add whom is for the caller to decide: organizers anybody, a school's lead a colleague.
    """
    email = rules.normalize_email(email)
    user = queries.find_user_by_email(session, email)
    if user is None:
        user = User(email=email, name=name.strip(), created_at=now)
        session.add(user)
    if user.email_confirmed_at is None:
        # Whoever typed this address before never proved that it is hers: nothing she chose, her
        # password least of all, may become part of the account of the person we invite.
        user.name = name.strip()
        user.password_hash = None
        user.role_grants = []
        user.invited_at = now
    if role not in user.roles:
        user.role_grants.append(RoleGrant(role=role))
    session.flush()
    mail.send(session, notifications.invitation(user, str(ROLE_NAMES[role])))
    return user


def accept_invitation(
    session: Session, *, user_id: int, email: str, password: str, now: datetime
) -> User:
    user = queries.get_user(session, user_id)
    if user.email != email or user.password_hash is not None:
        raise Refused(text("This invitation was used before. Please sign in."))
    _set_password(user, password)
    user.email_confirmed_at = now
    audit.record(session, user, "account.invitation-accepted", user.id)
    return user


def set_role(session: Session, *, actor: User, person: User, role: Role, granted: bool) -> None:
    require(permissions.can_manage_people(actor))
    if role is Role.ORGANIZER and not granted and actor.id == person.id:
        raise Refused(text("You can't take the organizer's role from yourself."))
    if granted and role not in person.roles:
        person.role_grants.append(RoleGrant(role=role))
    if not granted:
        person.role_grants = [g for g in person.role_grants if g.role != role]
    if actor.id != person.id:
        end_all_sign_ins(session, person)
    audit.record(session, actor, "account.role-changed", person.id, role=role, granted=granted)


def switch_off(session: Session, *, actor: User, person: User, now: datetime) -> None:
    require(permissions.can_switch_off(actor, person))
    person.switched_off_at = now
    end_all_sign_ins(session, person)
    audit.record(session, actor, "account.switched-off", person.id)


def switch_on(session: Session, *, actor: User, person: User) -> None:
    require(permissions.can_manage_people(actor))
    person.switched_off_at = None
    audit.record(session, actor, "account.switched-on", person.id)


def create_first_organizer(
    session: Session, *, email: str, name: str, password: str, now: datetime
) -> User:
    """The one account that nobody invites. Refused once there is an organizer."""
    if queries.has_organizer(session):
        raise NotFound
    user = User(
        email=rules.normalize_email(email),
        name=name.strip(),
        created_at=now,
        email_confirmed_at=now,
    )
    user.role_grants = [RoleGrant(role=Role.ORGANIZER)]
    _set_password(user, password)
    session.add(user)
    session.flush()
    audit.record(session, user, "account.first-organizer", user.id)
    return user


def erase_account(session: Session, *, person: User, now: datetime) -> None:
    """Forget who this was. An empty row stays where entries, decisions or scores point to it.

    Whoever calls has asked the schedule, or the person's school.
    """
    end_all_sign_ins(session, person)
    person.email = f"erased-{person.id}@invalid"
    person.name = ""
    person.password_hash = None
    person.email_confirmed_at = person.invited_at = person.seen_at = None
    person.role_grants = []
    person.switched_off_at = person.switched_off_at or now
    person.erased_at = now
    session.flush()


def make_stand_in(session: Session, *, now: datetime) -> User:
    """An erased account that never was anybody's, to stand where somebody's number stood."""
    number = User(
        email=f"judge-{secrets.token_hex(8)}@invalid",
        name="",
        created_at=now,
        switched_off_at=now,
        erased_at=now,
    )
    session.add(number)
    session.flush()
    return number


def forget_ended_sign_ins(session: Session, *, now: datetime) -> None:
    """Delete sign-ins that open nothing any more."""
    session.execute(
        delete(SignIn).where(
            or_(
                SignIn.created_at < now - rules.SIGN_IN_LONGEST,
                SignIn.seen_at < now - rules.SIGN_IN_IDLE,
            )
        )
    )
