"""What tests are handed: a database of either kind, the app, a browser, people, real servers.

Every test that touches the database runs twice, on SQLite and on PostgreSQL, but for a few whose
time goes into films (tests/databases.py). Nothing is rolled back: each test begins with an
empty database and commits for real, so that requests, jobs and threads see what they would see in
life.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app, make_platform
from app.accounts import services as accounts
from app.accounts.models import User
from app.core import clock, worker
from app.core.db import make_engine, make_sessions
from app.core.platform import Platform
from app.core.storage import S3Storage
from app.models import Base
from app.web.cache import PageCache, PublicRevision
from config import Config
from tests import databases, servers
from tests.browsing import Browser, browser_for
from tests.people import alice, bob, charlie, judy, olivia, school_a, school_b, season, walter
from tests.waiting import run_waiting

__all__ = ["alice", "bob", "charlie", "judy", "olivia", "school_a", "school_b", "season", "walter"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--browser", action="store_true", help="drive a real browser as well")
    parser.addoption("--fast", action="store_true", help="only what is quick: see SLOW")


SLOW = (
    "tests/browser/",
    "tests/house/test_migrations.py",
    "tests/media/test_full_disk.py",
    "tests/media/test_killed_worker.py",
    "tests/media/test_pictures.py",
    "tests/media/test_services.py",
    "tests/seed/",
    "tests/showcase/test_archive.py",
    "tests/video/test_killed.py",
    "tests/video/test_main.py",
    "tests/video/test_render.py",
    "tests/video/test_run.py",
    "tests/video/test_school.py",
    "tests/video/test_source.py",
    "tests/video/test_station.py",
    "tests/video/test_verify.py",
    "tests/video/test_wall.py",
    "tests/voting/test_threats.py",
)
"""What takes a real encode, a whole server, a whole season, a thousand voters or every migration,
and is left out of a quick run."""
OF_WHOLE_RUNS = frozenset({"client", "clip", "long_clip", "s3", "sign_in", "station"})
"""Fixtures of pages, films and the object store."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A quick run is what needs no second database, no object store, no films and no pages:
    rules, queries, and services but for those of `SLOW`."""
    if not config.getoption("--fast"):
        return
    quick, left_out = [], []
    for item in items:
        slow = item.nodeid.startswith(SLOW) or "postgresql" in item.nodeid
        slow = slow or not OF_WHOLE_RUNS.isdisjoint(getattr(item, "fixturenames", ()))
        (left_out if slow else quick).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = quick


def pytest_collection_finish() -> None:
    """Spare the collector all that is imported: it saves a quarter of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def make_empty_database(url: str) -> None:
    """All tables, and the one row that is always there."""
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    with make_sessions(engine)() as session:
        session.add(PublicRevision(id=1, number=0))
        session.commit()
    engine.dispose()


def give_up(missing: servers.Missing) -> None:
    """Without a server its tests are skipped, saying why; where it must be there they fail."""
    if os.environ.get("CI") == "true":  # noqa: TID251
        pytest.fail(str(missing))
    pytest.skip(str(missing))


@pytest.fixture(scope="session")
def strong_hasher() -> PasswordHasher:
    """What hashes passwords in life."""
    return accounts._hasher


