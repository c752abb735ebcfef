"""Files in a folder. A part is written in place at its offset, so completing copies nothing."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from isal import isal_zlib

from app.core.signing import Signer
from app.core.storage.protocol import (
    PART_PURPOSE,
    PART_SECONDS,
    Gone,
    Part,
    PartAddress,
    PartRefused,
    Readable,
    StorageFull,
    own_address,
)

CHUNK = 512 * 1024
ROOM_TO_SPARE = 1024**3
NOWHERE = ""
"""The upload that a trial part belongs to: what is sent there is counted and thrown away."""


class FolderStorage:
    """A store in `root`. Part addresses are ours: `<public_url>/upload-parts/<signed token>`."""

    least_part_bytes = 1024 * 1024
    may_change_part_size = True

    def __init__(self, root: Path, *, public_url: str, signer: Signer) -> None:
        self.root = root
        self._uploads = root / "uploads"
        self._arriving = root / "arriving"
        self._public_url = public_url
        self._signer = signer
        self._uploads.mkdir(parents=True, exist_ok=True)
        self._arriving.mkdir(exist_ok=True)

    def _file(self, key: str) -> Path:
        path = (self.root / "files" / key).resolve()
        if not path.is_relative_to((self.root / "files").resolve()):
            raise Gone(key)
        return path

    def put(self, key: str, source: Path, content_type: str) -> None:
        target = self._file(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = self._arriving / secrets.token_hex(8)
        try:
            try:
                # A hard link costs nothing; across disks it is a copy.
                aside.hardlink_to(source)
            except OSError:
                shutil.copyfile(source, aside)
            aside.replace(target)
        finally:
            # A link to what has the name already is not moved but stays.
            aside.unlink(missing_ok=True)

    def open(self, key: str) -> IO[bytes]:
        try:
            return self._file(key).open("rb")
        except FileNotFoundError as error:
            raise Gone(key) from error

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self._file(key)
        if not path.is_file():
            raise Gone(key)
        yield path

    def size(self, key: str) -> int:
        try:
            return self._file(key).stat().st_size
        except FileNotFoundError as error:
            raise Gone(key) from error

    def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    def path(self, key: str) -> Path | None:
        return self._file(key)

    def address(self, key: str, *, content_type: str, filename: str | None = None) -> str | None:
        return None

    def begin(self, key: str, *, size: int, content_type: str) -> str:
        if shutil.disk_usage(self.root).free < size * 2 + ROOM_TO_SPARE:
            raise StorageFull
        upload = secrets.token_urlsafe(18)
        folder = self._uploads / upload
        folder.mkdir()
        (folder / "data").touch()
        (folder / "upload.json").write_text(json.dumps({"key": key, "size": size}))
        return upload

    def _folder(self, upload: str) -> Path:
        folder = self._uploads / upload
        if "/" in upload or "." in upload or not (folder / "upload.json").is_file():
            raise Gone(upload)
        return folder

    def part_address(
        self, key: str, upload: str, *, number: int, offset: int, size: int, crc32: str
    ) -> PartAddress:
        token = self._signer.sign(PART_PURPOSE, [upload, number, offset, size, crc32])
        return own_address(self._public_url, token)

    def write_part(self, token: str, stream: Readable) -> None:
        """The bytes go where they belong. A broken line leaves nothing that counts, and never
        touches what counts already."""
        payload = self._signer.read(PART_PURPOSE, token, max_age=PART_SECONDS)
        upload, number, offset, size, crc32 = payload
        folder = None if upload == NOWHERE else self._folder(upload)
        checksum = 0
        written = 0
        while written < size:
            chunk = stream.read(min(CHUNK, size - written))
            if not chunk:
                break
            if folder is not None:
                self._write(upload, chunk, offset + written)
            checksum = isal_zlib.crc32(chunk, checksum)
            written += len(chunk)
        found = base64.b64encode(checksum.to_bytes(4, "big")).decode()
        if written != size or found != crc32 or stream.read(1):
            raise PartRefused
        if folder is None:
            return
        with self._open_for_writing(upload) as descriptor:
            # Whoever else sends the same part just now may have written over some of it.
            if _crc32_of(descriptor, offset, size) != checksum:
                raise PartRefused
            aside = folder / f"{secrets.token_hex(8)}.aside"
            facts = {"number": number, "size": size, "offset": offset, "tag": found}
            try:
                aside.write_text(json.dumps(facts))
            except OSError as error:
                raise StorageFull from error
            # What a part covers stands in its name: parts of one file may differ in size.
            aside.replace(folder / f"{offset}-{size}.part")

    def _write(self, upload: str, chunk: bytes, offset: int) -> None:
        """Put `chunk` where it belongs, sparing every byte of a part that has arrived whole.

        A part may be sent twice at once, in two sizes even, when an answer got lost; a damaged
        copy that limps in later must not spoil what was counted.
        """
        with self._open_for_writing(upload) as descriptor:
            for start, end in _gaps(offset, offset + len(chunk), self._covered(upload)):
                piece = memoryview(chunk)[start - offset : end - offset]
                try:
                    put = os.pwrite(descriptor, piece, start)
                except OSError as error:
                    raise StorageFull from error
                if put != len(piece):
                    raise StorageFull

    def _covered(self, upload: str) -> list[tuple[int, int]]:
        """From where to where each part lies that has arrived, in order."""
        found = []
        # Asked for every piece that arrives, so without a path object for each part.
        for name in os.listdir(f"{self._uploads}/{upload}"):  # noqa: PTH208
            if name.endswith(".part") and "-" in name:
                offset, size = map(int, name.removesuffix(".part").split("-"))
                found.append((offset, offset + size))
        return sorted(found)

    @contextmanager
    def _open_for_writing(self, upload: str) -> Iterator[int]:
        """The descriptor of the upload's data, nobody else's for the moment. Raises Gone once the
        upload is completed or dropped.

        Held for one piece at a time and not for a whole part: a line that hangs in the middle must
        not keep the upload from being completed, and what comes over it later must not reach the
        file that was checked meanwhile.
        """
        if "/" in upload or "." in upload:
            raise Gone(upload)
        # Thousands of times for one upload, so without path objects.
        path = f"{self._uploads}/{upload}/data"
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError as error:
            raise Gone(upload) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not os.path.samestat(os.fstat(descriptor), os.stat(path)):  # noqa: PTH116
                raise Gone(upload)
            yield descriptor
        except FileNotFoundError as error:
            raise Gone(upload) from error
        finally:
            os.close(descriptor)

    def parts(self, key: str, upload: str) -> list[Part]:
        folder = self._folder(upload)
        found = []
        for path in folder.glob("*.part"):
            try:
                facts = json.loads(path.read_text())
            except FileNotFoundError as error:
                raise Gone(upload) from error
            number = facts.get("number") or int(path.stem)
            found.append(Part(number, facts["size"], facts["tag"], facts["offset"]))
        return sorted(found, key=lambda part: part.number)

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        target = self._file(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open_for_writing(upload) as descriptor:
                os.fsync(descriptor)
                folder = self._folder(upload)
                (folder / "data").replace(target)
                shutil.rmtree(folder, ignore_errors=True)
        except Gone:
            if not target.is_file():
                raise
            # Completed before; the answer got lost on the way, or the last step of tidying up.
            self.abort(key, upload)

    def abort(self, key: str, upload: str) -> None:
        try:
            folder = self._folder(upload)
        except Gone:
            return
        try:
            with self._open_for_writing(upload):
                shutil.rmtree(folder, ignore_errors=True)
        except Gone:
            shutil.rmtree(folder, ignore_errors=True)

    def check(self) -> None:
        probe = self.root / f".check-{secrets.token_hex(4)}"
        probe.write_bytes(b"ok")
        probe.unlink()

    def forget_leftovers(self, *, before: datetime) -> int:
        gone = 0
        for left in self._arriving.iterdir():
            # A link is as old as what it links to; when it was made, its inode knows.
            with suppress(FileNotFoundError):  # It has just arrived.
                if left.lstat().st_ctime < before.timestamp():
                    left.unlink()
                    gone += 1
        return gone

    def free_bytes(self) -> int | None:
        return shutil.disk_usage(self.root).free


def _crc32_of(descriptor: int, offset: int, size: int) -> int:
    checksum = 0
    room = memoryview(bytearray(min(CHUNK, size)))
    for start in range(offset, offset + size, CHUNK):
        got = os.preadv(descriptor, [room[: min(CHUNK, offset + size - start)]], start)
        checksum = isal_zlib.crc32(room[:got], checksum)
    return checksum


def _gaps(start: int, end: int, covered: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of `start` to `end` none of the `covered` stretches, which are in order, holds."""
    gaps = []
    for low, high in covered:
        if low > start:
            gaps.append((start, min(low, end)))
        start = max(start, high)
        if start >= end:
            return gaps
    gaps.append((start, end))
    return gaps
