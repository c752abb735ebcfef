"""Runs the web server and the workers as one thing: started together, watched, stopped together."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from sqlalchemy.engine import make_url

from config import Config

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BEAT = 0.25
PATIENCE = 120.0
"""Seconds until the site must have answered for the first time."""
FAREWELL = 30.0
"""Seconds the children get to end in peace; a worker uses up to 8 of them for its jobs."""
MOST_RESTARTS = 5
MOST_LOG_BYTES = 10 * 1024 * 1024


class Stopped(Exception):
    """Somebody asked us to stop before the site stood."""


class Trouble(Exception):
    """Why the site cannot run, in a sentence for whoever sits at the terminal."""


def say(words: str) -> None:
    print(words, flush=True)


@dataclass
class Child:
    """One program under supervision. It leads a process group of its own."""

    name: str
    argv: list[str]
    env: dict[str, str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self) -> None:
        # A session of its own keeps the terminal's Ctrl-C for the supervisor, which then stops
        # everybody in order. The parent-death signal covers a supervisor that was killed itself.
        with contextlib.ExitStack() as files:
            output: IO[bytes] | None = None
            if self.log is not None:
                output = files.enter_context(self.log.open("ab"))
            self.process = subprocess.Popen(
                [*_dies_with_us(), *self.argv],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        if self.process is None:
            return True
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, flags) is not None

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def bury(self) -> int:
        """End whatever is left of the group, then the leader. Returns the leader's exit status."""
        if self.process is None:
            return 0
        # The leader is not reaped yet, so nobody else can own the number of its group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        status = self.process.wait()
        self.process = None
        return status


def _dies_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


class StopSignals:
    """How often somebody asked us to stop, by Ctrl-C or otherwise."""

    def __init__(self) -> None:
        self.count = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


class Supervisor:
    def __init__(self, children: list[Child], signals: StopSignals) -> None:
        self.children = children
        self.signals = signals

    @property
    def told_to_stop(self) -> bool:
        return self.signals.count > 0

    def start(self) -> None:
        for child in self.children:
            child.start()

    def look_after(self) -> None:
        """Start again whoever died. Raises Trouble when one dies again and again."""
        for child in self.children:
            if not child.has_ended():
                continue
            status = child.bury()
            now = time.monotonic()
            child.deaths.append(now)
            while child.deaths and now - child.deaths[0] > 60:
                child.deaths.popleft()
            where = f" Its log: {child.log}" if child.log else ""
            if len(child.deaths) > MOST_RESTARTS:
                raise Trouble(f"The {child.name} keeps ending (status {status}).{where}")
            say(f"The {child.name} ended unexpectedly (status {status}); starting it again.{where}")
            child.start()

    def stop(self) -> None:
        """End all children: politely first, by force when they take too long or on a second
        Ctrl-C."""
        already = self.signals.count
        for child in self.children:
            child.ask_to_end()
        deadline = time.monotonic() + FAREWELL
        slow = time.monotonic() + 2
        while not all(child.has_ended() for child in self.children):
            now = time.monotonic()
            if now > deadline or self.signals.count > already:
                break
            if slow and now > slow:
                say("The workers put their jobs aside. Ctrl-C again ends them at once.")
                slow = 0
            time.sleep(0.05)
        for child in self.children:
            child.bury()


def web_command(host: str, port: int, *, dev: bool = False, served: str = "wsgi:app") -> list[str]:
    if dev:
        return [
            *(PYTHON, "-m", "flask", "--app", "wsgi", "run", "--debug"),
            *("--host", host, "--port", str(port)),
        ]
    return [
        *(PYTHON, "-m", "granian", "--interface", "wsgi", "--workers", "2"),
        *("--blocking-threads", "32", "--backpressure", "256", "--no-ws"),
        *("--workers-kill-timeout", "15", "--respawn-failed-workers"),
        *("--host", host, "--port", str(port), "--log-level", "error", served),
    ]


