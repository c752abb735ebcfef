"""What tests are handed: a database of either kind, the app, a browser, people, real servers.

Every test that touches the database runs twice, on SQLite and on PostgreSQL. Nothing is rolled
back: each test has a fresh copy of an empty database and commits for real, so that requests, jobs
and threads see what they would see in life.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.accounts import services as accounts
from app.accounts.models import User
from app.core import clock, jobs
from app.core.db import make_engine, make_sessions
from app.core.platform import Platform
from app.core.storage import S3Storage
from app.models import Base
from app.web.cache import PublicRevision
from config import Config
from tests import servers
from tests.browsing import Browser, browser_for
from tests.people import alice, bob, charlie, judy, olivia, school_a, school_b, season

__all__ = ["alice", "bob", "charlie", "judy", "olivia", "school_a", "school_b", "season"]

_numbers = count(1)


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
        make_empty_database(address.replace("/postgres?", "/empty?"))
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "hoike.db"
        shutil.copyfile(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, servers.Missing):
        give_up(server)
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE empty")
        yield server.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings that differ from the usual; a test module may give its own."""
    return {}


@pytest.fixture
def app(database: str, tmp_path: Path, environment: dict[str, str]) -> Iterator[Flask]:
    settings = {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": database,
        "PUBLIC_URL": "http://localhost",
        "SECRET_KEY": "a key that signs nothing but tests",
        "VOTE_KEY": "another key, for the hashes of voters",
        "LOG_LEVEL": "error",
        **environment,
    }
    made = create_app(Config.from_env(settings))
    made.config["TESTING"] = True
    yield made
    made.extensions["hoike"].engine.dispose()


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
        ran = jobs.run_waiting(platform)
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
