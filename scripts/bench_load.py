"""Asks for one page over several connections at once: bench_load.py PORT PATH CONNECTIONS SECONDS.

Prints one JSON object. One thread on one epoll, so that it costs little beside the server it loads.
"""

from __future__ import annotations

import json
import re
import select
import socket
import sys
import time
from dataclasses import dataclass, field

LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass
class Line:
    """A kept-alive connection with one question under way."""

    socket: socket.socket
    asked_at: float = 0.0
    heard: bytearray = field(default_factory=bytearray)

    def ask(self, question: bytes) -> None:
        self.asked_at = time.perf_counter()
        self.socket.sendall(question)

    def has_answer(self) -> bool:
        """Take in what arrived. Raises ValueError for any answer but a whole 200."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ValueError("The server hung up.")
        self.heard += data
        end = self.heard.find(b"\r\n\r\n")
        if end < 0:
            return False
        found = LENGTH.search(self.heard, 0, end + 2)
        if not self.heard.startswith(b"HTTP/1.1 200 ") or found is None:
            raise ValueError(f"Not a plain 200: {bytes(self.heard[:200])!r}")
        if len(self.heard) < end + 4 + int(found.group(1)):
            return False
        self.heard.clear()
        return True


def load(port: int, path: str, connections: int, seconds: float) -> dict[str, float]:
    """Requests a second, and the 50th and 99th percentile of the answer times in milliseconds."""
    question = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    poll = select.epoll()
    lines = {}
    for _ in range(connections):
        line = Line(socket.create_connection(("127.0.0.1", port)))
        lines[line.socket.fileno()] = line
        poll.register(line.socket, select.EPOLLIN)
    times: list[float] = []
    begun = time.perf_counter()
    for line in lines.values():
        line.ask(question)
    while (now := time.perf_counter()) < begun + seconds:
        for number, _event in poll.poll(1):
            line = lines[number]
            if line.has_answer():
                times.append(time.perf_counter() - line.asked_at)
                line.ask(question)
    for line in lines.values():
        line.socket.close()
    times.sort()
    return {
        "rate": len(times) / (now - begun),
        "p50": 1000 * times[len(times) // 2],
        "p99": 1000 * times[len(times) * 99 // 100],
    }


if __name__ == "__main__":
    port, path, connections, seconds = sys.argv[1:]
    print(json.dumps(load(int(port), path, int(connections), float(seconds))))
