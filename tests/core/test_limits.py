"""Counters of tries, which hold across processes and outlive a refused request."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import limits
from app.core.limits import Attempt
from app.core.platform import Platform

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_tries_are_spent_after_so_many_and_free_again_in_the_next_window(
    platform: Platform,
) -> None:
    tries = platform.limits
    seen = []
    for _ in range(3):
        seen.append(tries.spent("sign-in", "alice", most=2, per=HOUR, now=NOON))
        tries.count("sign-in", "alice", per=HOUR, now=NOON)

    later = tries.spent("sign-in", "alice", most=2, per=HOUR, now=NOON + HOUR)

    assert (seen, later) == ([False, False, True], False)


def test_tries_of_one_do_not_count_for_another(platform: Platform) -> None:
    tries = platform.limits
    tries.count("sign-in", "alice", per=HOUR, now=NOON)

    assert tries.spent("sign-in", "alice", most=1, per=HOUR, now=NOON) is True
    assert tries.spent("sign-in", "bob", most=1, per=HOUR, now=NOON) is False
    assert tries.spent("reset", "alice", most=1, per=HOUR, now=NOON) is False


def test_tries_at_the_same_time_are_all_counted(platform: Platform, session: Session) -> None:
    start = threading.Barrier(8)

    def attempt() -> None:
        start.wait()
        platform.limits.count("vote", "hall", per=HOUR, now=NOON)

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert session.scalars(select(Attempt.count)).all() == [8]


def test_neither_name_nor_address_is_stored(platform: Platform, session: Session) -> None:
    platform.limits.count("sign-in", "alice@example.org|10.0.0.1", per=HOUR, now=NOON)

    key = session.scalars(select(Attempt.key)).one()

    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


def test_old_counters_are_forgotten(platform: Platform, session: Session) -> None:
    platform.limits.count("a", "x", per=HOUR, now=NOON - timedelta(days=3))
    platform.limits.count("b", "x", per=HOUR, now=NOON)

    limits.forget_old_attempts(session, now=NOON)
    session.commit()

    assert session.scalars(select(Attempt.window)).all() == [NOON]
