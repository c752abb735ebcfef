"""What a vote costs: casting ballots through HTTP, showing and checking the count of very many.

Used by `scripts/bench vote` and `scripts/bench tally`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import resource
import secrets
import select as polling
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import altcha
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import create_app
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.core.sealing import Sealer
from app.entries.models import Entry
from app.voting import forms, queries, rules, services
from app.voting.models import Ballot, BallotEvent, Candidate
from app.voting.services import work
from config import Config
from scripts.supervisor import PYTHON, ROOT
from tests.factories import make_entry, make_season

CONNECTIONS = 32
AT_ONCE = 20_000
VERIFIER = ROOT / "app/static/vote/verify.py"
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass
class Box:
    """A season whose vote is open, in a database of its own."""

    app: Flask
    platform: Platform
    season_id: int


def open_box(env: dict[str, str], *, days_ago: float = 2.0) -> Box:
    """Make the season and its eight finalists in a migrated, empty database."""
    app = create_app(Config.from_env(env))
    platform: Platform = app.extensions["hoike"]
    with platform.sessions() as session:
        now = clock.now()
        season = make_season(
            session,
            Phase.VOTING,
            vote_opens_at=rules.hour_of(now - timedelta(days=days_ago)),
            vote_closes_at=now + timedelta(days=2),
            announcement_at=now + timedelta(days=4),
        )
        for _ in range(8):
            make_entry(session, season, finalist_at=now)
        session.commit()
        return Box(app, platform, season.id)


@dataclass
class Filler:
    """Puts ballots into the database by the thousand, sealed as in life."""

    session: Session
    season: Season
    sealer: Sealer
    candidates: Sequence[Candidate]

    @classmethod
    def of(cls, session: Session, box: Box) -> Filler:
        season = session.get_one(Season, box.season_id)
        finalists = session.scalars(select(Entry).where(Entry.season_id == season.id)).all()
        signer = queries.get_signer(session, box.platform.voters, season.id)
        services.note_key(session, season, clock.now())
        known = services.candidates(session, season, finalists)
        return cls(session, season, queries.sealer_of(signer), list(known.values()))

    def fill(
        self, number: int, moment_of: Callable[[int], datetime], *, cast: bool
    ) -> Iterator[str]:
        """Add so many ballots; their numbers."""
        for start in range(0, number, AT_ONCE):
            rows = [
                self._row(moment_of(n), n, cast=cast)
                for n in range(start, min(start + AT_ONCE, number))
            ]
            self.session.execute(insert(Ballot), rows)
            if cast:
                ids = dict(
                    self.session.execute(
                        select(Ballot.number, Ballot.id).where(
                            Ballot.created_at >= rows[0]["created_at"],
                            Ballot.created_at <= rows[-1]["created_at"],
                        )
                    ).all()
                )
                self.session.execute(
                    insert(BallotEvent),
                    [
                        {
                            "season_id": self.season.id,
                            "ballot_id": ids[str(row["number"])],
                            "kind": "cast",
                            "hour": rules.hour_of(row["cast_at"]),
                            "by": "",
                            "reason": "",
                        }
                        for row in rows
                    ],
                )
            yield from (str(row["number"]) for row in rows)

    def _row(self, moment: datetime, n: int, *, cast: bool) -> dict[str, Any]:
        number, nonce = services.new_ballot_number(), secrets.token_bytes(rules.NONCE_BYTES)
        picked = [self.candidates[n % 8], self.candidates[(n + 1 + n % 3) % 8]][: 1 + n % 2]
        return {
            "season_id": self.season.id,
            "number": number,
            "lane": "mail",
            "voter_key": secrets.token_hex(32),
            "status": "cast" if cast else "pending",
            "commitment": rules.commitment(nonce, [each.mark for each in picked]),
            "sealed": self.sealer.seal(
                rules.pack_picks(nonce, [each.id for each in picked]), number
            ),
            "created_at": moment,
            "cast_at": moment if cast else None,
        }


def confirmations(box: Box, number: int, port: int) -> list[bytes]:
    """Whole requests that cast a ballot each, as a browser that did its work sends them."""
    now = clock.now()
    with box.platform.sessions() as session:
        numbers = list(Filler.of(session, box).fill(number, lambda _n: now, cast=False))
        session.commit()
    rounds, work.ROUNDS = work.ROUNDS, 1  # The browser's part is not what is measured.
    try:
        with box.app.test_request_context():
            nonce = box.platform.signer.sign(f"form.{forms.ConfirmForm.__name__}", "")
            return [_confirmation(box, each, nonce, port) for each in numbers]
    finally:
        work.ROUNDS = rounds


def _confirmation(box: Box, number: str, nonce: str, port: int) -> bytes:
    challenge = services.new_challenge(box.platform.signer, about=number, tries=1, now=clock.now())
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(dict(challenge)))
    if solution is None:
        raise RuntimeError("The challenge was not solved.")
    payload = {"challenge": challenge, "solution": solution.to_dict()}
    body = urlencode(
        {
            "csrf_token": nonce,
            "altcha": base64.b64encode(json.dumps(payload).encode()).decode(),
            "code": "",
        }
    )
    token = box.platform.signer.sign("ballot", [number])
    return post(port, f"/vote/confirm/{token}", body)


def post(port: int, path: str, body: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


@dataclass
class _Line:
    socket: socket.socket
    heard: bytearray = field(default_factory=bytearray)

    def has_answer(self, status: bytes) -> bool:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ValueError("The server hung up.")
        self.heard += data
        end = self.heard.find(b"\r\n\r\n")
        if end < 0:
            return False
        found = LENGTH.search(self.heard, 0, end + 2)
        if not self.heard.startswith(b"HTTP/1.1 " + status) or found is None:
            raise ValueError(f"Not a {status!r}: {bytes(self.heard[:200])!r}")
        if len(self.heard) < end + 4 + int(found.group(1)):
            return False
        self.heard.clear()
        return True


def send(port: int, requests: Sequence[bytes], status: bytes) -> float:
    """Send them all over `CONNECTIONS` connections, each with one under way; answers a second."""
    waiting = iter(requests)
    poll = polling.epoll()
    lines = {}
    for _ in range(CONNECTIONS):
        line = _Line(socket.create_connection(("127.0.0.1", port)))
        lines[line.socket.fileno()] = line
        poll.register(line.socket, polling.EPOLLIN)
    begun, answered = time.perf_counter(), 0
    for line in lines.values():
        line.socket.sendall(next(waiting))
    while answered < len(requests):
        for number, _event in poll.poll(5):
            line = lines[number]
            if line.has_answer(status):
                answered += 1
                with contextlib.suppress(StopIteration):
                    line.socket.sendall(next(waiting))
    rate = answered / (time.perf_counter() - begun)
    for line in lines.values():
        line.socket.close()
    return rate


def run_a_vote(box: Box, ballots: int, log: Path) -> None:
    """A vote with so many ballots over nearly all its hours, counted and announced, and its log in
    a file."""
    with box.platform.sessions() as session:
        filler = Filler.of(session, box)
        season = filler.season
        hours = int((clock.now() - season.vote_opens_at).total_seconds() // 3600) - 1
        gap = timedelta(hours=hours) / ballots
        services.keep_log(session, season, voters=box.platform.voters, now=season.vote_opens_at)
        for _ in filler.fill(ballots, lambda n: season.vote_opens_at + n * gap, cast=True):
            pass
        session.commit()
        for hour in range(1, hours + 2):
            at = season.vote_opens_at + timedelta(hours=hour)
            services.keep_log(session, season, voters=box.platform.voters, now=at)
            session.commit()
        season.vote_closes_at = clock.now() - timedelta(hours=1)
        now = clock.now()
        services.keep_log(session, season, voters=box.platform.voters, now=now)
        session.commit()
        services.count_at_once(session, voters=box.platform.voters, season=season, now=now)
        season.announced_at = now
        session.commit()
        found = queries.find_log(session, season.id)
        if found is None:
            raise RuntimeError("There is no log.")
        with log.open("w", encoding="utf-8") as file:
            for line in queries.lines(session, season.id, size=found.size):
                file.write(f"{line}\n")


def page_seconds(box: Box, times: int = 40) -> float:
    """How long the result page takes, made anew each time."""
    client = box.app.test_client()
    seconds = []
    for n in range(times):
        begun = time.perf_counter()
        answer = client.get(f"/vote?again={n}")
        seconds.append(time.perf_counter() - begun)
        if answer.status_code != 200 or "How the public voted" not in answer.text:
            raise RuntimeError("This is not the result.")
    return sorted(seconds)[times // 2]


def check_seconds(log: Path) -> tuple[float, float]:
    """How long `verify.py` takes for a log, and the MiB of memory it needs at most."""
    begun = time.perf_counter()
    done = subprocess.run(
        [PYTHON, "-I", "-c", _MEASURED, str(VERIFIER), str(log)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - begun
    return seconds, float(done.stdout.splitlines()[-1])


_MEASURED = """
import resource, runpy, sys
verifier, log = sys.argv[1:]
code = runpy.run_path(verifier)["main"](["verify", log])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(code)
"""


def own_memory() -> float:
    """The most this process has needed so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    # A process of its own sends the requests of a file: send.py PORT FILE STATUS.
    port, path, status = sys.argv[1:]
    requests = Path(path).read_bytes().split(b"\0")
    print(json.dumps(send(int(port), requests, status.encode())))