@pytest.fixture(scope="session", autouse=True)
def cheap_hasher(strong_hasher: PasswordHasher) -> Iterator[None]:
    """The same hash at the least cost: hundreds of tests sign in, none of them guesses."""
    dummy = accounts._dummy_hash
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    accounts._dummy_hash = accounts._hasher.hash("nobody has this password")
    yield
    accounts._hasher, accounts._dummy_hash = strong_hasher, dummy


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    make_empty_database(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | servers.Missing]:
    """The address of a server with an empty database called `empty`, or what is missing."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(servers.postgres())
        except servers.Missing as missing:
            yield missing
            return
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE empty")
        empty = address.replace("/postgres?", "/empty?")
        make_empty_database(empty)
        with psycopg.connect(empty, autocommit=True) as connection:
            databases.add_emptying(connection)
        yield address


@pytest.fixture(scope="session")
def engines() -> Iterator[databases.Engines]:
    engines = databases.Engines()
    yield engines
    engines.close()


@pytest.fixture(scope="session")
def sqlite_file(
    empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, engines: databases.Engines
) -> databases.SqliteFile:
    path = tmp_path_factory.mktemp("database") / "hoike.db"
    return databases.SqliteFile(empty_sqlite, path, engines)


@pytest.fixture(scope="session")
def postgres_database(
    postgres_server: str | servers.Missing,
) -> Iterator[databases.PostgresDatabase]:
    if isinstance(postgres_server, servers.Missing):
        give_up(postgres_server)
    with databases.postgres_database(postgres_server, "test") as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, for this test alone."""
    kind = "sqlite_file" if request.param == "sqlite" else "postgres_database"
    found: databases.SqliteFile | databases.PostgresDatabase = request.getfixturevalue(kind)
    found.refresh()
    return found.url


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings that differ from the usual; a test module may give its own."""
    return {}


AppMaker = Callable[[dict[str, str]], Flask]


@pytest.fixture(scope="session")
def wired_app(tmp_path_factory: pytest.TempPathFactory) -> AppMaker:
    """`wired_app(environment)` is an app with those settings, made once: wiring it takes time."""
    made: dict[tuple[tuple[str, str], ...], Flask] = {}

    def wired_app(environment: dict[str, str]) -> Flask:
        key = tuple(sorted(environment.items()))
        if key not in made:
            folder = tmp_path_factory.mktemp("app")
            settings = settings_for(f"sqlite:///{folder}/none.db", folder, environment)
            made[key] = create_app(Config.from_env(settings))
            made[key].config["TESTING"] = True
        return made[key]

    return wired_app


def settings_for(database: str, folder: Path, environment: dict[str, str]) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": database,
        "PUBLIC_URL": "http://localhost",
        "SECRET_KEY": "a key that signs nothing but tests",
        "VOTE_KEY": "another key, for the hashes of voters",
        "VOTE_WORK": "1",
        "LOG_LEVEL": "error",
        **environment,
    }


@pytest.fixture
def app(
    database: str,
    tmp_path: Path,
    environment: dict[str, str],
    wired_app: AppMaker,
    engines: databases.Engines,
) -> Iterator[Flask]:
    """The app on this test's own database and folders, nothing kept from earlier tests."""
    config = Config.from_env(settings_for(database, tmp_path, environment))
    celery = worker.make_celery(config.BROKER_URL, config.DATA_DIR)
    app = wired_app(environment)
    platform = make_platform(config, celery, engines.get(database))
    app.extensions.update(hoike=platform, celery=celery, pages=PageCache())
    yield app
    celery.close()


@pytest.fixture
def platform(app: Flask) -> Platform:
    platform: Platform = app.extensions["hoike"]
    return platform


@pytest.fixture
def session(platform: Platform) -> Iterator[Session]:
    with platform.sessions() as session:
        yield session


@pytest.fixture
def client(app: Flask, session: Session) -> Browser:
    """A browser. Each request commits the test's session first and makes it look anew after."""
    return browser_for(app, session)


@pytest.fixture
def sign_in(client: Browser, session: Session) -> Callable[..., Browser]:
    """`sign_in(user)` signs the client in, through a sign-in that is really there."""

    def sign_in(user: User, browser: Browser | None = None) -> Browser:
        browser = browser or client
        token = accounts.start_sign_in(session, user=user, now=clock.now())
        session.commit()
        with browser.session_transaction() as cookie:
            cookie.clear()
            cookie.permanent = True
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return browser

    return sign_in


@pytest.fixture
def run_jobs(platform: Platform, session: Session) -> Callable[[], int]:
    """`run_jobs()` runs all that waits and what that brings about; returns how many ran."""

    def run_jobs() -> int:
        session.commit()
        ran = run_waiting(platform)
        session.expire_all()
        return ran

    return run_jobs


@pytest.fixture(scope="session")
def mailbox() -> Iterator[servers.Mailbox]:
    with servers.smtp() as mailbox:
        yield mailbox


@pytest.fixture
def smtp(mailbox: servers.Mailbox, platform: Platform) -> servers.Mailbox:
    """A server that the platform's mail goes to, empty at first: see its `messages`."""
    mailbox.messages.clear()
    platform.postman.smtp_url = mailbox.url
    return mailbox


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Storage]:
    """A store on a real server that speaks S3."""
    with ExitStack() as stack:
        try:
            storage = stack.enter_context(servers.s3())
        except servers.Missing as missing:
            give_up(missing)
        yield storage
