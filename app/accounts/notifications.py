"""Mails about accounts. Each names one thing to do and carries one link."""

from __future__ import annotations

from app.accounts.models import User
from app.core.mail import Link, Message


def confirm_address(user: User) -> Message:
    return Message(
        user.email,
        "accounts/confirm",
        {"name": user.name},
        {"link": Link("/account/confirm/{token}", "confirm-email", [user.id, user.email])},
    )


def already_registered(user: User) -> Message:
    """Sent instead of a confirmation, so that the page says the same to a stranger."""
    return Message(
        user.email,
        "accounts/already",
        {"name": user.name},
        {"link": Link("/account/sign-in"), "reset": Link("/account/forgotten")},
    )


def reset_password(user: User, fingerprint: str) -> Message:
    return Message(
        user.email,
        "accounts/reset",
        {"name": user.name},
        {"link": Link("/account/reset/{token}", "reset-password", [user.id, fingerprint])},
    )


def password_changed(user: User) -> Message:
    return Message(
        user.email,
        "accounts/changed",
        {"name": user.name},
        {"link": Link("/account/forgotten")},
    )


def confirm_new_address(user: User, email: str) -> Message:
    return Message(
        email,
        "accounts/new_address",
        {"name": user.name, "email": email},
        {"link": Link("/account/new-address/{token}", "new-address", [user.id, user.email, email])},
    )


def address_changed(user: User, old: str) -> Message:
    return Message(old, "accounts/address_changed", {"name": user.name})


def invitation(user: User, role: str) -> Message:
    return Message(
        user.email,
        "accounts/invitation",
        {"name": user.name, "role": role},
        {"link": Link("/account/invitation/{token}", "invitation", [user.id, user.email])},
    )
