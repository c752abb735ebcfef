"""Signed, expiring tokens for links. One purpose, one salt: a token for one page opens no other."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer


class BadToken(Exception):
    """The token was altered, is too old, or was made for something else."""


class Signer:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret, salt=f"hoike.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
        )

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