def worker_command(queue: str, *, beat: bool) -> list[str]:
    argv = [
        *(PYTHON, "-m", "celery", "--app", "wsgi:celery", "--quiet", "worker", "--queues", queue),
        *("--hostname", f"{queue}@%h", "--concurrency", "1", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ]
    return [*argv, "--beat"] if beat else argv


def make_children(
    config: Config, env: dict[str, str], host: str, port: int, *, dev: bool, workers: bool
) -> list[Child]:
    children = [Child("web server", web_command(host, port, dev=dev), env)]
    if workers:
        logs = config.DATA_DIR / "logs"
        logs.mkdir(exist_ok=True)
        log = logs / "worker.log"
        if log.exists() and log.stat().st_size > MOST_LOG_BYTES:
            log.replace(logs / "worker.log.1")
        # SIGQUIT makes Celery hand an unfinished job back instead of waiting for its end.
        worker_env = env | {"REMAP_SIGTERM": "SIGQUIT"}
        for queue, beat in (("mail", True), ("video", False)):
            argv = worker_command(queue, beat=beat)
            children.append(Child(f"{queue} worker", argv, worker_env, log))
    return children


@contextlib.contextmanager
def alone_with(data: Path) -> Iterator[None]:
    """Hold the data folder, so that no second server works in it."""
    with (data / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"Another scripts/server is already serving {data}.") from None
        yield


def check_port(host: str, port: int) -> None:
    """Raise Trouble unless `host:port` can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} cannot be used ({error.strerror}). Choose another: --port {port + 1}"
            ) from error


def healthy(host: str, port: int) -> bool:
    """Whether the site answers at its address for health checks."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until_healthy(supervisor: Supervisor, host: str, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not supervisor.told_to_stop and not healthy(host, port):
        supervisor.look_after()
        if time.monotonic() > deadline:
            raise Trouble(f"The site did not answer within {PATIENCE:.0f} seconds.")
        time.sleep(BEAT)


def newest_code() -> float:
    """When the code that workers run was last changed."""
    files = [ROOT / "config.py", ROOT / "wsgi.py", *(ROOT / "app").rglob("*.py")]
    moments = []
    for file in files:
        # An editor may replace a file just while we look.
        with contextlib.suppress(FileNotFoundError):
            moments.append(file.stat().st_mtime)
    return max(moments)


def restart_workers(supervisor: Supervisor) -> None:
    say("The code changed; the workers start again.")
    children = [child for child in supervisor.children if child.name != "web server"]
    workers = Supervisor(children, supervisor.signals)
    workers.stop()
    workers.start()


def run_command(*words: str, env: dict[str, str], signals: StopSignals) -> None:
    """Run a program of ours to its end. Raises Trouble when it fails or somebody stops it."""
    child = Child(words[-1], list(words), env)
    child.start()
    while not child.has_ended():
        if signals.count:
            child.bury()
            raise Stopped
        time.sleep(0.05)
    if child.bury():
        raise Trouble("That did not work; the reason stands above.")


def is_new(config: Config, env: dict[str, str]) -> bool:
    """Whether nothing has been kept here yet. A database elsewhere is never taken for new."""
    if env.get("DATABASE_URL"):
        return False
    file = make_url(config.DATABASE_URL).database
    return file is None or not Path(file).exists()


def forget_half_made(config: Config) -> None:
    """Remove a demonstration whose making was interrupted. Nothing in it came from people."""
    data = config.DATA_DIR
    for file in data.glob("hoike.db*"):
        file.unlink()
    for folder in ("storage", "queue", "queue-control", "work"):
        shutil.rmtree(data / folder, ignore_errors=True)


def prepare(config: Config, env: dict[str, str], signals: StopSignals, *, empty: bool) -> None:
    """Bring the database up to date and, in a new folder, make the demonstration season.

    Sets DEMONSTRATION in `env`. Raises Trouble.
    """
    marker = config.DATA_DIR / "demonstration"
    if marker.exists() and empty:
        raise Trouble(
            f"{config.DATA_DIR} holds a demonstration. For an empty contest choose a new folder: "
            "--data DIR"
        )
    asked = env.get("DEMONSTRATION", "")
    if marker.exists() and marker.read_text().strip() != "ready" and not env.get("DATABASE_URL"):
        say("The demonstration season was left half made; making it anew.")
        forget_half_made(config)
        make = True
    else:
        fresh = is_new(config, env) and not config.PUBLIC_URL.startswith("https://")
        wanted = config.DEMONSTRATION if asked else fresh
        make = wanted and not empty and not marker.exists()
    if make:
        env["DEMONSTRATION"] = "1"
        say("Making the demonstration season. This takes a little while, once.")
        run_command(str(ROOT / "scripts" / "seed"), env=env, signals=signals)
    else:
        if marker.exists() and not asked:
            env["DEMONSTRATION"] = "1"
        say("Bringing the database up to date.")
        quiet = env | {"LOG_LEVEL": env.get("LOG_LEVEL") or "warning"}
        run_command(PYTHON, "-m", "flask", "--app", "wsgi", "migrate", env=quiet, signals=signals)


def read_settings(env: dict[str, str]) -> Config:
    try:
        return Config.from_env(env)
    except ValueError as error:
        raise Trouble(f"A setting is wrong. {error}") from error


def serve(options: argparse.Namespace) -> None:
    host, port = options.host, options.port
    if options.dev and host not in LOOPBACK:
        raise Trouble("scripts/dev shows code to whoever meets an error: it stays on this machine.")
    check_port(host, port)
    env = dict(os.environ)
    if options.data is not None:
        env["DATA_DIR"] = str(options.data.absolute())
    if not env.get("PUBLIC_URL"):
        loopback = host in ("0.0.0.0", "::", "127.0.0.1", "localhost")  # noqa: S104
        env["PUBLIC_URL"] = f"http://{'127.0.0.1' if loopback else host}:{port}"
    env["PATH"] = f"{Path(PYTHON).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    config = read_settings(env)
    config.DATA_DIR.mkdir(parents=True, exist_ok=True)
    env["DATA_DIR"] = str(config.DATA_DIR)
    signals = StopSignals()
    with alone_with(config.DATA_DIR):
        prepare(config, env, signals, empty=options.empty)
        config = read_settings(env)
        children = make_children(
            config, env, host, port, dev=options.dev, workers=not options.no_workers
        )
        supervisor = Supervisor(children, signals)
        try:
            supervisor.start()
            say("Starting the web server and the workers.")
            wait_until_healthy(supervisor, host, port)
            if not supervisor.told_to_stop:
                run_command(PYTHON, "-m", "scripts.welcome", env=env, signals=signals)
                if config.DEMONSTRATION and host not in LOOPBACK:
                    say("Careful: in a demonstration everybody who reaches this address may")
                    say("sign in as anybody.")
                say("Press Ctrl-C to stop.")
            watch(supervisor, dev=options.dev)
        finally:
            say("Stopping.")
            supervisor.stop()
            say("Stopped.")


def watch(supervisor: Supervisor, *, dev: bool) -> None:
    """Keep everybody running until told to stop."""
    code = newest_code()
    while not supervisor.told_to_stop:
        supervisor.look_after()
        if dev and (changed := newest_code()) != code:
            code = changed
            restart_workers(supervisor)
        time.sleep(1.0 if dev else BEAT)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/dev" if "--dev" in sys.argv else "scripts/server",
        description="Serves the whole platform: web server, workers, and at first a demonstration.",
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--data", type=Path, help="folder that keeps everything (data/)")
    parser.add_argument(
        "--empty", action="store_true", help="no demonstration season: begin with a contest's own"
    )
    parser.add_argument(
        "--no-workers", action="store_true", help="web server only; see scripts/worker"
    )
    parser.add_argument("--dev", action="store_true", help=argparse.SUPPRESS)
    try:
        serve(parser.parse_args())
    except Stopped:
        say("Stopped.")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
