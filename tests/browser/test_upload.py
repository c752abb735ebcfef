"""An upload arrives whole, whatever happens to it on the way: in Chromium, through real servers."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as BrowserError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.rules import Phase
from app.core.audit import AuditEvent
from app.core.db import make_engine, make_sessions
from app.core.mail import OutgoingMail
from app.core.signing import Signer
from app.core.storage import S3Storage
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.media.models import Asset
from tests import object_store
from tests.browser.conftest import ROOT, shut, wait_for
from tests.browser.school import Manners, Proxy, proxy_for
from tests.conftest import make_empty_database
from tests.factories import make_entry, make_season, make_team_code, make_user
from tests.servers import free_port

PART = 5 * 1024 * 1024
MIB = 1024 * 1024
KEY = "a key that signs nothing but tests"
PYTHON = sys.executable


class Web:
    """A web server as `scripts/server` starts it, without workers, that can be killed."""

    def __init__(self, data: Path, port: int, public_url: str, **settings: str) -> None:
        self.data, self.port, self.public_url = data, port, public_url
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.public_url

    def start(self) -> None:
        environment = {
            **os.environ,  # noqa: TID251
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(self.data),
            "PUBLIC_URL": self.public_url,
            "SECRET_KEY": KEY,
            "UPLOAD_PART_BYTES": str(PART),
            "LOG_LEVEL": "critical",
            **self.settings,
        }
        command = (
            *(PYTHON, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"),
            *("--blocking-threads", "32", "--backpressure", "256", "--host", "127.0.0.1"),
            *("--port", str(self.port), "--log-level", "error", "wsgi:app"),
        )
        self.process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env=environment, start_new_session=True
        )
        wait_for(self._answers, 60, "the web server")

    def _answers(self) -> bool | None:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz"):
                return True
        except OSError:
            return None

    def kill(self) -> None:
        """As a power cut would: the server and all it started, without a word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def let_files_grow(self, most: int) -> None:
        """From now on no file may grow beyond `most` bytes, as on a disk that is full."""
        assert self.process is not None
        group = os.getpgid(self.process.pid)
        for pid in [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]:
            try:
                if os.getpgid(pid) == group:
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue


class School:
    """A season in a database of its own, the server it runs on, and the network before it."""

    def __init__(self, web: Web, proxy: Proxy | None, phase: Phase = Phase.SUBMISSIONS) -> None:
        self.web, self.proxy = web, proxy
        self.engine = make_engine(f"sqlite:///{web.data}/hoike.db")
        self.sessions = make_sessions(self.engine)
        with self.sessions() as session:
            self.season_id = make_season(session, phase).id
            make_user(session, Role.ORGANIZER, email="olivia@contest.example.org")
            session.commit()

    def new_entry(self, code: str) -> int:
        with self.sessions() as session:
            season = session.get_one(Season, self.season_id)
            entry = make_entry(
                session, season, status=EntryStatus.DRAFT, submitted_at=None, slug=None
            )
            entry.asset_id = None
            make_team_code(session, entry, code=code)
            session.commit()
            return entry.id

    def received(self, entry_id: int) -> str | None:
        """The SHA-256 of the entry's video, once it has arrived."""
        with self.sessions() as session:
            entry = session.get_one(Entry, entry_id)
            if entry.asset_id is None:
                return None
            key = session.get_one(Asset, entry.asset_id).original_key
        return hashlib.sha256((self.web.data / "storage/files" / key).read_bytes()).hexdigest()

    def parts_there(self, entry_id: int) -> int:
        """How many parts of the entry's half-sent video are there."""
        with self.sessions() as session:
            entry = session.get_one(Entry, entry_id)
            if entry.incoming_asset_id is None:
                return 0
            upload = session.get_one(Asset, entry.incoming_asset_id).upload
            assert upload is not None
            folder = self.web.data / "storage" / "uploads" / upload.store_id
        return len(list(folder.glob("*.part")))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def random_file(path: Path, size: int) -> Path:
    """Bytes that no proxy and no disk can make smaller."""
    path.write_bytes(random.Random(path.name).randbytes(size))  # noqa: S311
    return path


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A site that is reached through a school's proxy only."""
    data = tmp_path_factory.mktemp("school")
    make_empty_database(f"sqlite:///{data}/hoike.db")
    with proxy_for() as proxy:
        proxy.backend = free_port()
        web = Web(data, proxy.backend, f"http://127.0.0.1:{proxy.server_port}")
        school = School(web, proxy)
        web.start()
        yield school
        web.kill()
        school.engine.dispose()


