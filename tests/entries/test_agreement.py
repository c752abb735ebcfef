"""No upload begins before the school has accepted the agreement; what has arrived stays."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import clock
from app.core.errors import Refused
from app.core.platform import Platform
from app.core.storage import FolderStorage
from app.entries import services
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.media import services as media
from app.media.models import Asset
from app.schools import services as schools
from app.schools.models import School
from tests.browsing import Browser
from tests.factories import make_agreement, make_entry, make_team_code

SignIn = Callable[..., Browser]
WAITS = "Your school still has to accept the agreement. Your teacher knows."


@pytest.fixture
def draft(session: Session, season: Season, alice: User, school_a: School) -> Entry:
    entry = make_entry(
        session,
        season,
        school=school_a,
        teacher=alice,
        status=EntryStatus.DRAFT,
        submitted_at=None,
        slug=None,
    )
    make_team_code(session, entry, code="kapmun")
    return entry


def begin(session: Session, platform: Platform, entry: Entry) -> Asset:
    return services.begin_team_upload(
        session,
        platform.storage,
        entry=entry,
        size=7,
        fingerprint="0a",
        part_bytes=5_000_000,
        now=clock.now(),
    )


def accept(session: Session, alice: User, entry: Entry, season: Season, number: int) -> None:
    schools.accept_agreement(
        session,
        actor=alice,
        school=entry.school,
        season=season,
        number=number,
        name="Alice",
        now=clock.now(),
    )


def test_upload_begins_once_the_current_version_is_accepted(
    session: Session, platform: Platform, season: Season, alice: User, draft: Entry, tmp_path: Path
) -> None:
    path = tmp_path / "video"
    path.write_bytes(b"a video")
    before = draft.asset_id

    def whole() -> None:
        services.receive_team_file(
            session, platform.storage, entry=draft, path=path, now=clock.now()
        )

    for number in (1, 2):
        make_agreement(session, season)
        for deed in (lambda: begin(session, platform, draft), whole):
            with pytest.raises(Refused) as refused:
                deed()
            assert str(refused.value.reason) == WAITS
        assert draft.asset_id == before
        accept(session, alice, draft, season, number)
        begin(session, platform, draft)
    whole()

    assert draft.asset_id != before


def test_upload_that_was_under_way_is_finished_when_the_text_changes(
    session: Session, platform: Platform, season: Season, draft: Entry
) -> None:
    asset = begin(session, platform, draft)
    make_agreement(session, season)
    storage = platform.storage
    assert isinstance(storage, FolderStorage)
    crc32 = base64.b64encode(zlib.crc32(b"a video").to_bytes(4, "big")).decode()
    address = media.part_addresses(storage, asset, [(1, crc32)])[1]
    part = storage.root / "part"
    part.write_bytes(b"a video")
    with part.open("rb") as stream:
        storage.write_part(address.url.rpartition("/")[2], stream)

    services.complete_team_upload(session, storage, entry=draft, fingerprint="0a", now=clock.now())

    assert draft.asset_id == asset.id


def test_team_reads_what_its_upload_waits_for(
    session: Session, season: Season, alice: User, draft: Entry, client: Browser
) -> None:
    make_agreement(session, season)
    entered = client.submit(client.page("/team/"), code="kapmun")

    assert WAITS in entered.text
    assert entered.all("input", type="file", name="video") == []
    refused = client.post(
        "/team/upload",
        json={"size": 7, "fingerprint": "0a"},
        headers={
            "Accept": "application/json",
            "X-CSRFToken": entered.all("input", name="csrf_token")[0].get("value", ""),
        },
    )
    assert (refused.status_code, refused.get_json()["error"]) == (409, WAITS)
    accept(session, alice, draft, season, 1)
    after = client.page("/team/video")
    assert WAITS not in after.text
    assert len(after.all("input", type="file", name="video")) == 1


def test_teachers_read_who_can_accept(
    session: Session, season: Season, alice: User, bob: User, draft: Entry, sign_in: SignIn
) -> None:
    make_agreement(session, season)
    for person, words in ((alice, "Read and accept it"), (bob, "can accept it: Alice Akana")):
        browser = sign_in(person)
        for path in ("/teacher/entries/", f"/teacher/entries/{draft.id}"):
            page = browser.page(path)
            assert "Until your school accepts it" in page.text
            assert words in page.text
    accept(session, alice, draft, season, 1)
    assert "Until your school accepts it" not in sign_in(bob).page("/teacher/entries/").text


def test_slip_has_a_button_to_print_it(
    session: Session, season: Season, alice: User, draft: Entry, sign_in: SignIn
) -> None:
    page = sign_in(alice).page(f"/teacher/entries/{draft.id}/slip")

    button = page.one("button", page.one("main"), data_print="")
    assert button.get("hidden") is not None
    assert [s.get("src", "").partition("?")[0] for s in page.all("script")][-1] == (
        "/static/js/print.js"
    )
