"""Files in an S3 bucket. Bytes go straight between browser and bucket by presigned addresses; parts
of an upload may take a detour by way of us."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, cast
from urllib.parse import quote

import boto3
import urllib3
from botocore.config import Config as BotoConfig
from botocore.exceptions import ClientError

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
    Unreachable,
    own_address,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# An address that was handed out outlives a release that is taken back by no more than this.
DOWNLOAD_SECONDS = 60
RELAY_SECONDS = urllib3.Timeout(connect=10, read=90)
RELAY_PIECE = 64 * 1024
CHECKSUM = "x-amz-checksum-crc32"
DAMAGED = (b"BadDigest", b"InvalidDigest", b"IncompleteBody", b"hecksum")
MISSING = {"404", "NoSuchKey", "NoSuchUpload", "NotFound"}


class S3Storage:
    """A store in `bucket`; `work_dir` holds the copies that the video engine reads."""

    least_part_bytes = 5 * 1024 * 1024
    may_change_part_size = False

    def __init__(
        self,
        bucket: str,
        *,
        endpoint: str,
        region: str,
        access_key: str,
        secret_key: str,
        work_dir: Path,
        public_url: str,
        signer: Signer,
    ) -> None:
        self.bucket = bucket
        self._public_url = public_url
        self._signer = signer
        self._relay = urllib3.PoolManager(maxsize=32, retries=False, timeout=RELAY_SECONDS)
        self._work_dir = work_dir
        self.client: S3Client = boto3.client(
            "s3",
            # The regional name, so that addresses are the ones the content policy lets through.
            endpoint_url=endpoint or f"https://s3.{region}.amazonaws.com",
            region_name=region,
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            config=BotoConfig(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "virtual"},
                retries={"max_attempts": 5, "mode": "standard"},
            ),
        )

    def put(self, key: str, source: Path, content_type: str) -> None:
        self.client.upload_file(
            str(source), self.bucket, key, ExtraArgs={"ContentType": content_type}
        )

    def open(self, key: str) -> IO[bytes]:
        try:
            body = self.client.get_object(Bucket=self.bucket, Key=key)["Body"]
        except ClientError as error:
            raise _translated(error, key) from error
        return cast("IO[bytes]", body)

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        self._work_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._work_dir) as folder:
            path = Path(folder) / "file"
            body = self.open(key)
            with path.open("wb") as file:
                shutil.copyfileobj(body, file, 1024 * 1024)
            yield path

    def size(self, key: str) -> int:
        try:
            return self.client.head_object(Bucket=self.bucket, Key=key)["ContentLength"]
        except ClientError as error:
            raise _translated(error, key) from error

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def path(self, key: str) -> Path | None:
        return None

    def address(self, key: str, *, content_type: str, filename: str | None = None) -> str | None:
        params = {"Bucket": self.bucket, "Key": key, "ResponseContentType": content_type}
        if filename:
            params["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
        return self.client.generate_presigned_url(
            "get_object", Params=params, ExpiresIn=DOWNLOAD_SECONDS
        )

    def begin(self, key: str, *, size: int, content_type: str) -> str:
        return self.client.create_multipart_upload(
            Bucket=self.bucket, Key=key, ContentType=content_type
        )["UploadId"]

    def part_address(
        self, key: str, upload: str, *, number: int, offset: int, size: int, crc32: str
    ) -> PartAddress:
        """Straight to the bucket; around by us where a network knows no way there."""
        token = self._signer.sign(PART_PURPOSE, [key, upload, number, size, crc32])
        return PartAddress(
            self._presigned_part(key, upload, number, size, crc32),
            {CHECKSUM: crc32},
            detour=own_address(self._public_url, token),
        )

    def _presigned_part(self, key: str, upload: str, number: int, size: int, crc32: str) -> str:
        return self.client.generate_presigned_url(
            "upload_part",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "UploadId": upload,
                "PartNumber": number,
                "ContentLength": size,
                "ChecksumCRC32": crc32,
            },
            ExpiresIn=PART_SECONDS,
        )

    def write_part(self, token: str, stream: Readable) -> None:
        """The bytes go on to the bucket as they come, a piece in memory at a time."""
        key, upload, number, size, crc32 = self._signer.read(
            PART_PURPOSE, token, max_age=PART_SECONDS
        )
        try:
            answer = self._relay.request(
                "PUT",
                self._presigned_part(key, upload, number, size, crc32),
                body=_pieces(stream, size),
                headers={CHECKSUM: crc32, "Content-Length": str(size)},
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"The bucket could not be reached: {error}") from error
        if answer.status >= 300:
            raise _refusal(answer.status, answer.data)

    def parts(self, key: str, upload: str) -> list[Part]:
        found: list[Part] = []
        try:
            for page in self.client.get_paginator("list_parts").paginate(
                Bucket=self.bucket, Key=key, UploadId=upload
            ):
                found += [
                    Part(part["PartNumber"], part["Size"], part["ETag"])
                    for part in page.get("Parts", [])
                ]
        except ClientError as error:
            raise _translated(error, upload) from error
        return found

    def complete(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        try:
            self.client.complete_multipart_upload(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload,
                MultipartUpload={
                    "Parts": [{"PartNumber": part.number, "ETag": part.tag} for part in parts]
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise _translated(error, upload) from error
            self.size(key)  # Completed before? Then the file is there; else this raises Gone.

    def abort(self, key: str, upload: str) -> None:
        try:
            self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)
        except ClientError as error:
            if error.response["Error"]["Code"] not in MISSING:
                raise

    def check(self) -> None:
        self.client.head_bucket(Bucket=self.bucket)

    def forget_leftovers(self, *, before: datetime) -> int:
        """A bucket has a file whole or not at all."""
        return 0

    def free_bytes(self) -> int | None:
        return None


def _pieces(stream: Readable, size: int) -> Iterator[bytes]:
    """The `size` bytes of a part. Raises PartRefused when more or fewer come."""
    left = size
    while left:
        piece = stream.read(min(RELAY_PIECE, left))
        if not piece:
            raise PartRefused
        left -= len(piece)
        # The last piece waits for the proof that nothing follows: the bucket would count it.
        if not left and stream.read(1):
            raise PartRefused
        yield piece


def _refusal(status: int, answer: bytes) -> Exception:
    """What a bucket's answer to a part means."""
    if status == 404:
        return Gone(answer[:200])
    if status == 507:
        return StorageFull(answer[:200])
    if status == 400 and any(code in answer for code in DAMAGED):
        return PartRefused(answer[:200])
    return Unreachable(f"The bucket answered {status}: {answer[:200]!r}")


def _translated(error: ClientError, what: str) -> Exception:
    code = error.response["Error"]["Code"]
    if code in MISSING:
        return Gone(what)
    if code in ("XAmzContentInsufficientStorage", "InsufficientStorage", "507"):
        return StorageFull(what)
    return error
