"""Runs a server while its standard input is held open, then stops it and removes its folder.

`python tests/keeper.py <folder> <user id or -> <command> …`. Tests that are killed can't tidy up;
the end of their pipe is noticed all the same.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any


def keep(folder: Path, user: str, command: list[str]) -> int:
    """The server's exit code, once it has ended. One that ends by itself leaves its log."""
    owner: dict[str, Any] = {}
    if user != "-":
        group = pwd.getpwuid(int(user)).pw_gid
        owner = {"user": int(user), "group": group, "extra_groups": []}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            **owner,
        )
    tests_ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        tests_ended.set()
        server.send_signal(signal.SIGINT)  # PostgreSQL's way to stop without waiting.

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    code = server.wait()
    if tests_ended.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
