"""Trials of a network: parts that go where those of an upload would, and are thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from app.core import jobs
from app.core.errors import NotUnderstood
from app.core.jobs import RunningJob
from app.core.storage import NOWHERE, FolderStorage, PartAddress, Storage
from app.media import rules
from app.media.services.uploads import CRC32, ORIGINAL_TYPE

TRIAL_ENDS_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Trial:
    """Where trial parts go: nowhere in a folder, to an upload in a bucket that never ends."""

    key: str
    upload: str

    @property
    def sample_key(self) -> str:
        return f"{self.key}-sample"


def begin_trial(session: Session, storage: Storage, work_dir: Path) -> Trial:
    """Make room for trial parts. What a bucket keeps of them goes after a quarter of an hour."""
    if isinstance(storage, FolderStorage):
        return Trial("", NOWHERE)
    key = f"trials/{secrets.token_urlsafe(12)}"
    trial = Trial(key, storage.begin(key, size=rules.TRIAL_MOST_BYTES, content_type=ORIGINAL_TYPE))
    with TemporaryDirectory(dir=work_dir) as folder:
        sample = Path(folder) / "sample"
        sample.write_bytes(secrets.token_bytes(rules.SAMPLE_BYTES))
        storage.put(trial.sample_key, sample, ORIGINAL_TYPE)
    jobs.enqueue(
        session, "media.end_trial", delay=TRIAL_ENDS_AFTER, key=trial.key, upload=trial.upload
    )
    return trial


def trial_addresses(
    storage: Storage, trial: Trial, wanted: Sequence[tuple[int, str]]
) -> list[PartAddress]:
    """Where to send parts of these sizes, each with its base64 CRC-32."""
    addresses = []
    for number, (size, crc32) in enumerate(wanted, start=1):
        if not 1 <= size <= rules.TRIAL_PART_MOST_BYTES or not CRC32.fullmatch(crc32):
            raise NotUnderstood
        addresses.append(
            storage.part_address(
                trial.key, trial.upload, number=number, offset=0, size=size, crc32=crc32
            )
        )
    return addresses


def sample_address(storage: Storage, trial: Trial) -> str | None:
    """Where a browser fetches from a bucket, or None when all of it comes from us."""
    if trial.upload == NOWHERE:
        return None
    return storage.address(trial.sample_key, content_type=ORIGINAL_TYPE)


def end_trial(job: RunningJob, key: str, upload: str) -> None:
    """Let go of what a bucket kept. Harmless when said twice."""
    trial = Trial(key, upload)
    job.platform.storage.abort(trial.key, trial.upload)
    job.platform.storage.delete(trial.sample_key)
