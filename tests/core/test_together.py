"""Requests that share a transaction, and what becomes of the others when one fails."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import together
from app.core.limits import Attempt
from app.core.platform import Platform
from app.core.together import Together
from tests.core.test_limits import NOON


class Counting:
    """Adds to one counter for each item; the first turn waits until `gate` is opened."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.has_begun = threading.Event()
        self.turns: list[list[str]] = []

    def __call__(self, session: Session, items: Sequence[str]) -> list[str]:
        self.turns.append(list(items))
        self.has_begun.set()
        assert self.gate.wait(20)
        if "bad" in items:
            raise ValueError("bad")
        if not session.execute(update(Attempt).values(count=Attempt.count + len(items))).rowcount:
            session.add(Attempt(key="all", window=NOON, count=len(items)))
        return [each.upper() for each in items]


def run(shared: Together, work: Counting, items: Sequence[str]) -> dict[str, object]:
    """What each item came to, or its error; all but the first come while the first is at work."""
    came: dict[str, object] = {}

    def ask(item: str) -> None:
        try:
            came[item] = shared.do(work, item)
        except Exception as error:
            came[item] = error

    threads = [threading.Thread(target=ask, args=(item,)) for item in items]
    threads[0].start()
    assert work.has_begun.wait(20)
    for thread in threads[1:]:
        thread.start()
    for _ in range(1000):
        threads[-1].join(0.01)  # It can't end yet: this gives it and the others time to queue.
        if len(shared._waiting[work]) == len(items) - 1:
            break
    work.gate.set()
    for thread in threads:
        thread.join(20)
    return came


def counted(session: Session) -> int | None:
    session.rollback()
    return session.scalar(select(Attempt.count))


def test_those_who_come_meanwhile_share_one_transaction(
    platform: Platform, session: Session
) -> None:
    work, items = Counting(), [f"item {n}" for n in range(21)]

    came = run(platform.together, work, items)

    assert came == {item: item.upper() for item in items}
    assert [len(turn) for turn in work.turns] == [1, 20]
    assert counted(session) == 21


def test_an_error_reaches_the_one_it_is_about(platform: Platform, session: Session) -> None:
    work = Counting()

    came = run(platform.together, work, ["first", "one", "bad", "two"])

    assert isinstance(came.pop("bad"), ValueError)
    assert came == {"first": "FIRST", "one": "ONE", "two": "TWO"}
    assert counted(session) == 3


def test_no_transaction_is_longer_than_it_may_be(
    platform: Platform, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "AT_ONCE", 4)
    work = Counting()

    came = run(platform.together, work, [str(n) for n in range(10)])

    assert len(came) == 10
    assert sorted(len(turn) for turn in work.turns) == [1, 1, 4, 4]
    assert counted(session) == 10


def test_works_for_whoever_comes_alone(platform: Platform, session: Session) -> None:
    work = Counting()
    work.gate.set()

    assert [platform.together.do(work, item) for item in ("a", "b")] == ["A", "B"]
    with pytest.raises(ValueError, match="bad"):
        platform.together.do(work, "bad")
    assert counted(session) == 2
