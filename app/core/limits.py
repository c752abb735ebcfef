"""How often something may be tried: counters in the database, so that they hold across processes.

A counter is written in a transaction of its own: a refused request rolls back, its count must not.
Keys are keyed hashes; neither an address nor a mailbox is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from app.core.db import Base, insert_into, will_write
from app.core.signing import Signer


class Attempt(Base):
    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class Limits:
    def __init__(self, sessions: sessionmaker[Session], signer: Signer) -> None:
        self._sessions = sessions
        self._signer = signer

    def _key(self, what: str, who: str) -> str:
        return self._signer.digest("limit", f"{what}|{who}")

    def spent(self, what: str, who: str, *, most: int, per: timedelta, now: datetime) -> bool:
        """Whether `who` has used up the `most` tries of the window that `now` lies in."""
        window = _window(now, per)
        with self._sessions() as session:
            count = session.scalar(
                select(func.coalesce(func.sum(Attempt.count), 0)).where(
                    Attempt.key == self._key(what, who), Attempt.window == window
                )
            )
        return int(count or 0) >= most

    def counted(self, what: str, who: str, *, per: timedelta, now: datetime) -> int:
        """How many were counted in the window that `now` lies in."""
        with self._sessions() as session:
            return self.counted_in(session, what, who, per=per, now=now)

    def take(self, what: str, who: str, *, most: int, per: timedelta, now: datetime) -> bool:
        """Count one try, and say whether it was still one of the `most` of this window.

        Counted before it is asked, so that two at once can't both be the last one. It takes a
        transaction of its own: call it while no other of this thread holds the database.
        """
        return self.count(what, who, per=per, now=now) <= most

    def count(self, what: str, who: str, *, per: timedelta, now: datetime) -> int:
        """Count one try, in a transaction of its own: it stays when the request is refused.

        How many it makes in this window.
        """
        return self.count_all([(what, who, per)], now=now)[0]

    def count_all(self, tries: Sequence[tuple[str, str, timedelta]], *, now: datetime) -> list[int]:
        """Count several tries, each `(what, who, per)`, in one transaction of its own; how many
        each makes in its window."""
        counted = []
        with self._sessions() as session:
            will_write(session)
            for what, who, per in tries:
                self.count_in(session, what, who, per=per, now=now)
                counted.append(self.counted_in(session, what, who, per=per, now=now))
            session.commit()
        return counted

    def count_in(
        self, session: Session, what: str, who: str, *, per: timedelta, now: datetime
    ) -> None:
        """Count one try together with what it leads to."""
        values = {"key": self._key(what, who), "window": _window(now, per), "count": 1}
        session.execute(
            insert_into(session, Attempt)
            .values(**values)
            .on_conflict_do_update(
                index_elements=["key", "window"], set_={"count": Attempt.count + 1}
            )
        )

    def counted_in(
        self, session: Session, what: str, who: str, *, per: timedelta, now: datetime
    ) -> int:
        """How many were counted in this window, as this transaction sees it."""
        key = self._key(what, who)
        return (
            session.scalar(
                select(Attempt.count).where(Attempt.key == key, Attempt.window == _window(now, per))
            )
            or 0
        )

    def give_back(self, what: str, who: str, *, per: timedelta, now: datetime) -> None:
        """Take back one try that was counted beforehand and turned out to be right."""
        with self._sessions() as session:
            will_write(session)
            session.execute(
                update(Attempt)
                .where(
                    Attempt.key == self._key(what, who),
                    Attempt.window == _window(now, per),
                    Attempt.count > 0,
                )
                .values(count=Attempt.count - 1)
            )
            session.commit()


def forget_old_attempts(session: Session, *, now: datetime) -> None:
    """Delete counters whose window ended more than two days ago."""
    session.execute(delete(Attempt).where(Attempt.window < now - timedelta(days=2)))


def _window(now: datetime, per: timedelta) -> datetime:
    seconds = int(per.total_seconds())
    stamp = int(now.timestamp()) // seconds * seconds
    return datetime.fromtimestamp(stamp, tz=now.tzinfo)
