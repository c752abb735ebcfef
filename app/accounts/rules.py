"""Acceptable passwords, how long sign-ins and links last, where a visitor may be sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from app.texts import Text, text

SIGN_IN_IDLE = timedelta(days=7)
SIGN_IN_LONGEST = timedelta(days=30)
SIGN_IN_NOTED_EVERY = timedelta(hours=12)
CONFIRM_SECONDS = 3 * 24 * 3600
RESET_SECONDS = 2 * 3600
INVITATION_SECONDS = 21 * 24 * 3600

FAILED_SIGN_INS = 10
FAILED_SIGN_INS_PER = timedelta(minutes=15)
FAILED_SIGN_INS_OF_A_NETWORK = 100
MAILS_ASKED_FOR = 5
MAILS_ASKED_FOR_BY_A_NETWORK = 60
MAILS_ASKED_FOR_PER = timedelta(hours=1)

PASSWORD_LEAST = 12
PASSWORD_MOST = 128


def normalize_email(address: str) -> str:
    """The one spelling an account is found by."""
    return address.strip().lower()


def why_not_password(password: str, *, email: str, name: str) -> Text | None:
    """Length and guessability only (ASVS 6.2): no composition rules."""
    if len(password) < PASSWORD_LEAST:
        return text(
            "Please use at least %(least)s characters; four short words make a good password.",
            least=PASSWORD_LEAST,
        )
    if len(password) > PASSWORD_MOST:
        return text("Please use at most %(most)s characters.", most=PASSWORD_MOST)
    lowered = password.lower()
    if len(set(lowered)) < 5 or re.fullmatch(r"(.{1,6})\1+", lowered):
        return text("That repeats itself and is easily guessed. Please choose another.")
    known = [email.split("@")[0].lower(), *name.lower().split()]
    left = lowered
    for word in [*known, "password", "internet", "safety", "contest", "hoike", "123456", "qwerty"]:
        if len(word) > 2:
            left = left.replace(word, "")
    if len(left) < PASSWORD_LEAST / 2:
        return text("That is made of words anybody would try first. Please choose another.")
    return None


def is_sign_in_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    return now - seen_at > SIGN_IN_IDLE or now - created_at > SIGN_IN_LONGEST


def safe_target(target: str | None) -> str | None:
    """`target` if it is a plain path on this site, else None.

    Browsers read a backslash as a slash and skip control characters, so both refuse it.
    """
    if target and re.fullmatch(r"/(?![/\\])[^\\\x00-\x20\x7f]*", target):
        return target
    return None
