"""Signed, expiring tokens for links. One purpose, one salt: a token for one page opens no other."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer


class BadToken(Exception):
    """The token was altered, is too old, or was made for something else."""


class Signer:
    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._serializers: dict[str, URLSafeTimedSerializer] = {}

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        known = self._serializers.get(purpose)
        if known is None:
            known = self._serializers[purpose] = URLSafeTimedSerializer(
                self._secret,
                salt=f"hoike.{purpose}",
                signer_kwargs={"digest_method": hashlib.sha256},
            )
        return known

    def sign(self, purpose: str, payload: Any) -> str:
        return self._serializer(purpose).dumps(payload)

    def read(self, purpose: str, token: str, *, max_age: int) -> Any:
        """The payload of a token at most `max_age` seconds old; raises BadToken."""
        try:
            return self._serializer(purpose).loads(token, max_age=max_age)
        except BadSignature as error:
            raise BadToken from error

    def digest(self, purpose: str, value: str) -> str:
        """A keyed hash that stands for `value` without telling it; the same for the same key."""
        key = f"{self._secret}|{purpose}".encode()
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    def secret(self, purpose: str) -> bytes:
        """32 bytes that only this key gives, for one purpose."""
        return hmac.new(self._secret.encode(), f"key|{purpose}".encode(), hashlib.sha256).digest()


class Keyring:
    """Keys that can be destroyed one by one: each is a file in a folder outside of the database.

    What is hashed with one of them is hashed with the installation's own secret as well. So neither
    the folder nor the setting alone is enough, and destroying the file is enough to forget.
    """

    def __init__(self, secret: str, folder: Path) -> None:
        self._secret = secret
        self._folder = folder
        self.shared = Signer(secret)
        """Keyed with the secret alone, which nobody can destroy for one purpose only."""

    def find(self, name: str) -> Signer | None:
        """The signer of this key; None when there is no such key (any more) on this machine."""
        try:
            key = (self._folder / name).read_text().strip()
        except FileNotFoundError:
            return None
        return Signer(f"{self._secret}|{key}")

    def make(self, name: str) -> Signer | None:
        """The signer of this key, made the first time; None for one that was destroyed."""
        if self.is_destroyed(name):
            return None
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / name
        if not path.exists():
            fresh = self._folder / f".{name}.{secrets.token_hex(4)}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            try:
                # A link never overwrites: of two processes at once, both keep the first key.
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return self.find(name)

    def is_destroyed(self, name: str) -> bool:
        return self._mark(name).exists()

    def _mark(self, name: str) -> Path:
        return self._folder / f"{name}.destroyed"

    def destroy(self, name: str) -> bool:
        """Overwrite the key and remove it, leaving a mark; whether it is destroyed now.

        False when neither key nor mark is here: then the key lies on another machine, or nobody
        knows where.
        """
        path = self._folder / name
        try:
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(path.stat().st_size))
                os.fsync(file.fileno())
        except FileNotFoundError:
            return self.is_destroyed(name)
        self._mark(name).touch(mode=0o600)
        path.unlink(missing_ok=True)
        return True
