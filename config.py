"""Every setting, typed, read from the environment once. `docs/operating.md` explains each."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).parent.resolve()


@dataclass(frozen=True)
class Config:
    """The settings of one installation. Names are those of the environment variables."""

    DATA_DIR: Path
    """Folder for everything an embedded installation keeps: database, videos, queue, keys."""
    DATABASE_URL: str
    """SQLAlchemy address of the database; SQLite in the data folder unless given."""
    STORAGE_URL: str
    """Where videos are kept: `file:///folder` or `s3://bucket`."""
    S3_ENDPOINT: str
    """Address of an S3-compatible store; empty for Amazon's own."""
    S3_REGION: str
    """Region the bucket is in."""
    S3_ACCESS_KEY: str
    """Access key; empty to use the machine's own credentials."""
    S3_SECRET_KEY: str
    """Secret that goes with the access key."""
    BROKER_URL: str
    """Celery broker that wakes the workers: `filesystem://` (default), `redis://`, `amqp://`."""
    PUBLIC_URL: str
    """The site's address as visitors type it. Mailed links start with it."""
    SECRET_KEY: str
    """Signs sessions and links. Made and kept in the data folder unless given."""
    VOTE_KEY: str
    """Keys the hashes that stand for voters. Kept apart from the database."""
    VOTE_WORK: int
    """How much a voter's browser computes before a ballot is mailed at once; 100 takes a phone a
    second or two."""
    SMTP_URL: str
    """`smtp://user:password@host:587`, `smtps://…:465`; empty: mail stays in the outbox."""
    MAIL_FROM: str
    """Sender of every mail."""
    DEMONSTRATION: bool
    """Shows one-click sign-in and the outbox. Refused together with a public https address."""
    TRUSTED_PROXIES: int
    """How many reverse proxies in front of us may be believed about the visitor's address."""
    X_ACCEL_PREFIX: str
    """Where nginx has the folder of videos for itself, `/stored/`: it sends files in our stead."""
    UPLOAD_PART_BYTES: int
    """Size of one uploaded part; smaller helps behind proxies that limit bodies."""
    LOG_LEVEL: str
    """`debug`, `info`, `warning` or `error`."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read the settings; raises ValueError naming the variable that is wrong."""
        data = Path(env.get("DATA_DIR") or CHECKOUT / "data").absolute()
        public_url = (env.get("PUBLIC_URL") or "http://127.0.0.1:8000").rstrip("/")
        demonstration = _flag(env, "DEMONSTRATION")
        parts = urlsplit(public_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("PUBLIC_URL must look like https://contest.example.org")
        if demonstration and parts.scheme == "https":
            raise ValueError(
                "DEMONSTRATION lets anyone sign in as anyone: it is refused on an https address."
            )
        part_bytes = _number(env, "UPLOAD_PART_BYTES", 8 * 1024 * 1024)
        if not 5 * 1024 * 1024 <= part_bytes <= 64 * 1024 * 1024:
            raise ValueError("UPLOAD_PART_BYTES must be between 5 MiB (S3's least) and 64 MiB.")
        return cls(
            DATA_DIR=data,
            DATABASE_URL=env.get("DATABASE_URL") or f"sqlite:///{data / 'hoike.db'}",
            STORAGE_URL=env.get("STORAGE_URL") or (data / "storage").as_uri(),
            S3_ENDPOINT=env.get("S3_ENDPOINT", ""),
            S3_REGION=env.get("S3_REGION") or "us-east-1",
            S3_ACCESS_KEY=env.get("S3_ACCESS_KEY", ""),
            S3_SECRET_KEY=env.get("S3_SECRET_KEY", ""),
            BROKER_URL=env.get("BROKER_URL") or "filesystem://",
            PUBLIC_URL=public_url,
            SECRET_KEY=_secret(env, "SECRET_KEY", data),
            VOTE_KEY=_secret(env, "VOTE_KEY", data),
            VOTE_WORK=max(1, _number(env, "VOTE_WORK", 100)),
            SMTP_URL=env.get("SMTP_URL", ""),
            MAIL_FROM=env.get("MAIL_FROM") or "Hoike <contest@localhost>",
            DEMONSTRATION=demonstration,
            TRUSTED_PROXIES=_number(env, "TRUSTED_PROXIES", 0),
            X_ACCEL_PREFIX=_prefix(env, "X_ACCEL_PREFIX"),
            UPLOAD_PART_BYTES=part_bytes,
            LOG_LEVEL=(env.get("LOG_LEVEL") or "info").lower(),
        )


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() in ("1", "true", "yes", "on")


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit():
        raise ValueError(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def _prefix(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if value and not (value.startswith("/") and value.endswith("/")):
        raise ValueError(f"{name} must begin and end with a slash, as /stored/ does.")
    return value


def _secret(env: Mapping[str, str], name: str, data: Path) -> str:
    """The given secret, or the one kept in the data folder, made there the first time."""
    if value := env.get(name):
        if len(value) < 32:
            raise ValueError(f"{name} must be at least 32 characters long.")
        return value
    path = data / "keys" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # A link never overwrites: of two processes that start at once, both keep the first key.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
