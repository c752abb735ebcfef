"""One set of tests for both stores: a folder, and a bucket on a real server that speaks S3."""

from __future__ import annotations

import base64
import io
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from app.core.signing import BadToken, Signer
from app.core.storage import (
    NOWHERE,
    FolderStorage,
    Gone,
    Part,
    PartAddress,
    PartRefused,
    S3Storage,
    Storage,
    Unreachable,
)

LEAST_PART = 5 * 1024 * 1024
FIRST, LAST = b"a" * LEAST_PART, b"the end"


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


@pytest.fixture
def folder_storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(
        tmp_path / "storage", public_url="http://localhost", signer=Signer("k" * 32)
    )


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    store: Storage = request.getfixturevalue(
        "folder_storage" if request.param == "folder" else "s3"
    )
    return store


@pytest.fixture
def key() -> str:
    """A place of this test's own: the bucket outlives it."""
    return f"tests/{uuid4().hex}/video.mp4"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"picture and sound")
    return path


class Refusal(Exception):
    """The store did not take the part."""


def send_part(storage: Storage, address: PartAddress, body: bytes, announced: int) -> None:
    """Send a part as a browser would; raises Refusal."""
    if isinstance(storage, FolderStorage):
        token = urlsplit(address.url).path.rpartition("/")[2]
        try:
            storage.write_part(token, io.BytesIO(body))
        except PartRefused as error:
            raise Refusal from error
        return
    assert announced == len(body), "HTTP itself holds a browser to the length it gives"
    request = urllib.request.Request(  # noqa: S310
        address.url, data=body, method="PUT", headers=dict(address.headers)
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            assert answer.status == 200
    except urllib.error.HTTPError as error:
        error.close()
        raise Refusal from error


def send(storage: Storage, key: str, upload: str, number: int, body: bytes) -> None:
    address = storage.part_address(
        key,
        upload,
        number=number,
        offset=(number - 1) * LEAST_PART,
        size=len(body),
        crc32=crc32(body),
    )
    send_part(storage, address, body, len(body))


@pytest.fixture
def upload(storage: Storage, key: str) -> Iterator[str]:
    upload = storage.begin(key, size=len(FIRST) + len(LAST), content_type="video/mp4")
    yield upload
    storage.abort(key, upload)


def read(storage: Storage, key: str) -> bytes:
    with closing(storage.open(key)) as stream:
        return stream.read()


def test_stored_file_reads_back(storage: Storage, key: str, source: Path) -> None:
    storage.put(key, source, "video/mp4")

    assert read(storage, key) == b"picture and sound"
    assert storage.size(key) == 17
    with storage.local(key) as path:
        assert path.read_bytes() == b"picture and sound"


def test_stored_file_is_replaced_whole(storage: Storage, key: str, source: Path) -> None:
    storage.put(key, source, "video/mp4")
    other = source.with_name("other")
    other.write_bytes(b"new")

    storage.put(key, other, "video/mp4")

    assert read(storage, key) == b"new"
    assert source.read_bytes() == b"picture and sound"


def test_missing_file_is_gone(storage: Storage, key: str) -> None:
    with pytest.raises(Gone):
        storage.open(key)
    with pytest.raises(Gone):
        storage.size(key)
    with pytest.raises(Gone), storage.local(key):
        pass


def test_deleted_file_is_gone_and_deleting_again_is_no_error(
    storage: Storage, key: str, source: Path
) -> None:
    storage.put(key, source, "video/mp4")

    storage.delete(key)
    storage.delete(key)

    with pytest.raises(Gone):
        storage.size(key)


def test_store_that_works_passes_its_check(storage: Storage) -> None:
    storage.check()


def test_parts_become_one_file_in_whatever_order_they_come(
    storage: Storage, key: str, upload: str
) -> None:
    send(storage, key, upload, 2, LAST)
    send(storage, key, upload, 1, FIRST)
    parts = storage.parts(key, upload)
    with pytest.raises(Gone):
        storage.size(key)
    storage.complete(key, upload, parts)

    assert [(part.number, part.size) for part in parts] == [(1, len(FIRST)), (2, len(LAST))]
    assert read(storage, key) == FIRST + LAST


def test_part_sent_again_counts_once(storage: Storage, key: str, upload: str) -> None:
    send(storage, key, upload, 1, FIRST)
    send(storage, key, upload, 1, FIRST)

    assert [part.number for part in storage.parts(key, upload)] == [1]


def test_list_of_parts_says_where_to_go_on(storage: Storage, key: str, upload: str) -> None:
    before = storage.parts(key, upload)
    send(storage, key, upload, 1, FIRST)

    assert before == []
    assert [(part.number, part.size) for part in storage.parts(key, upload)] == [(1, LEAST_PART)]


def test_part_with_another_checksum_is_refused_and_does_not_count(
    storage: Storage, key: str, upload: str
) -> None:
    address = storage.part_address(
        key, upload, number=1, offset=0, size=len(FIRST), crc32=crc32(FIRST)
    )

    with pytest.raises(Refusal):
        send_part(storage, address, b"b" * LEAST_PART, LEAST_PART)

    assert storage.parts(key, upload) == []


def detour(s3: S3Storage, key: str, upload: str, data: bytes) -> str:
    """The token of our own address for part 1, announced as `data`."""
    address = s3.part_address(
        key, upload, number=1, offset=0, size=len(data), crc32=crc32(data)
    ).detour
    assert address is not None
    assert address.methods == ("PUT", "POST")
    return address.url.removeprefix("http://localhost/upload-parts/")


def test_part_reaches_the_bucket_by_way_of_us(s3: S3Storage, key: str) -> None:
    upload = s3.begin(key, size=len(FIRST), content_type="video/mp4")
    s3.write_part(detour(s3, key, upload, FIRST), io.BytesIO(FIRST))

    parts = s3.parts(key, upload)
    assert [(part.number, part.size) for part in parts] == [(1, len(FIRST))]
    s3.complete(key, upload, parts)
    assert read(s3, key) == FIRST


@pytest.mark.parametrize(
    "body", [b"", FIRST[:-1], FIRST + b"!", b"b" + FIRST[1:]], ids=["none", "short", "long", "else"]
)
def test_damaged_part_that_goes_by_way_of_us_does_not_count(
    s3: S3Storage, key: str, body: bytes
) -> None:
    upload = s3.begin(key, size=len(FIRST), content_type="video/mp4")
    token = detour(s3, key, upload, FIRST)

    with pytest.raises(PartRefused):
        s3.write_part(token, io.BytesIO(body))

    assert s3.parts(key, upload) == []
    s3.abort(key, upload)
    with pytest.raises(Gone):
        s3.write_part(token, io.BytesIO(FIRST))
    with pytest.raises(BadToken):
        s3.write_part(token[:-3], io.BytesIO(FIRST))


def test_bucket_that_is_not_there_is_told_from_a_damaged_part(s3: S3Storage, key: str) -> None:
    upload = s3.begin(key, size=len(FIRST), content_type="video/mp4")
    token = detour(s3, key, upload, FIRST)
    lost = S3Storage(
        s3.bucket,
        endpoint="http://127.0.0.1:9",
        region="us-east-1",
        access_key="a",
        secret_key="b",
        work_dir=Path("/nowhere"),
        public_url="http://localhost",
        signer=Signer("k" * 32),
    )
    with pytest.raises(Unreachable, match="could not be reached"):
        lost.write_part(token, io.BytesIO(FIRST))
    lost.client.close()
    s3.abort(key, upload)


def test_completing_twice_is_no_error(storage: Storage, key: str, upload: str) -> None:
    send(storage, key, upload, 1, FIRST)
    parts = storage.parts(key, upload)

    storage.complete(key, upload, parts)
    storage.complete(key, upload, parts)

    assert storage.size(key) == len(FIRST)


def test_aborted_upload_is_gone_and_aborting_again_is_no_error(
    storage: Storage, key: str, upload: str
) -> None:
    send(storage, key, upload, 1, FIRST)

    storage.abort(key, upload)
    storage.abort(key, upload)

    with pytest.raises(Gone):
        storage.parts(key, upload)
    with pytest.raises(Gone):
        storage.complete(key, upload, [Part(1, LEAST_PART, "x")])


def test_upload_nobody_began_is_gone(storage: Storage, key: str) -> None:
    with pytest.raises(Gone):
        storage.parts(key, "no-such-upload")


# What only one of the two does.


@pytest.mark.parametrize("body", [FIRST[:-1], FIRST + b"!", b""])
def test_folder_refuses_a_body_of_another_length(
    folder_storage: FolderStorage, body: bytes
) -> None:
    upload = folder_storage.begin("v", size=LEAST_PART, content_type="video/mp4")
    address = folder_storage.part_address(
        "v", upload, number=1, offset=0, size=LEAST_PART, crc32=crc32(FIRST)
    )

    with pytest.raises(Refusal):
        send_part(folder_storage, address, body, LEAST_PART)

    assert folder_storage.parts("v", upload) == []


class HangingLine(io.RawIOBase):
    """A body whose second half comes only after `meanwhile` has been done."""

    def __init__(self, body: bytes, meanwhile: Callable[[], None]) -> None:
        self.halves = [body[: len(body) // 2], body[len(body) // 2 :]]
        self.meanwhile = meanwhile

    def read(self, size: int = -1) -> bytes:
        if len(self.halves) == 1:
            self.meanwhile()
        return self.halves.pop(0) if self.halves else b""


def test_folder_lets_nothing_into_a_completed_file(folder_storage: FolderStorage) -> None:
    """A line kept open holds nothing up, and what comes over it later changes nothing."""
    upload = folder_storage.begin("v", size=len(LAST), content_type="video/mp4")
    send(folder_storage, "v", upload, 1, LAST)
    other = b"THE END"
    address = folder_storage.part_address(
        "v", upload, number=1, offset=0, size=len(other), crc32=crc32(other)
    )

    def complete() -> None:
        # The first half of the other body is in already; the checked part is sent once more.
        send(folder_storage, "v", upload, 1, LAST)
        folder_storage.complete("v", upload, folder_storage.parts("v", upload))

    token = address.url.rpartition("/")[2]
    with pytest.raises(Gone):
        folder_storage.write_part(token, cast(IO[bytes], HangingLine(other, complete)))

    assert read(folder_storage, "v") == LAST
    assert list((folder_storage.root / "uploads").iterdir()) == []


def test_folder_never_writes_over_what_counts(folder_storage: FolderStorage) -> None:
    """A damaged copy of a part, or one of another size, limps in after the whole one."""
    upload = folder_storage.begin("v", size=len(FIRST) + len(LAST), content_type="video/mp4")
    send(folder_storage, "v", upload, 1, FIRST)
    damaged = FIRST[:-3] + b"???"
    for offset, body, announced in (
        (0, damaged, FIRST),
        (0, damaged, damaged),
        (LEAST_PART - 10, b"?" * 17, b"?" * 17),
    ):
        address = folder_storage.part_address(
            "v", upload, number=9, offset=offset, size=len(body), crc32=crc32(announced)
        )
        with pytest.raises(Refusal):
            send_part(folder_storage, address, body, len(body))
    send(folder_storage, "v", upload, 2, LAST)
    folder_storage.complete("v", upload, folder_storage.parts("v", upload))

    assert read(folder_storage, "v") == FIRST + LAST


def test_folder_counts_no_part_that_somebody_wrote_into_meanwhile(
    folder_storage: FolderStorage,
) -> None:
    upload = folder_storage.begin("v", size=len(LAST), content_type="video/mp4")
    addresses = [
        folder_storage.part_address(
            "v", upload, number=1, offset=0, size=len(LAST), crc32=crc32(LAST)
        )
        for _ in range(2)
    ]

    def spoil() -> None:
        with pytest.raises(Refusal):
            send_part(folder_storage, addresses[1], b"THE END", len(LAST))

    token = addresses[0].url.rpartition("/")[2]
    with pytest.raises(PartRefused):
        folder_storage.write_part(token, cast(IO[bytes], HangingLine(LAST, spoil)))
    assert folder_storage.parts("v", upload) == []


def test_folder_goes_on_with_an_upload_from_before_parts_had_their_place_in_their_names(
    folder_storage: FolderStorage,
) -> None:
    upload = folder_storage.begin("v", size=len(LAST), content_type="video/mp4")
    record = folder_storage.root / "uploads" / upload / "3.part"
    record.write_text('{"size": 7, "offset": 14, "tag": "t"}')

    assert folder_storage.parts("v", upload) == [Part(3, 7, "t", 14)]


def test_folder_keeps_nothing_of_a_trial(folder_storage: FolderStorage) -> None:
    address = folder_storage.part_address(
        "", NOWHERE, number=1, offset=0, size=len(LAST), crc32=crc32(LAST)
    )
    before = sorted(folder_storage.root.rglob("*"))

    send_part(folder_storage, address, LAST, len(LAST))
    with pytest.raises(Refusal):
        send_part(folder_storage, address, b"THE END", len(LAST))

    assert sorted(folder_storage.root.rglob("*")) == before


def test_folder_says_how_much_room_there_is(folder_storage: FolderStorage, s3: S3Storage) -> None:
    free = folder_storage.free_bytes()
    assert free is not None
    assert free > 0
    assert s3.free_bytes() is None


def test_folder_takes_no_word_for_a_part_that_ends_after_the_upload(
    folder_storage: FolderStorage,
) -> None:
    upload = folder_storage.begin("v", size=len(LAST), content_type="video/mp4")
    address = folder_storage.part_address(
        "v", upload, number=1, offset=0, size=len(LAST), crc32=crc32(LAST)
    )

    class LateEnd(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if not found:  # Whether more follows is asked when all of it is written.
                folder_storage.complete("v", upload, [])
            return found

    with pytest.raises(Gone):
        folder_storage.write_part(address.url.rpartition("/")[2], LateEnd(LAST))
    assert list((folder_storage.root / "uploads").iterdir()) == []


def test_folder_finishes_a_completion_that_stopped_before_it_had_tidied_up(
    folder_storage: FolderStorage,
) -> None:
    upload = folder_storage.begin("v", size=len(LAST), content_type="video/mp4")
    send(folder_storage, "v", upload, 1, LAST)
    parts = folder_storage.parts("v", upload)
    target = folder_storage.path("v")
    assert target is not None
    target.parent.mkdir(parents=True)
    (folder_storage.root / "uploads" / upload / "data").replace(target)

    folder_storage.complete("v", upload, parts)

    assert read(folder_storage, "v") == LAST
    assert list((folder_storage.root / "uploads").iterdir()) == []


def test_folder_refuses_an_altered_address(folder_storage: FolderStorage) -> None:
    upload = folder_storage.begin("v", size=3, content_type="video/mp4")
    address = folder_storage.part_address(
        "v", upload, number=1, offset=0, size=3, crc32=crc32(b"abc")
    )
    token = address.url.rpartition("/")[2]
    altered = ("B" if token[0] != "B" else "C") + token[1:]

    with pytest.raises(BadToken):
        folder_storage.write_part(altered, io.BytesIO(b"abc"))


@pytest.mark.parametrize("key", ["../outside", "a/../../outside", "/etc/passwd", "a/../../../etc"])
def test_folder_never_leaves_its_folder(
    folder_storage: FolderStorage, tmp_path: Path, source: Path, key: str
) -> None:
    (folder_storage.root / "outside").write_text("secret")

    with pytest.raises(Gone):
        folder_storage.open(key)
    with pytest.raises(Gone):
        folder_storage.put(key, source, "video/mp4")
    with pytest.raises(Gone):
        folder_storage.delete(key)

    assert (folder_storage.root / "outside").read_text() == "secret"


@pytest.mark.parametrize("upload", ["..", "../files", "a/b", ".", ""])
def test_folder_takes_no_path_for_an_upload(folder_storage: FolderStorage, upload: str) -> None:
    with pytest.raises(Gone):
        folder_storage.parts("v", upload)


def test_bucket_hands_out_addresses_that_work_for_a_while(
    s3: S3Storage, key: str, source: Path
) -> None:
    s3.put(key, source, "video/mp4")

    address = s3.address(key, content_type="video/webm", filename="Ka ʻohana.webm")

    assert address is not None
    assert "X-Amz-Expires=60&" in address
    with urllib.request.urlopen(address) as answer:  # noqa: S310
        assert answer.read() == b"picture and sound"
        assert answer.headers["Content-Type"].partition(";")[0] == "video/webm"
        disposition = answer.headers["Content-Disposition"]
    assert disposition == "attachment; filename*=UTF-8''Ka%20%CA%BBohana.webm"


def test_bucket_refuses_an_address_for_another_file(s3: S3Storage, key: str, source: Path) -> None:
    s3.put(key, source, "video/mp4")
    address = s3.address(key, content_type="video/mp4")
    assert address is not None

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(address.replace("video.mp4", "other.mp4"))  # noqa: S310
    refusal.value.close()

    assert refusal.value.code == 403
