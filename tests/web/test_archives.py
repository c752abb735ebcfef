"""Archives that are sent as they are read, and go on where a connection broke."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from app.core.archives import ArchivedFile, archive_size
from app.web.archives import archive_response

MOMENT = datetime(2027, 5, 1, 19, 0, tzinfo=UTC)
BYTES = {"if-only/film.mp4": b"film" * 300_000, "if-only/ʻokina.txt": b"words", "empty": b""}


def pieces_of(data: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: (data[at : at + 65_536] for at in range(0, len(data), 65_536))


FILES = [ArchivedFile(name, len(data), pieces_of(data)) for name, data in BYTES.items()]


def ask(method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with Flask(__name__).test_request_context(method=method, headers=named):
        return archive_response(FILES, filename="if-only-kit.zip", etag="abc", moment=MOMENT)


def test_the_archive_is_as_long_as_foretold_and_the_same_each_time() -> None:
    answer = ask()
    data = answer.get_data()

    assert len(data) == archive_size(FILES) == answer.content_length
    assert ask().get_data() == data
    assert answer.headers["Accept-Ranges"] == "bytes"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == BYTES
        assert archive.infolist()[0].date_time == (2027, 5, 1, 19, 0, 0)


@pytest.mark.parametrize("broke_at", [0, 1, 29, 40, 65_000, 131_072, 1_200_050, -1])
def test_a_broken_download_goes_on_where_it_stopped(broke_at: int) -> None:
    whole = ask().get_data()
    broke_at %= len(whole)

    rest = ask(Range=f"bytes={broke_at}-", If_Range='"abc"')

    assert rest.status_code == (206 if broke_at else 200)
    assert whole[:broke_at] + rest.get_data() == whole
    if broke_at:
        last = len(whole) - 1
        assert rest.headers["Content-Range"] == f"bytes {broke_at}-{last}/{len(whole)}"
        assert rest.content_length == len(whole) - broke_at


def test_a_range_in_the_middle_and_the_last_bytes() -> None:
    whole = ask().get_data()
    assert ask(Range="bytes=100-199").get_data() == whole[100:200]
    assert ask(Range="bytes=-22").get_data() == whole[-22:]


def test_an_archive_that_changed_is_sent_whole() -> None:
    whole = ask().get_data()
    answer = ask(Range="bytes=100-", If_Range='"other"')
    assert (answer.status_code, answer.get_data()) == (200, whole)


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=x-y", "films=0-1", "bytes=0-1,5-6", "bytes=9-2", "-", "\x00"]
)
def test_a_range_that_is_none_gets_the_whole(asked: str) -> None:
    assert ask(Range=asked).get_data() == ask().get_data()


def test_a_range_behind_the_end_is_refused() -> None:
    answer = ask(Range="bytes=99999999-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{archive_size(FILES)}"


def test_what_a_browser_has_already_is_not_sent_again() -> None:
    assert ask(If_None_Match='"abc"').status_code == 304
    head = ask("HEAD")
    assert (head.content_length, head.get_data()) == (archive_size(FILES), b"")
