"""Our own part addresses, and files handed out whole or in ranges."""

from __future__ import annotations

import base64
import errno
import resource
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Phase
from app.core import clock
from app.core.audit import AuditEvent
from app.core.jobs import Job, RunningJob
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.core.storage import FolderStorage, Gone, S3Storage, Unreachable
from app.entries.models import Entry
from app.media import rules, services
from app.media.models import Asset
from app.media.views import ways_json
from tests.browsing import Browser, words_of
from tests.factories import make_entry, make_season

SignIn = Callable[..., Browser]
DATA = b"the bytes of a video"
MIB = 1024 * 1024
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
JSON = {**SAME_SITE, "Accept": "application/json"}


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


class NoMoreThan:
    """Within, no file grows beyond so many bytes, as on a disk that is full."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __enter__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.most, self.before[1]))

    def __exit__(self, *_error: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        (Unreachable("no route"), 502, "does not answer"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "no room"),
    ],
)
def test_a_store_that_is_away_and_a_full_disk_are_told_apart(
    client: Browser,
    platform: Platform,
    upload: Asset,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Exception,
    status: int,
    words: str,
) -> None:
    def write_part(*_words: object) -> None:
        raise trouble

    monkeypatch.setattr(platform.storage, "write_part", write_part)
    answer = client.put(address(platform, upload), data=DATA, headers=JSON)
    assert answer.status_code == status
    assert words in answer.text


def test_a_full_store_keeps_what_arrived_and_tells_the_organizers_once_a_day(
    session: Session, client: Browser, platform: Platform, olivia: User
) -> None:
    data = bytes(3 * MIB)
    asset = services.begin_upload(
        session,
        platform.storage,
        size=2 * len(data),
        most_bytes=10 * len(data),
        fingerprint="0a",
        part_bytes=len(data),
        min_seconds=1,
        max_seconds=60,
        now=clock.now(),
    )
    crc32 = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    found = services.part_addresses(platform.storage, asset, [(1, crc32), (2, crc32)])
    first, second = (found[n].url.removeprefix("http://localhost") for n in (1, 2))
    assert client.put(first, data=data).status_code == 204

    for _ in range(2):
        with NoMoreThan(4 * MIB):
            answer = client.put(second, data=data)
        assert answer.status_code == 507
        assert answer.json == {
            "error": "There is no room left. What arrived is safe; try again later."
        }
    assert services.parts_missing(platform.storage, asset) == [2]
    assert session.scalars(select(AuditEvent.action)).all() == ["storage.full"]
    assert session.scalars(select(OutgoingMail.to)).all() == [olivia.email]
    services.report_full_storage(session, platform.limits, now=clock.now() + timedelta(days=1))
    assert len(session.scalars(select(OutgoingMail.to)).all()) == 2

    assert client.put(second, data=data).status_code == 204
    assert services.parts_missing(platform.storage, asset) == []


# Trying out a network


def begin_trial(client: Browser) -> dict[str, Any]:
    begun = client.post("/help/network", headers=SAME_SITE)
    assert begun.status_code == 200
    assert begun.json is not None
    return dict(begun.json)


def ask_parts(client: Browser, body: Any) -> Any:
    return client.post("/help/network/parts", json=body, headers=JSON)


def test_the_page_says_what_to_ask_the_technician_for_without_scripts(client: Browser) -> None:
    page = client.page("/help/network")
    text = words_of(page.one("textarea", id="technician"))
    assert "let HTTPS through to localhost" in text
    assert "requests of up to 8 MB through (at least 1 MB" in text


def test_trial_parts_go_where_an_uploads_would_and_leave_nothing(
    session: Session, client: Browser, platform: Platform
) -> None:
    assert isinstance(platform.storage, FolderStorage)
    before = sorted(platform.storage.root.rglob("*"))
    trial = begin_trial(client)
    assert {name: trial[name] for name in trial if name != "trial"} == {
        "part_bytes": 8 * MIB,
        "least_part_bytes": MIB,
        "sample_bytes": 4 * MIB,
        "bucket_sample": None,
    }
    crc32 = base64.b64encode(zlib.crc32(DATA).to_bytes(4, "big")).decode()
    asked = {"trial": trial["trial"], "parts": [{"size": len(DATA), "crc32": crc32}]}
    [part] = ask_parts(client, asked).json["parts"]
    assert [way["method"] for way in part["ways"]] == ["PUT", "POST"]
    path = part["ways"][0]["url"].removeprefix("http://localhost")
    assert path.startswith("/upload-parts/")
    for way in part["ways"]:
        path = way["url"].removeprefix("http://localhost")
        assert client.open(path, method=way["method"], data=DATA).status_code == 204
    assert client.put(path, data=DATA[:-1] + b"?").status_code == 422
    sample = client.get(f"/help/network/sample/{trial['trial']}")
    assert (sample.status_code, len(sample.data)) == (200, 4 * MIB)
    assert sample.headers["Cache-Control"] == "no-store"
    assert sorted(platform.storage.root.rglob("*")) == before
    assert session.scalars(select(Job.name)).all() == []


def test_garbage_for_a_trial_is_refused_in_words(client: Browser, platform: Platform) -> None:
    trial = begin_trial(client)["trial"]
    good = {"size": 5, "crc32": "AAAAAA=="}
    garbage: list[Any] = [
        None,
        [],
        "text",
        {},
        {"trial": trial},
        {"trial": trial, "parts": []},
        {"trial": trial, "parts": [good] * 5},
        {"trial": trial, "parts": [1]},
        {"trial": "x", "parts": [good]},
        {"trial": platform.signer.sign("upload-part", ["", ""]), "parts": [good]},
    ]
    nested = client.post("/help/network/parts", data="[" * 200_000, headers=JSON)
    assert nested.status_code == 409
    for body in garbage:
        assert ask_parts(client, body).status_code == 409, body
    for wrong in (
        {"size": 0},
        {"size": 8 * MIB + 1},
        {"size": "5"},
        {"size": True},
        {"crc32": "x"},
    ):
        trial = begin_trial(client)["trial"]
        body = {"trial": trial, "parts": [{**good, **wrong}]}
        assert ask_parts(client, body).status_code == 409, wrong
    assert client.get("/help/network/sample/x").status_code == 404


def test_a_network_is_not_tried_out_without_end(client: Browser) -> None:
    first = begin_trial(client)["trial"]
    good = {"trial": first, "parts": [{"size": 5, "crc32": "AAAAAA=="}]}
    asked = [ask_parts(client, good).status_code for _ in range(rules.TRIAL_ASKS_MOST + 1)]
    assert asked == [200] * rules.TRIAL_ASKS_MOST + [429]
    begun = [
        client.post("/help/network", headers=SAME_SITE).status_code
        for _ in range(rules.TRIALS_MOST)
    ]
    assert begun == [200] * (rules.TRIALS_MOST - 1) + [429]
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    answer = client.post("/help/network", headers=SAME_SITE, environ_overrides=elsewhere)
    assert answer.status_code == 200


def test_a_trial_of_a_bucket_goes_through_it_and_ends(
    session: Session,
    s3: S3Storage,
    platform: Platform,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trial = services.begin_trial(session, s3, platform.work_dir)
    data = bytes(5 * MIB)
    crc32 = base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()
    [address] = services.trial_addresses(s3, trial, [(len(data), crc32)])
    assert [(way["method"], urlsplit(way["url"]).path[:14]) for way in ways_json(address)] == [
        ("PUT", f"/{s3.bucket}/trials"),
        ("PUT", "/upload-parts/"),
        ("POST", "/upload-parts/"),
    ]
    asked = urllib.request.Request(  # noqa: S310
        address.url, data=data, method="PUT", headers=dict(address.headers)
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        assert answer.status == 200
    sample = services.sample_address(s3, trial)
    assert sample is not None
    with urllib.request.urlopen(sample) as answer:  # noqa: S310
        assert len(answer.read()) == rules.SAMPLE_BYTES

    [job] = session.scalars(select(Job)).all()
    assert job.run_at > clock.now() + timedelta(minutes=14)
    running = RunningJob(job.id, "token", replace(platform, storage=s3), timedelta(minutes=1))
    for _ in range(2):  # Twice is harmless.
        services.end_trial(running, **job.args)
    with pytest.raises(Gone):
        s3.parts(trial.key, trial.upload)
    with pytest.raises(Gone):
        s3.size(trial.sample_key)


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
    assert client.get("/media/if-only/poster.jpg").status_code == 410


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
