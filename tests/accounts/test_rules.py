"""Passwords, how long a sign-in lasts, and where a visitor may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import rules

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("mango tide lantern seven", True),
        ("x9#Lq2!vB7mZ", True),
        ("elevenchars", False),
        ("twelve chars", True),
        ("aaaaaaaaaaaaaaaa", False),
        ("abcabcabcabcabc", False),
        ("passwordpassword", False),
        ("hoike contest 123456", False),
        ("alice akana safety", False),
        ("kapalama-alice-2026-internet", True),
        ("ʻaʻole maopopo iaʻu", True),
        ("🌊" * 20, False),
        ("b" * 60 + "c" * 60 + "defghijklm", False),
    ],
)
def test_password_is_judged_by_length_and_by_what_is_guessed_first(
    password: str, good: bool
) -> None:
    reason = rules.why_not_password(password, email="alice@kapalama.org", name="Alice Akana")

    assert (reason is None) is good


@given(st.text(max_size=200))
def test_password_of_any_kind_gets_an_answer(password: str) -> None:
    reason = rules.why_not_password(password, email="a@b.c", name="")

    if not 12 <= len(password) <= 128:
        assert reason is not None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Alice@Example.ORG ", "alice@example.org"), ("a@b.c", "a@b.c")],
)
def test_address_has_one_spelling(typed: str, kept: str) -> None:
    assert rules.normalize_email(typed) == kept


@pytest.mark.parametrize(
    ("begun", "seen", "over"),
    [
        (timedelta(), timedelta(), False),
        (timedelta(days=29), timedelta(days=6), False),
        (timedelta(days=7, seconds=1), timedelta(days=7, seconds=1), True),
        (timedelta(days=30, seconds=1), timedelta(), True),
        (timedelta(days=30), timedelta(days=7), False),
    ],
)
def test_sign_in_ends_when_idle_for_a_week_or_after_a_month(
    begun: timedelta, seen: timedelta, over: bool
) -> None:
    assert rules.is_sign_in_over(NOON - begun, NOON - seen, NOON) is over


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("/teacher/entries/", True),
        ("/", True),
        ("/watch/x?a=1&b=//evil.example", True),
        ("/ʻohana", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/a\\b", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("evil", False),
        ("/\t/evil.example", False),
        ("/\n/evil.example", False),
        (" /teacher", False),
        ("", False),
        (None, False),
    ],
)
def test_visitor_is_sent_to_paths_of_this_site_only(target: str | None, safe: bool) -> None:
    assert rules.safe_target(target) == (target if safe else None)
