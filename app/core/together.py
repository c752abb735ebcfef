"""Requests of one moment share one transaction, where a transaction is most of what each costs.

A database makes a commit durable as a whole, so a commit for twenty takes hardly longer than one
for one. Nobody waits for company: whoever comes first goes at once, and takes along whoever came
while the one before was at work (databases call it group commit).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session, sessionmaker

from app.core.db import will_write

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

AT_ONCE = 64
"""Items in one transaction at most: locks are held for all of them."""


@dataclass
class _Wish:
    item: Any
    outcome: Any = None
    error: BaseException | None = None
    is_done: bool = False


class Together:
    """Does the same piece of work for many threads of this process in few transactions."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._turn = Lock()
        self._waiting: dict[Callable[..., Any], deque[_Wish]] = {}

    def do(
        self, work: Callable[[Session, Sequence[Item]], Sequence[Outcome]], item: Item
    ) -> Outcome:
        """What `work` makes of `item`, once that is committed.

        `work` gets the items of several threads and gives as many outcomes, in their order; it must
        come out the same when it is done again after a rollback. When it raises, each item is tried
        by itself, and an error reaches the thread alone whose item it is about. It takes a
        transaction of its own: call it while no other of this thread holds the database.
        """
        wish = _Wish(item)
        waiting = self._waiting.setdefault(work, deque())
        waiting.append(wish)
        # More than AT_ONCE may be waiting: then it takes more than one turn to be among them.
        while not wish.is_done:
            with self._turn:
                if not wish.is_done:
                    taken = [waiting.popleft() for _ in range(min(AT_ONCE, len(waiting)))]
                    self._do_all(work, taken)
        if wish.error is not None:
            raise wish.error
        return cast(Outcome, wish.outcome)

    def _do_all(self, work: Callable[..., Sequence[Any]], wishes: Sequence[_Wish]) -> None:
        try:
            with self._sessions() as session:
                outcomes = work(will_write(session), [wish.item for wish in wishes])
                session.commit()
            for wish, outcome in zip(wishes, outcomes, strict=True):
                wish.outcome, wish.is_done = outcome, True
        except BaseException as error:
            if len(wishes) > 1 and isinstance(error, Exception):
                for wish in wishes:
                    self._do_all(work, [wish])
            for wish in wishes:
                if not wish.is_done:
                    wish.error, wish.is_done = error, True