@pytest.fixture
def manners(school: School) -> Iterator[Manners]:
    """How the proxy behaves in this test."""
    assert school.proxy is not None
    school.proxy.manners = Manners()
    yield school.proxy.manners
    school.proxy.manners = Manners()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three parts, the last one shorter."""
    return random_file(tmp_path_factory.mktemp("film") / "film.mp4", 2 * PART + 300_000)


Team = Callable[..., tuple[Page, int]]


@pytest.fixture
def team(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Team]:
    """`team(school)` types the code of a fresh entry on a fresh device; gives page and entry."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def team(
        school: School, *, code: str | None = None, entry: int = 0, clock: bool = False
    ) -> tuple[Page, int]:
        letters = "bdfghkmnprstvwz"
        if code is None:
            name = zlib.crc32(request.node.name.encode())
            code = "".join(letters[name // 15**n % 15] for n in range(6))
            entry = school.new_entry(code)
        context = chromium.new_context(base_url=school.web.public_url)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if clock:
            page.clock.install()
        page.goto("/team/")
        page.get_by_label("Team code").fill(code)
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("[data-upload][data-ready]")).to_be_attached()
        page.context.code = code  # type: ignore[attr-defined]
        return page, entry

    yield team
    for context in contexts:
        with suppress(BrowserError):  # A test may have closed it.
            context.cookies()  # Asking anything brings in what is still to be told.
    complained = list(complaints)  # Not of what pages were torn away from.
    for context in contexts:
        shut(context)
    assert complained == []


def expect_arrived(school: School, page: Page, entry: int, film: Path, seconds: float = 30) -> None:
    expect(page.locator("[data-video-state]")).to_be_visible(timeout=seconds * 1000)
    assert school.received(entry) == digest(film)


def test_a_server_that_is_killed_three_times_midway_gets_the_very_file(
    chromium: Browser, team: Team, tmp_path: Path
) -> None:
    film = random_file(tmp_path / "long.mp4", 60_000_123)
    data = tmp_path / "data"
    data.mkdir()
    make_empty_database(f"sqlite:///{data}/hoike.db")
    port = free_port()
    web = Web(data, port, f"http://127.0.0.1:{port}")
    school = School(web, None)
    web.start()
    try:
        page, entry = team(school)
        # As slow as a good school's line, so that there is a midway.
        slow = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": 12e6}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url) if "/upload-parts/" in r.url else None)
        page.set_input_files("#video", film)
        for there in (2, 5, 8):
            wait_for(
                lambda there=there: school.parts_there(entry) >= there or None, 40, "some parts"
            )
            web.kill()
            held = school.parts_there(entry)
            assert held < 12
            web.start()
            assert school.parts_there(entry) == held
        expect_arrived(school, page, entry, film, 60)
        # What had arrived was not sent again: at most three parts were under way at each kill.
        assert 12 <= len(sent) <= 12 + 3 * 2 * 3
    finally:
        web.kill()
        school.engine.dispose()


def test_a_closed_browser_and_the_next_day_go_on_where_it_stopped(
    school: School, team: Team, manners: Manners, film: Path, tmp_path: Path
) -> None:
    page, entry = team(school)
    # Whatever comes after the first two requests is lost: the lid was shut.
    manners.refuse = lambda _method, _size: 0 if len(manners.begun) > 2 else None
    page.set_input_files("#video", film)
    wait_for(lambda: school.parts_there(entry) == 2 or None, 20, "two parts")
    code = page.context.code  # type: ignore[attr-defined]
    page.context.close()

    manners.refuse = Manners().refuse
    manners.seen.clear()
    page, _ = team(school, code=code, entry=entry)
    expect(page.locator("main")).to_contain_text("percent of it has arrived and is safe")
    renamed = tmp_path / "the same under another name.mp4"
    renamed.write_bytes(film.read_bytes())
    page.set_input_files("#video", renamed)
    expect_arrived(school, page, entry, film)
    assert [status for _, _, status in manners.seen] == [204]


def test_another_file_is_asked_about_before_anything_is_let_go(
    school: School, team: Team, manners: Manners, film: Path, tmp_path: Path
) -> None:
    page, entry = team(school)
    manners.refuse = lambda _method, _size: 0 if len(manners.begun) > 1 else None
    page.set_input_files("#video", film)
    wait_for(lambda: school.parts_there(entry) == 1 or None, 20, "one part")
    page.get_by_role("button", name="Choose another file").click()
    manners.refuse = Manners().refuse
    other = random_file(tmp_path / "other.mp4", 400_000)
    page.set_input_files("#video", other)
    choice = page.locator("[data-choice]")
    expect(choice).to_contain_text("percent of it has arrived. Nothing is lost yet.")
    assert school.parts_there(entry) == 1

    # The old file after all: what was sent of it is still there.
    manners.seen.clear()
    page.get_by_role("button", name="Go on with the old file").click()
    expect_arrived(school, page, entry, film)
    assert len(manners.seen) == 2

    # And once more, the new one this time.
    page.set_input_files("#video", other)
    wait_for(lambda: (school.received(entry) == digest(other)) or None, 20, "the other file")


def test_the_new_file_begins_once_somebody_has_said_so(
    school: School, team: Team, manners: Manners, film: Path, tmp_path: Path
) -> None:
    page, entry = team(school)
    manners.refuse = lambda _method, _size: 0 if len(manners.begun) > 1 else None
    page.set_input_files("#video", film)
    wait_for(lambda: school.parts_there(entry) == 1 or None, 20, "one part")
    manners.refuse = Manners().refuse
    page.reload()
    other = random_file(tmp_path / "other.mp4", 400_000)
    page.set_input_files("#video", other)
    page.get_by_role("button", name="Begin with this one").click()
    expect_arrived(school, page, entry, other)


@pytest.mark.parametrize("status", [405, 501, 403, 0])
def test_where_put_is_forbidden_post_does_it(
    school: School, team: Team, manners: Manners, film: Path, status: int
) -> None:
    manners.refuse = lambda method, _size: status if method == "PUT" else None
    page, entry = team(school)
    page.set_input_files("#video", film)
    expect_arrived(school, page, entry, film)
    assert {(m, s) for m, _, s in manners.seen} == {("PUT", status), ("POST", 204)}


@pytest.mark.parametrize("status", [413, 0])
def test_where_no_bucket_is_to_be_reached_parts_go_by_way_of_us(
    team: Team, film: Path, tmp_path: Path, s3: S3Storage, status: int
) -> None:
    make_empty_database(f"sqlite:///{tmp_path}/hoike.db")
    port = free_port()
    settings = {
        "STORAGE_URL": f"s3://{s3.bucket}",
        "S3_ENDPOINT": s3.client.meta.endpoint_url,
        "S3_ACCESS_KEY": object_store.ACCESS_KEY,
        "S3_SECRET_KEY": object_store.SECRET_KEY,
    }
    web = Web(tmp_path, port, f"http://127.0.0.1:{port}", **settings)
    school = School(web, None)
    web.start()
    try:
        page, entry = team(school)
        # The filter knows no bucket, and forbids PUT: only the last of three ways is open.
        page.route(
            f"{s3.client.meta.endpoint_url}/**",
            lambda route: route.fulfill(status=status) if status else route.abort(),
        )
        page.route(
            "**/upload-parts/*",
            lambda route: (
                route.fulfill(status=405) if route.request.method == "PUT" else route.continue_()
            ),
        )
        page.set_input_files("#video", film)
        expect(page.locator("[data-video-state]")).to_be_visible(timeout=30_000)
        with school.sessions() as session:
            asset_id = session.get_one(Entry, entry).asset_id
            key = session.get_one(Asset, asset_id).original_key
        with closing(s3.open(key)) as stream:
            assert hashlib.sha256(stream.read()).hexdigest() == digest(film)
    finally:
        web.kill()
        school.engine.dispose()


@pytest.mark.parametrize("status", [413, 400, 0])
def test_where_large_bodies_are_forbidden_small_parts_do_it(
    school: School, team: Team, manners: Manners, film: Path, status: int
) -> None:
    manners.refuse = lambda _method, size: status if size > 3 * MIB else None
    page, entry = team(school)
    page.set_input_files("#video", film)
    expect_arrived(school, page, entry, film)
    assert {s for _, size, s in manners.seen if size > 3 * MIB} == {status}
    assert {size for _, size, s in manners.seen if s == 204} == {PART // 2, 300_000}


def test_parts_shrink_to_a_mebibyte_in_the_middle_and_keep_what_was_sent(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    """The laptop was carried from home to a school that takes a little over a mebibyte."""

    large: list[int] = []

    def refuse(_method: str, size: int) -> int | None:
        if size <= 1.3 * MIB:
            return None
        large.append(size)
        return 413 if len(large) > 1 else None

    manners.refuse = refuse
    page, entry = team(school)
    page.set_input_files("#video", film)
    expect_arrived(school, page, entry, film)
    sizes = [size for _, size, s in manners.seen if s == 204]
    assert min(size for size in sizes if size != 300_000) == PART // 4
    assert max(sizes) == PART
    assert sum(sizes) < 2 * film.stat().st_size


def test_a_proxy_that_keeps_parts_and_never_answers_is_not_waited_for_for_ever(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    manners.swallow = lambda size: size > 3 * MIB
    page, entry = team(school, clock=True)
    page.set_input_files("#video", film)
    wait_for(lambda: len(manners.seen) >= 2 or None, 20, "parts that are swallowed")

    def a_while_later() -> str | None:
        page.clock.fast_forward(91_000)
        return school.received(entry)

    wait_for(a_while_later, 30, "the parts to be sent another way")
    expect_arrived(school, page, entry, film)
    assert {status for _, size, status in manners.seen if size > 3 * MIB} == {-1}


def test_a_network_that_is_gone_for_ten_minutes_is_waited_for(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    page, entry = team(school, clock=True)
    page.context.set_offline(True)
    page.set_input_files("#video", film)
    expect(page.locator("[data-status]")).to_contain_text("goes on by itself when it is back")
    for _ in range(10):
        page.clock.fast_forward(60_000)
    expect(page.locator("[data-status]")).to_contain_text("goes on by itself when it is back")
    page.context.set_offline(False)
    expect_arrived(school, page, entry, film)


def test_addresses_that_expired_while_the_laptop_slept_are_asked_for_anew(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    signer = Signer(KEY)
    slept: list[int] = []

    def hours_ago(token: str) -> str:
        serializer = signer._serializer("upload-part")
        payload = serializer.loads(token)
        old = serializer.make_signer(serializer.salt)
        old.get_timestamp = lambda: int(time.time()) - 7 * 3600
        return old.sign(serializer.dump_payload(payload)).decode()

    def age(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        if len(slept) < 3:
            slept.append(1)
            for way in body["parts"][0]["ways"]:
                url, _, token = way["url"].rpartition("/")
                way["url"] = f"{url}/{hours_ago(token)}"
        route.fulfill(response=answer, json=body)

    page, entry = team(school)
    page.route("**/team/upload/parts", age)
    page.set_input_files("#video", film)
    expect_arrived(school, page, entry, film)
    assert sorted({status for *_, status in manners.seen}) == [204, 403]


def test_a_damaged_part_is_sent_again_by_itself(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    manners.damage = lambda: len(manners.seen) < 2
    page, entry = team(school)
    page.set_input_files("#video", film)
    expect_arrived(school, page, entry, film)
    assert 422 in {status for *_, status in manners.seen}


def test_what_is_damaged_again_and_again_is_said_in_words(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    manners.damage = lambda: True
    page, entry = team(school)
    page.set_input_files("#video", film)
    expect(page.locator("[data-status]")).to_contain_text("changes the video on its way")
    assert len(manners.seen) <= 15
    manners.damage = Manners().damage
    page.get_by_role("button", name="Go on").click()
    expect_arrived(school, page, entry, film)


def test_a_full_store_says_so_loses_nothing_and_alerts_the_organizers(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    page, entry = team(school, clock=True)
    school.web.let_files_grow(PART + MIB)
    try:
        page.set_input_files("#video", film)
        expect(page.locator("[data-status]")).to_contain_text("storage is full")
        expect(page.locator("[data-status]")).to_contain_text("organizers have been told")
    finally:
        school.web.let_files_grow(resource.RLIM_INFINITY)
    with school.sessions() as session:
        assert alerts(session) == (["storage.full"], ["olivia@contest.example.org"])
    page.clock.fast_forward(61_000)
    expect_arrived(school, page, entry, film)


def alerts(session: Session) -> tuple[list[str], list[str]]:
    """What was written down, and who was mailed, about the store."""
    written = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("storage%")))
    mailed = session.scalars(
        select(OutgoingMail.to).where(OutgoingMail.template == "media/storage_full")
    )
    return list(written), list(mailed)


def test_a_device_that_lost_its_code_says_what_to_do(
    school: School, team: Team, manners: Manners, film: Path
) -> None:
    page, entry = team(school)
    page.context.clear_cookies()
    page.set_input_files("#video", film)
    expect(page.locator("[data-status]")).to_contain_text("no longer has the team code")
    assert school.received(entry) is None


@pytest.mark.parametrize(
    ("rules", "verdict", "results"),
    [
        ({}, "It works. A video of 200 MB takes about a minute", ["works", "works", "works"]),
        (
            {"refuse": lambda method, _size: 403 if method == "PUT" else None},
            "It works.",
            ["blocked on the way (answer 403)", "works", "works"],
        ),
        (
            {"refuse": lambda _method, size: 413 if size > 3 * MIB else None},
            "It works in small parts.",
            ["works", "works", "blocked on the way (answer 413)"],
        ),
        (
            {"refuse": lambda _method, _size: 0},
            "Videos don't get through from here.",
            ["the line broke", "the line broke"],
        ),
        ({"damage": lambda: True}, "Videos don't get through", ["arrived changed"]),
    ],
)
def test_the_test_of_a_network_says_in_words_what_works(
    chromium: Browser,
    school: School,
    manners: Manners,
    rules: dict[str, Callable[..., object]],
    verdict: str,
    results: list[str],
) -> None:
    for name, rule in rules.items():
        setattr(manners, name, rule)
    before = sorted(p.name for p in (school.web.data / "storage").rglob("*"))
    page = chromium.new_page(base_url=school.web.public_url)
    page.goto("/help/network")
    page.get_by_role("button", name="Begin the test").click()
    expect(page.locator("[data-status]")).to_contain_text(verdict)
    said = page.locator("[data-results] dd").all_inner_texts()
    assert said[: len(results)] == results
    text = page.locator("#technician").input_value()
    host = school.web.public_url.removeprefix("http://")
    assert f"- Sending to {host} with PUT: {results[0]}" in text
    assert sorted(p.name for p in (school.web.data / "storage").rglob("*")) == before
    page.close()
