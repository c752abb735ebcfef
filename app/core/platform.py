"""The parts of one running installation, built once by `create_app`, handed to jobs and pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.core.limits import Limits
from app.core.mail import Postman
from app.core.signing import Keyring, Signer
from app.core.storage import Storage
from app.core.together import Together


@dataclass(frozen=True)
class Platform:
    engine: Engine
    sessions: sessionmaker[Session]
    storage: Storage
    signer: Signer
    voters: Keyring
    """Keyed apart from everything else, each season with a key of its own: its hashes stand for
    voters."""
    limits: Limits
    together: Together
    postman: Postman
    work_dir: Path
    """Scratch space for jobs, on the same disk as a folder store."""
    tombstones: Path
    """A file beside the database that names what was erased, to be erased again after a backup
    was restored."""
    public_url: str
    demonstration: bool
    vote_work: int
    """Tries of a browser's proof of work, at least."""
    part_bytes: int
    x_accel_prefix: str
    """Where nginx has the files of a folder store, for itself alone; empty: we send them."""
