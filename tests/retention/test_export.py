"""Everything of a school in one archive, nothing of another's, and the same as in the database."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core.audit import AuditEvent
from app.core.db import Base
from app.core.platform import Platform
from app.entries.models import Entry
from app.media.models import Asset
from app.retention.queries import LEFT_OUT
from app.schools.models import Membership, School
from tests.browsing import Browser
from tests.factories import make_season
from tests.retention.schools import fill_school
from tests.retention.shelves import stored

SignIn = Callable[..., Browser]


@pytest.fixture
def season(session: Session) -> Season:
    return make_season(session, Phase.ANNOUNCED)


@pytest.fixture
def entry(
    session: Session,
    platform: Platform,
    season: Season,
    alice: User,
    bob: User,
    charlie: User,
    school_a: School,
    school_b: School,
    tmp_path: Path,
) -> Entry:
    """What Alice's school has; Charlie's has as much."""
    fill_school(
        session, platform, tmp_path, school=school_b, teacher=charlie, season=season, word="Waimea"
    )
    return fill_school(
        session,
        platform,
        tmp_path,
        school=school_a,
        teacher=alice,
        season=season,
        word="Kapa",
        scored=True,
    )


def opened(browser: Browser, address: str, page: str) -> tuple[bytes, zipfile.ZipFile]:
    token = browser.page(page).all("input", name="csrf_token")[0].get("value", "")
    answer = browser.post(address, data={"csrf_token": token})
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    return answer.data, archive


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def tables_below_schools() -> set[str]:
    """Every table whose rows point to a school's, however many keys lie between."""
    found = {"schools", "assets"}
    while True:
        more = {
            table.name
            for table in Base.metadata.sorted_tables
            for column in table.c
            for key in column.foreign_keys
            if key.column.table.name in found - set(LEFT_OUT)
        } | found
        if more == found:
            return found
        found = more


def test_archive_is_the_database(
    session: Session, platform: Platform, alice: User, bob: User, sign_in: SignIn, entry: Entry
) -> None:
    _data, archive = opened(sign_in(alice), "/teacher/school/export", "/teacher/school/")
    told = json.loads(archive.read("school.json"))
    tables = told["tables"]

    # Every table that can hold something of a school is in it, or says why not. The fixture fills
    # each, so an empty one means that it was forgotten.
    assert set(tables) == (tables_below_schools() - set(LEFT_OUT)) | {"users"}
    asset_ids = {entry.asset_id, entry.incoming_asset_id}
    of_school = {
        "schools": {entry.school_id},
        "entries": {entry.id},
        "assets": asset_ids,
        "users": {alice.id, bob.id},
        "memberships": {
            m.id for m in session.scalars(select(Membership)) if m.user_id in {alice.id, bob.id}
        },
    }
    for name, ids in of_school.items():
        assert {row["id"] for row in tables[name]} == ids, name
    for name, rows in tables.items():
        table = Base.metadata.tables[name]
        assert rows, name
        for row in rows:
            held = session.execute(select(table).where(table.c.id == row["id"])).one()._mapping
            same = {column: plain(held[column]) for column in row}
            assert row == same
            assert name == "users" or set(row) == set(table.c.keys())
    assert set(tables["users"][0]) == {
        "id",
        "email",
        "name",
        "created_at",
        "email_confirmed_at",
        "seen_at",
    }
    held = session.execute(
        select(AuditEvent.action, AuditEvent.subject)
        .where(AuditEvent.action != "school.exported")
        .order_by(AuditEvent.id)
    ).all()
    trail = json.loads(archive.read("trail.json"))
    mine = [(e["action"], e["about"]) for e in trail]
    assert mine[-6:] == [
        ("entry.created", str(entry.id)),
        ("release.attested", str(entry.people[0].id)),
        ("school.changed", str(entry.school_id)),
        ("award.given", str(entry.id)),
        ("account.signed-in", str(alice.id)),
        ("school.exported", str(entry.school_id)),
    ]
    assert [event for event in map(tuple, held) if event in mine] == mine[:-1]


