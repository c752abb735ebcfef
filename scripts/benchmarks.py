"""The insides of scripts/bench: each measure runs in pairs, ours and the bare thing by turns.

A pair is measured within the same minute on the same machine, so its ratio means something even
where the absolute figures do not. Reported are medians over the pairs.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import event, text

from app import create_app
from app.contest import queries as contest
from app.core import clock
from app.core.platform import Platform
from app.entries import queries as entries
from app.entries.rules import EntryStatus
from app.judging import rules
from app.judging.rules import Candidate, Card
from app.video import run as running
from app.video.branding import CARDS, Brand
from app.video.recipes import LADDER
from app.video.render import make_branded, make_ladder, make_preview, remuxed
from app.video.run import find_tool
from app.video.source import probe
from config import Config
from scripts import bench_vote as bench_ballots
from scripts.supervisor import PYTHON, ROOT, Child, web_command
from tests import servers

MIB = 1024 * 1024
MOST_GROWTH = 64.0
"""MiB by which the web server may grow while it takes in an upload."""
AT_ONCE = 3
"""Parts under way at the same time, as our page sends them (app/static/js/upload.js)."""
CONNECTIONS = 16


def report(name: str, unit: str, pairs: list[tuple[float, float]]) -> None:
    """Print one measure: ours, the bare thing's, and the median of the pairs' ratios."""
    line = {
        "name": name,
        "value": round(median(ours for ours, _ in pairs), 2),
        "unit": unit,
        "against": round(median(bare for _, bare in pairs), 2),
        "ratio": round(median(ours / bare for ours, bare in pairs), 3),
    }
    print(json.dumps(line), flush=True)


def note(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def in_pairs(
    count: int, ours: Callable[[], float], bare: Callable[[], float]
) -> list[tuple[float, float]]:
    """Measure both `count` times, each time in the other order."""
    pairs = []
    for turn in range(count):
        if turn % 2:
            against = bare()
            pairs.append((ours(), against))
        else:
            value = ours()
            pairs.append((value, bare()))
        note(f"  pair {turn + 1} of {count}: {pairs[-1][0]:.2f} against {pairs[-1][1]:.2f}")
    return pairs


# Transcoding


def make_source(folder: Path, seconds: int) -> Path:
    """A 1080p source as a phone could have shot it: moving, noisy, with sound."""
    path = folder / "source.mp4"
    picture = f"testsrc2=size=1920x1080:rate=30:duration={seconds},noise=alls=12:allf=t"
    sound = f"anoisesrc=color=pink:duration={seconds}:amplitude=0.2:seed=1"
    argv = [
        *(str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y"),
        *("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "26", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "128k", "-ac", "2", str(path)),
    ]
    subprocess.run(argv, check=True)
    return path


def real_source(folder: Path, seconds: int) -> Path:
    """Half a minute of a park as a phone filmed it, where the shared films are; what was drawn by
    a program, where they are not. Noise that was drawn is decoded in no time, and a measure of
    decoding once or thrice needs a film."""
    film = ROOT.parent / "shared" / "media" / "dev" / "park_1080p30_loop6_34s.mp4"
    if not film.exists():
        return make_source(folder, seconds)
    path = folder / "source.mp4"
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y", "-i", str(film)]
    subprocess.run([*argv, "-t", str(seconds), "-c", "copy", str(path)], check=True)
    return path


def bare_ladder(source: Path, folder: Path) -> list[str]:
    """One ffmpeg command, as one would type it, that makes the same renditions."""
    names = [f"v{number}" for number in range(len(LADDER))]
    graph = f"[0:v]fps=30000/1001,split={len(LADDER)}" + "".join(f"[{name}]" for name in names)
    # As much as our own engine, it gives way to whatever people wait for.
    argv = ["nice", "-n", "10", str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y"]
    argv += ["-i", str(source)]
    outputs = []
    for name, recipe in zip(names, LADDER, strict=True):
        graph += f";[{name}]scale={recipe.width}:{recipe.height},setsar=1[o{name}]"
        outputs += [
            *("-map", f"[o{name}]", "-map", "0:a", "-c:v", "libx264", "-preset", recipe.preset),
            *("-profile:v", "high", "-pix_fmt", "yuv420p", "-crf", str(recipe.crf)),
            *("-maxrate", f"{recipe.maxrate}k", "-bufsize", f"{recipe.bufsize}k"),
            *("-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-c:a", "aac"),
            *("-b:a", f"{recipe.audio_rate}k", "-ar", "48000", "-ac", "2"),
            *("-map_metadata", "-1", "-movflags", "+faststart"),
            str(folder / f"{recipe.role}.mp4"),
        ]
    return [*argv, "-filter_complex", graph, *outputs]


def bench_transcode(folder: Path, *, quick: bool) -> None:
    note("transcode: the web ladder of a 30 s 1080p source against one bare ffmpeg command")
    source_path = make_source(folder, 5 if quick else 30)
    source = probe(source_path)

    def ours() -> float:
        started = time.perf_counter()
        made = make_ladder(source_path, source, folder / "ours")
        took = time.perf_counter() - started
        if len(made) != len(LADDER):
            raise RuntimeError("The platform made another number of renditions.")
        shutil.rmtree(folder / "ours")
        return took

    def bare() -> float:
        (folder / "bare").mkdir()
        started = time.perf_counter()
        subprocess.run(bare_ladder(source_path, folder / "bare"), check=True)
        took = time.perf_counter() - started
        shutil.rmtree(folder / "bare")
        return took

    report("transcode", "s", in_pairs(1 if quick else 5, ours, bare))


def cpu_of(work: Callable[[], object]) -> float:
    """CPU seconds of all that `work` starts and waits for.

    Bubblewrap does not tell what went on in its room, so for this measure the engine does without;
    the room itself costs some milliseconds a run.
    """
    walls = running.sandbox
    running.sandbox = lambda: "flags"  # type: ignore[assignment]
    try:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        work()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    finally:
        running.sandbox = walls
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fresh(folder: Path, make: Callable[[Path], object]) -> Callable[[], object]:
    """Makes things in a folder that is gone afterwards."""

    def work() -> None:
        folder.mkdir()
        make(folder)
        shutil.rmtree(folder)

    return work


def separate_runs(source: Path, folder: Path) -> None:
    """One run of ffmpeg for each rendition, as the well-known platforms do it."""
    for recipe in LADDER:
        argv = [
            *("nice", "-n", "10", str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y"),
            *("-i", str(source), "-map", "0:v", "-map", "0:a"),
            *("-vf", f"fps=30000/1001,scale={recipe.width}:{recipe.height},setsar=1"),
            *("-c:v", "libx264", "-preset", recipe.preset, "-profile:v", "high"),
            *("-pix_fmt", "yuv420p", "-crf", str(recipe.crf), "-maxrate", f"{recipe.maxrate}k"),
            *("-bufsize", f"{recipe.bufsize}k", "-g", "60", "-keyint_min", "60"),
            *("-sc_threshold", "0", "-c:a", "aac", "-b:a", f"{recipe.audio_rate}k"),
            *("-ar", "48000", "-ac", "2", "-map_metadata", "-1", "-movflags", "+faststart"),
            str(folder / f"{recipe.role}.mp4"),
        ]
        subprocess.run(argv, check=True)


def bench_separate(folder: Path, *, quick: bool) -> None:
    note("separate: CPU of the web ladder in one run against one run for each rendition")
    path = real_source(folder, 5 if quick else 30)
    source = probe(path)

    def ours() -> float:
        return cpu_of(fresh(folder / "ours", lambda out: make_ladder(path, source, out)))

    def others() -> float:
        return cpu_of(fresh(folder / "others", lambda out: separate_runs(path, out)))

    report("separate", "CPU s", in_pairs(1 if quick else 3, ours, others))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"name": "memory", "value": round(most), "unit": "MiB", "target": 1024}))


def bench_brand(folder: Path, *, quick: bool) -> None:
    note("brand: CPU of a second of the winner's film against a second of the plain ladder")
    path = real_source(folder, 5 if quick else 30)
    source = probe(path)
    brand = Brand(
        contest="Honolulu Internet Safety Awards",
        year=2026,
        award="1st place",
        title="Think Before You Post",
        team="Team Honu",
        school="Lunalilo Elementary",
        licence="CC BY 4.0",
        address="https://awards.example.org/watch/think",
        lower_third=True,
    )
    # The winner's rungs are made finer; here only the branding is compared.
    recipes = tuple(replace(recipe, role=f"brand_{recipe.height}") for recipe in LADDER)
    whole = CARDS.total(source.duration)

    def ours() -> float:
        def make(out: Path) -> object:
            return make_branded(path, source, brand, out, recipes=recipes)

        return cpu_of(fresh(folder / "ours", make)) / whole

    def plain() -> float:
        work = fresh(folder / "plain", lambda out: make_ladder(path, source, out))
        return cpu_of(work) / source.duration

    report("brand", "CPU s per second", in_pairs(1 if quick else 3, ours, plain))


def bench_preview(folder: Path, *, quick: bool) -> None:
    note("preview: time to the first thing to watch against the time of the whole ladder")
    path = real_source(folder, 5 if quick else 30)
    other = folder / "other.mp4"
    argv = [str(find_tool("ffmpeg")), "-v", "error", "-nostdin", "-y", "-i", str(path)]
    argv += ["-c:v", "mpeg4", "-q:v", "3", "-c:a", "copy", str(other)]
    subprocess.run(argv, check=True)

    def timed(work: Callable[[], object]) -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    def ladder(film: Path) -> Callable[[], float]:
        source = probe(film)
        return lambda: timed(fresh(folder / "made", lambda out: make_ladder(film, source, out)))

    def remux() -> float:
        def make(out: Path) -> None:
            if not remuxed(path, probe(path), out, None):
                raise RuntimeError("The file could not be copied.")

        return timed(fresh(folder / "made", make))

    def encode() -> float:
        def make(out: Path) -> object:
            return make_preview(other, probe(other), out)

        return timed(fresh(folder / "made", make))

    count = 1 if quick else 3
    report("preview-remux", "s", in_pairs(count, remux, ladder(path)))
    report("preview-encode", "s", in_pairs(count, encode, ladder(other)))


# Servers


def free_port() -> int:
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        return int(probe_socket.getsockname()[1])


@contextlib.contextmanager
def serving(served: str, port: int, env: dict[str, str], health: str) -> Iterator[Child]:
    """A server with the platform's own flags, up while the block runs."""
    child = Child(served, web_command("127.0.0.1", port, served=served), env)
    child.start()
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(port, "GET", health) == 200:
                    break
            if time.monotonic() > deadline or child.has_ended():
                raise RuntimeError(f"{served} did not start.")
            time.sleep(0.2)
        yield child
    finally:
        child.ask_to_end()
        deadline = time.monotonic() + 10
        while not child.has_ended() and time.monotonic() < deadline:
            time.sleep(0.05)
        child.bury()


