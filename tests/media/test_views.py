"""Our own part addresses, and files handed out whole or in ranges."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.platform import Platform
from app.core.storage import FolderStorage
from app.entries.models import Entry
from app.media import services
from app.media.models import Asset
from tests.browsing import Browser
from tests.factories import make_entry, make_season

SignIn = Callable[..., Browser]
DATA = b"the bytes of a video"


@pytest.fixture
def upload(session: Session, platform: Platform) -> Asset:
    return services.begin_upload(
        session,
        platform.storage,
        size=len(DATA),
        most_bytes=1000,
        fingerprint="0a",
        part_bytes=8 * 1024 * 1024,
        min_seconds=1,
        max_seconds=60,
        now=clock.now(),
    )


def address(platform: Platform, asset: Asset, data: bytes = DATA) -> str:
    """Where a browser would send the first part, announced as `data`."""
    crc32 = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    found = services.part_addresses(platform.storage, asset, [(1, crc32)])[1]
    return found.url.removeprefix("http://localhost")


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_part_arrives_by_either_method(
    client: Browser, platform: Platform, upload: Asset, method: str
) -> None:
    path = address(platform, upload)
    answer = client.open(path, method=method, data=DATA)
    assert (answer.status_code, answer.data) == (204, b"")
    assert services.parts_missing(platform.storage, upload) == []
    # An answer that got lost makes the browser send it again.
    assert client.open(path, method=method, data=DATA).status_code == 204


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"!", DATA[:-1] + b"?"])
def test_a_damaged_part_does_not_count(
    client: Browser, platform: Platform, upload: Asset, data: bytes
) -> None:
    answer = client.put(address(platform, upload), data=data)
    assert answer.status_code == 422
    assert answer.json == {"error": "A part arrived damaged. It is sent again."}
    assert services.parts_missing(platform.storage, upload) == [1]


def test_a_changed_or_foreign_address_is_refused(
    client: Browser, platform: Platform, upload: Asset
) -> None:
    path = address(platform, upload)
    foreign = platform.signer.sign("form.TeamCodeForm", "")
    for wrong in (path[:-9] + ("a" if path[-9] != "a" else "b") + path[-8:], "/upload-parts/x",
                  f"/upload-parts/{foreign}"):  # fmt: skip
        answer = client.put(wrong, data=DATA)
        assert answer.status_code == 403
        assert answer.json == {"error": "This address is too old. The upload asks for a new one."}
    assert services.parts_missing(platform.storage, upload) == [1]


def test_a_part_of_an_upload_that_is_over_is_not_taken(
    client: Browser, platform: Platform, upload: Asset
) -> None:
    path = address(platform, upload)
    assert upload.upload is not None
    platform.storage.abort(upload.original_key, upload.upload.store_id)
    answer = client.put(path, data=DATA)
    assert answer.status_code == 404
    assert answer.json == {"error": "This upload is over. Choose the file again."}


def test_a_part_is_never_larger_than_any_part_may_be(
    client: Browser, platform: Platform, upload: Asset
) -> None:
    answer = client.put(
        address(platform, upload), environ_overrides={"CONTENT_LENGTH": str(66 * 1024 * 1024)}
    )
    assert answer.status_code == 413


def test_looking_at_a_part_address_is_refused(
    client: Browser, platform: Platform, upload: Asset
) -> None:
    assert client.get(address(platform, upload)).status_code == 405
    assert services.parts_missing(platform.storage, upload) == [1]


# Handing out


@pytest.fixture
def shown(session: Session, platform: Platform, tmp_path: Path) -> Entry:
    """A public entry whose files hold digits."""
    season: Season = make_season(session, Phase.VOTING)
    entry = make_entry(session, season, slug="if-only")
    for rendition in session.get_one(Asset, entry.asset_id).renditions:
        path = tmp_path / rendition.role
        path.write_bytes(b"0123456789" * 10)
        platform.storage.put(rendition.key, path, rendition.content_type)
    return entry


def test_a_player_gets_the_range_it_asks_for(client: Browser, shown: Entry) -> None:
    part = client.get("/media/if-only/web_480.mp4", headers={"Range": "bytes=10-14"})
    assert (part.status_code, part.data) == (206, b"01234")
    assert part.headers["Content-Range"] == "bytes 10-14/100"
    assert part.headers["Content-Type"] == "video/mp4"
    end = client.get("/media/if-only/web_480.mp4", headers={"Range": "bytes=-3"})
    assert (end.status_code, end.data) == (206, b"789")
    beyond = client.get("/media/if-only/web_480.mp4", headers={"Range": "bytes=500-600"})
    assert beyond.status_code == 416
    whole = client.get("/media/if-only/web_480.mp4")
    assert (whole.status_code, len(whole.data)) == (200, 100)
    assert whole.headers["Accept-Ranges"] == "bytes"


def test_a_buckets_address_is_asked_for_anew_each_time(
    session: Session, client: Browser, shown: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = "https://bucket.example.org/poster?signed"
    monkeypatch.setattr(FolderStorage, "path", lambda _self, _key: None)
    monkeypatch.setattr(FolderStorage, "address", lambda _self, _key, **_rest: there)
    answer = client.get("/media/if-only/poster.jpg")
    assert (answer.status_code, answer.location) == (302, there)
    assert answer.headers["Cache-Control"] == "no-store"

    shown.captions = ""  # It is not public any more.
    assert client.get("/media/if-only/poster.jpg").status_code == 404


def test_a_file_that_is_known_is_not_sent_again(client: Browser, shown: Entry) -> None:
    first = client.get("/media/if-only/poster.jpg")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(
        "/media/if-only/poster.jpg", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    head = client.head("/media/if-only/web_480.mp4")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "100")


def test_a_file_that_is_gone_is_not_there(
    session: Session, client: Browser, shown: Entry, platform: Platform
) -> None:
    for rendition in session.get_one(Asset, shown.asset_id).renditions:
        platform.storage.delete(rendition.key)
    assert client.get("/media/if-only/poster.jpg").status_code == 404


def test_a_teachers_view_is_never_kept_by_a_cache(
    session: Session, sign_in: SignIn, olivia: User, shown: Entry
) -> None:
    answer = sign_in(olivia).get(f"/organizer/screening/{shown.id}/video/web_480")
    assert answer.headers["Cache-Control"] == "private, no-store"
