"""Sealing what must stay unread for a while, and signing what must stay provable for good.

Keys come from a `Signer`: whoever destroys the signer's key destroys these too.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.core.signing import Signer

_IV_BYTES = 12


class NotSealedHere(Exception):
    """The bytes were altered, belong to something else, or were sealed with another key."""


class Sealer:
    """AES-256-GCM: what is sealed can neither be read nor altered without the key."""

    def __init__(self, signer: Signer, purpose: str) -> None:
        self._box = AESGCM(signer.secret(purpose))

    def seal(self, plain: bytes, about: str) -> bytes:
        """`plain`, bound to `about`: it opens for that alone."""
        iv = secrets.token_bytes(_IV_BYTES)
        return iv + self._box.encrypt(iv, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """Raises NotSealedHere."""
        try:
            return self._box.decrypt(sealed[:_IV_BYTES], sealed[_IV_BYTES:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise NotSealedHere from error


class Seal:
    """An Ed25519 key (RFC 8032) that signs."""

    def __init__(self, signer: Signer, purpose: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(signer.secret(purpose))

    @property
    def public_key(self) -> str:
        """In hex, 32 bytes."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, message: bytes) -> str:
        """The signature in hex, 64 bytes."""
        return self._key.sign(message).hex()


def is_signed(public_key: str, message: bytes, signature: str) -> bool:
    """Whether the holder of `public_key` (hex) signed exactly this."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