def ask(port: int, method: str, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    finally:
        connection.close()


def settings(data: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATA_DIR": str(data),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMONSTRATION": "1",
        "LOG_LEVEL": "warning",
    }


def flask(env: dict[str, str], *words: str) -> None:
    argv = [PYTHON, "-m", "flask", "--app", "wsgi", *words]
    subprocess.run(argv, cwd=ROOT, env=env, check=True, stdout=sys.stderr)


def platform_of(site: Flask) -> Platform:
    found: Platform = site.extensions["hoike"]
    return found


# Uploads


def family(leader: int) -> list[int]:
    """The process and its children."""
    listed = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    return [leader, *(int(number) for number in listed)]


def memory(pids: list[int], field: str) -> float:
    """MiB that the processes hold (VmRSS) or held at most (VmHWM)."""
    total = 0.0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                total += int(line.split()[1]) / 1024
    return total


def bench_upload(folder: Path, *, quick: bool) -> None:
    note("upload: 1 GiB through our part addresses against one PUT to a bare WSGI sink")
    size = (128 if quick else 1024) * MIB
    port, bare_port = free_port(), free_port()
    env = settings(folder / "data", port)
    flask(env, "migrate")
    site = platform_of(create_app(Config.from_env(env)))
    sink_file = folder / "sink"
    part = os.urandom(site.part_bytes)
    crc32 = base64.b64encode(zlib.crc32(part).to_bytes(4, "big")).decode()
    growth: list[float] = []

    with (
        serving("wsgi:app", port, env, "/healthz") as server,
        serving(
            "scripts.bench_reference:sink",
            bare_port,
            env | {"BENCH_SINK": str(sink_file), "PYTHONPATH": str(ROOT)},
            "/",
        ),
    ):
        if server.process is None:
            raise RuntimeError("The server is gone.")
        pids = family(server.process.pid)

        def send(numbers: Iterator[int], key: str, store_id: str) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            for number in numbers:
                offset = (number - 1) * len(part)
                address = site.storage.part_address(
                    key, store_id, number=number, offset=offset, size=len(part), crc32=crc32
                )
                connection.request("PUT", urlsplit(address.url).path, body=part)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 204:
                    raise RuntimeError(f"A part was answered with {answer.status}.")
            connection.close()

        def ours() -> float:
            key = f"bench/{time.monotonic_ns()}"
            before = memory(pids, "VmRSS")
            for pid in pids:
                # Forget the highest memory so far, so that this upload's own shows.
                Path(f"/proc/{pid}/clear_refs").write_text("5")
            started = time.perf_counter()
            store_id = site.storage.begin(key, size=size, content_type="video/mp4")
            with ThreadPoolExecutor(AT_ONCE) as pool:
                parts = range(1, size // len(part) + 1)
                shares = [iter(parts[first::AT_ONCE]) for first in range(AT_ONCE)]
                for done in [pool.submit(send, share, key, store_id) for share in shares]:
                    done.result()
            site.storage.complete(key, store_id, site.storage.parts(key, store_id))
            took = time.perf_counter() - started
            growth.append(memory(pids, "VmHWM") - before)
            if site.storage.size(key) != size:
                raise RuntimeError("The upload did not arrive whole.")
            site.storage.delete(key)
            return size / MIB / took

        def bare() -> float:
            started = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", bare_port, timeout=120)
            connection.putrequest("PUT", "/")
            connection.putheader("Content-Length", str(size))
            connection.endheaders()
            for _ in range(size // len(part)):
                connection.send(part)
            connection.getresponse().read()
            connection.close()
            took = time.perf_counter() - started
            if sink_file.stat().st_size != size:
                raise RuntimeError("The sink did not get the whole file.")
            sink_file.unlink()
            return size / MIB / took

        # A machine's memory is slow the first time it is touched, for whichever comes first.
        in_pairs(1, ours, bare)
        note("  (that was to warm up)")
        growth.clear()
        pairs = in_pairs(1 if quick else 7, ours, bare)
    report("upload", "MiB/s", pairs)
    report("upload memory growth", "MiB", [(max(growth), MOST_GROWTH)])


# Pages


def seeded(folder: Path, port: int) -> dict[str, str]:
    """The settings of a demonstration whose gallery is open."""
    env = settings(folder / "data", port)
    if not (folder / "data").exists():
        note("  making a demonstration season to look at")
        flask(env, "migrate")
        flask(env, "seed", "--stage", "voting")
    return env


def load(port: int, path: str, seconds: float) -> dict[str, float]:
    """What `CONNECTIONS` impatient visitors get out of a page, measured by another process."""
    argv = [PYTHON, "-m", "scripts.bench_load", str(port), path, str(CONNECTIONS), str(seconds)]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def bench_pages(folder: Path, *, quick: bool) -> None:
    note("pages: /gallery against a view of one line, 16 connections")
    port, bare_port = free_port(), free_port()
    env = seeded(folder, port)
    seconds = 2.0 if quick else 3.0
    slowest: list[tuple[float, float]] = []
    seen: dict[str, float] = {}
    with (
        serving("wsgi:app", port, env, "/gallery"),
        serving("scripts.bench_reference:view", bare_port, env | {"PYTHONPATH": str(ROOT)}, "/"),
    ):

        def ours() -> float:
            seen["ours"] = (answer := load(port, "/gallery", seconds))["p99"]
            return answer["rate"]

        def bare() -> float:
            seen["bare"] = (answer := load(bare_port, "/", seconds))["p99"]
            return answer["rate"]

        def pair() -> tuple[float, float]:
            found = in_pairs(1, ours, bare)[0]
            slowest.append((seen["ours"], seen["bare"]))
            return found

        in_pairs(1, ours, bare)
        note("  (that was to warm up)")
        pairs = [pair() for _ in range(1 if quick else 9)]
    report("pages", "requests/s", pairs)
    report("pages p99", "ms", slowest)


LIGHTHOUSE = ROOT / ".venv/browser/node_modules/lighthouse/cli/index.js"


def phone_score(port: int, path: str, folder: Path) -> float:
    """Lighthouse's score, 0 to 100, for how fast a page comes to a phone."""
    answer = folder / "lighthouse.json"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
    subprocess.run(
        [
            *("node", LIGHTHOUSE, f"http://127.0.0.1:{port}{path}", "--quiet"),
            *("--no-enable-error-reporting", "--only-categories=performance"),
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
            *("--output=json", f"--output-path={answer}"),
        ],
        env={**os.environ, "CHROME_PATH": chromium},
        check=True,
    )
    return 100 * float(json.loads(answer.read_text())["categories"]["performance"]["score"])


def bench_phone(folder: Path, *, quick: bool) -> None:
    note("phone: Lighthouse's performance score of public pages, against a page of one line")
    port, bare_port = free_port(), free_port()
    env = seeded(folder, port)
    with (
        serving("wsgi:app", port, env, "/gallery"),
        serving("scripts.bench_reference:view", bare_port, env | {"PYTHONPATH": str(ROOT)}, "/"),
    ):
        bare = phone_score(bare_port, "/", folder)
        for path in ("/", "/gallery") if quick else ("/", "/gallery", "/winners", "/vote", "/ja/"):
            report(f"phone {path}", "points", [(phone_score(port, path, folder), bare)])


def count_statements(env: dict[str, str]) -> int:
    """How many statements a visitor's first look at the gallery takes."""
    site = create_app(Config.from_env(env))
    counted: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    event.listen(platform_of(site).engine, "before_cursor_execute", count)
    with site.test_client() as visitor:
        if visitor.get("/gallery").status_code != 200:
            raise RuntimeError("The gallery does not open.")
    platform_of(site).engine.dispose()
    return len(counted)


def thin_out(env: dict[str, str], most: int) -> int:
    """Leave at most so many entries in the gallery; returns how many there are."""
    site = platform_of(create_app(Config.from_env(env)))
    with site.sessions() as session:
        season = contest.get_current_season(session)
        for entry in entries.public_entries(session, season, now=clock.now())[most:]:
            entry.status = EntryStatus.RETURNED
        session.commit()
        left = len(entries.public_entries(session, season, now=clock.now()))
    site.engine.dispose()
    return left


def bench_queries(folder: Path, *, quick: bool) -> None:
    note("queries: SQL statements of /gallery with all entries against ten")
    env = seeded(folder, free_port())
    many = thin_out(env, 10_000)
    fewer = folder / "fewer"
    shutil.copytree(folder / "data", fewer, dirs_exist_ok=True)
    env_of_few = env | {"DATA_DIR": str(fewer)}
    few = thin_out(env_of_few, 10)
    note(f"  {many} entries against {few}")
    statements = [float(count_statements(which)) for which in (env, env_of_few)]
    report("queries", "statements", [(statements[0], statements[1])])


def round_of_scores(entry_count: int, judge_count: int) -> tuple[list[Card], dict[int, int]]:
    """Scorecards of a whole first round, as the planner would have it, and the rubric's weights."""
    candidates = [Candidate(n, n % 18, n % 3) for n in range(entry_count)]
    judges, none = range(judge_count), frozenset[tuple[int, int]]()
    number = rules.anchors_needed(entry_count)
    anchors = rules.choose_anchors(candidates, judges, none, number, 1)
    planned = rules.plan_assignments(candidates, judges, none, 3, {}, 1, anchors=set(anchors))
    dice = random.Random(1)  # noqa: S311
    cards = [
        Card(each.entry_id, each.judge_id, {n: dice.randint(1, 5) for n in range(5)})
        for each in planned
    ]
    return cards, {0: 30, 1: 25, 2: 20, 3: 15, 4: 10}


def bench_results(_folder: Path, *, quick: bool) -> None:
    note("results: ranking 500 entries x 15 judges x 5 criteria with bootstrap against 50 entries")

    def seconds(entry_count: int) -> float:
        cards, weights = round_of_scores(entry_count, 15)
        categories = [range(k, entry_count, 3) for k in range(3)]
        started = time.perf_counter()
        totals = {(c.entry_id, c.judge_id): rules.exact_mean(c.scores, weights) for c in cards}
        found = rules.evaluate(totals, categories)
        for entry_ids in categories:
            rules.rank(
                cards,
                entry_ids,
                weights=weights,
                decides_ties=0,
                reviews_least=3,
                scores=found.scores,
            )
        return time.perf_counter() - started

    report("results", "s", in_pairs(1 if quick else 5, lambda: seconds(500), lambda: seconds(50)))


# The public vote


@contextlib.contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a new database, SQLite's in `folder` or a PostgreSQL of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/hoike.db"
        return
    with servers.postgres() as address:
        yield address


def bench_vote(folder: Path, *, quick: bool) -> None:
    note("vote: casting ballots against inserting one row, 32 connections")
    number = 500 if quick else 2000
    for kind in ("sqlite", "postgresql"):
        data = folder / kind
        data.mkdir()
        with empty_database(kind, data) as database:
            port, bare_port = free_port(), free_port()
            env = settings(data, port) | {"DATABASE_URL": database, "PYTHONPATH": str(ROOT)}
            flask(env, "migrate")
            box = bench_ballots.open_box(env)
            with box.platform.engine.begin() as connection:
                connection.execute(text("CREATE TABLE bare_votes (token VARCHAR(200))"))
            bare_env = env | {"BENCH_DATABASE": database}
            requests = data / "requests"

            def rate(of: int, status: str, made: list[bytes], at: Path = requests) -> float:
                at.write_bytes(b"\0".join(made))
                argv = [PYTHON, "-m", "scripts.bench_vote", str(of), str(at), status]
                done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)
                return float(json.loads(done.stdout))

            def ours(box: bench_ballots.Box = box, port: int = port) -> float:
                return rate(port, "303", bench_ballots.confirmations(box, number, port))

            def bare(port: int = bare_port) -> float:
                row = "token=" + "x" * 120
                return rate(port, "200", [bench_ballots.post(port, "/insert", row)] * number)

            with (
                serving("wsgi:app", port, env, "/healthz"),
                serving("scripts.bench_reference:view", bare_port, bare_env, "/"),
            ):
                in_pairs(1, ours, bare)
                note("  (that was to warm up)")
                report(f"vote {kind}", "ballots/s", in_pairs(1 if quick else 5, ours, bare))


def bench_tally(folder: Path, *, quick: bool) -> None:
    many, few = (100_000, 1000) if quick else (1_000_000, 1000)
    note(f"tally: result page and verify.py with {many} ballots against {few}")
    seconds, checks = {}, {}
    for number in (few, many):
        data = folder / str(number)
        data.mkdir()
        env = settings(data, free_port())
        flask(env, "migrate")
        box = bench_ballots.open_box(env, days_ago=14)
        begun = time.perf_counter()
        bench_ballots.run_a_vote(box, number, data / "log.jsonl")
        note(
            f"  {number} ballots kept, counted and written in {time.perf_counter() - begun:.0f} s, "
            f"at most {bench_ballots.own_memory():.0f} MiB"
        )
        seconds[number] = 1000 * bench_ballots.page_seconds(box)
        checks[number] = bench_ballots.check_seconds(data / "log.jsonl")
        box.platform.engine.dispose()
    report("tally page", "ms", [(seconds[many], seconds[few])])
    report("verify.py", "s", [(checks[many][0], checks[few][0])])
    report("verify.py memory", "MiB", [(checks[many][1], checks[few][1])])


BENCHES = {
    "transcode": bench_transcode,
    "separate": bench_separate,
    "brand": bench_brand,
    "preview": bench_preview,
    "upload": bench_upload,
    "pages": bench_pages,
    "phone": bench_phone,
    "queries": bench_queries,
    "results": bench_results,
    "vote": bench_vote,
    "tally": bench_tally,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and rougher, one pair each")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"there is no bench named {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="hoike-bench-") as scratch:
        for name in options.names or BENCHES:
            # The two that look at pages share one demonstration season.
            shared = "pages" if name == "queries" else name
            folder = Path(scratch) / shared
            folder.mkdir(exist_ok=True)
            BENCHES[name](folder, quick=options.quick)


if __name__ == "__main__":
    main()
