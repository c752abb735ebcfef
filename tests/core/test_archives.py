"""Archives that are written while their files are read."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from app.core.archives import UNKNOWN, ArchivedFile, archive_size, stream_archive

MOMENT = datetime(2027, 5, 1, 19, 0, tzinfo=UTC)


def words(name: str, *pieces: bytes, size: int | None = None) -> ArchivedFile:
    known = sum(map(len, pieces)) if size is None else size
    return ArchivedFile(name, known, lambda: iter(pieces))


def test_it_holds_its_files_and_is_as_long_as_foretold() -> None:
    files = [words("a/ʻokina.txt", b"one", b"two"), words("empty")]

    data = b"".join(stream_archive(files, MOMENT))

    assert len(data) == archive_size(files)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        held = {info.filename: archive.read(info) for info in archive.infolist()}
    assert held == {"a/ʻokina.txt": b"onetwo", "empty": b""}


def test_the_same_files_make_the_same_bytes() -> None:
    files = [words("film.mp4", b"film")]
    assert b"".join(stream_archive(files, MOMENT)) == b"".join(stream_archive(files, MOMENT))


@pytest.mark.parametrize("size", [2**31, 2_050_000_000, UNKNOWN])
def test_what_is_too_large_to_foretell_has_no_length(size: int) -> None:
    assert archive_size([words("film", size=size)]) is None


def test_a_file_of_unknown_size_is_whole() -> None:
    data = b"".join(stream_archive([words("kit", b"k", b"it", size=UNKNOWN)], MOMENT))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("kit") == b"kit"
