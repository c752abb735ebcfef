"""Requests at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.core.db import will_write
from app.core.errors import NotAllowed, NotFound, Refused
from app.core.platform import Platform


class Meanwhile(threading.Thread):
    """Another request at the same moment, in a session of its own, with what it was refused."""

    def __init__(self, platform: Platform, deed: Callable[[Session], None]) -> None:
        super().__init__()
        self.platform, self.deed = platform, deed
        self.refused: Exception | None = None
        self.has_begun = threading.Event()

    def run(self) -> None:
        with self.platform.sessions() as session:
            self.has_begun.set()
            will_write(session)
            try:
                self.deed(session)
                session.commit()
            except (NotAllowed, NotFound, Refused) as error:
                self.refused = error

    def is_waiting(self) -> bool:
        self.start()
        self.has_begun.wait(10)
        self.join(0.5)
        return self.is_alive()


def at_once(number: int, deed: Callable[[int], None]) -> list[BaseException]:
    """Run `deed(0)` … `deed(number - 1)` at the same moment; what they raised."""
    start, raised = threading.Barrier(number), []

    def run(index: int) -> None:
        start.wait()
        try:
            deed(index)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