def test_archive_holds_the_files_of_every_entry(
    session: Session, platform: Platform, alice: User, sign_in: SignIn, entry: Entry
) -> None:
    _data, archive = opened(sign_in(alice), "/teacher/school/export", "/teacher/school/")
    asset = session.get_one(Asset, entry.asset_id)
    folder = f"entries/{entry.code}"

    assert sorted(archive.namelist()) == sorted(
        [
            "README.txt",
            "school.json",
            "trail.json",
            f"{folder}/original.mkv",
            f"{folder}/captions-en.vtt",
            f"{folder}/credits.txt",
        ]
    )
    with platform.storage.open(asset.original_key) as file:
        assert archive.read(f"{folder}/original.mkv") == file.read()
    assert archive.read(f"{folder}/captions-en.vtt").decode() == entry.captions
    credits = archive.read(f"{folder}/credits.txt").decode()
    assert "Kapa title\nby Kapa team, Kapālama School\n\nWith\nKapa Kai\n" in credits
    assert "- Kapa song, unknown, school, permission" in credits


def test_archive_has_the_best_version_where_the_original_is_gone(
    session: Session, platform: Platform, alice: User, sign_in: SignIn, entry: Entry
) -> None:
    asset = session.get_one(Asset, entry.asset_id)
    platform.storage.delete(asset.original_key)

    _data, archive = opened(sign_in(alice), "/teacher/school/export", "/teacher/school/")

    best = asset.versions("web")[0]
    with platform.storage.open(best.key) as file:
        assert archive.read(f"entries/{entry.code}/1080p.mp4") == file.read()


def test_nothing_of_another_school_is_in_it_nor_any_password(
    session: Session, alice: User, sign_in: SignIn, entry: Entry, charlie: User
) -> None:
    _data, archive = opened(sign_in(alice), "/teacher/school/export", "/teacher/school/")

    everything = b"".join(archive.read(name) for name in archive.namelist())
    for secret in ("Waimea", charlie.email, charlie.name, alice.password_hash or "?", "voter_key"):
        assert secret.encode() not in everything, secret
    assert b"Kapa" in everything
    assert sum("other" in name for name in archive.namelist()) == 0


def test_organizer_takes_it_for_a_school_that_asks(
    session: Session, olivia: User, sign_in: SignIn, entry: Entry
) -> None:
    number = entry.school_id

    _data, archive = opened(
        sign_in(olivia), f"/organizer/schools/{number}/export", f"/organizer/schools/{number}"
    )

    told = json.loads(archive.read("school.json"))
    assert [row["id"] for row in told["tables"]["schools"]] == [number]
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.action == "school.exported"))
    assert (event.actor_id, event.subject) == (olivia.id, str(number))


def test_colleague_and_stranger_get_nothing(
    session: Session, bob: User, charlie: User, judy: User, sign_in: SignIn, entry: Entry
) -> None:
    for person, address, status in (
        (bob, "/teacher/school/export", 403),
        (charlie, f"/organizer/schools/{entry.school_id}/export", 403),
        (judy, "/teacher/school/export", 403),
    ):
        browser = sign_in(person)
        token = browser.page("/account/").all("input", name="csrf_token")[0].get("value", "")
        assert browser.post(address, data={"csrf_token": token}).status_code == status
    assert "Download everything" not in sign_in(bob).page("/teacher/school/").text


def test_organizer_asking_for_no_school_gets_404(
    session: Session, olivia: User, sign_in: SignIn, season: Season
) -> None:
    browser = sign_in(olivia)
    token = browser.page("/account/").all("input", name="csrf_token")[0].get("value", "")

    answer = browser.post("/organizer/schools/4711/export", data={"csrf_token": token})

    assert answer.status_code == 404


def test_export_of_many_films_is_streamed(
    session: Session, platform: Platform, alice: User, sign_in: SignIn, entry: Entry
) -> None:
    """The answer begins before the film is read: it can be taken away meanwhile."""
    browser = sign_in(alice)
    token = browser.page("/teacher/school/").all("input", name="csrf_token")[0].get("value", "")
    answer = browser.post("/teacher/school/export", data={"csrf_token": token}, buffered=False)
    pieces = answer.iter_encoded()

    first = next(iter(pieces))

    assert first[:2] == b"PK"
    assert len(stored(platform)) == 12
    answer.close()
