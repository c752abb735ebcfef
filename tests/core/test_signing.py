"""Signed links and keyed hashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.signing import BadToken, Keyring, Signer

SIGNER = Signer("one key of more than thirty-two letters")
OTHER = Signer("another key of more than thirty-two letters")


def test_payload_comes_back() -> None:
    token = SIGNER.sign("reset", [7, "ʻōlelo"])

    assert SIGNER.read("reset", token, max_age=60) == [7, "ʻōlelo"]


def test_token_of_one_purpose_opens_no_other() -> None:
    token = SIGNER.sign("reset", 7)

    with pytest.raises(BadToken):
        SIGNER.read("invitation", token, max_age=60)


def test_token_of_another_key_is_refused() -> None:
    with pytest.raises(BadToken):
        SIGNER.read("reset", OTHER.sign("reset", 7), max_age=60)


def test_token_too_old_is_refused() -> None:
    with pytest.raises(BadToken):
        SIGNER.read("reset", SIGNER.sign("reset", 7), max_age=-1)


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "x" * 500, "\x00", "é.é.é"])
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        SIGNER.read("reset", token, max_age=60)


def test_altered_token_is_refused() -> None:
    token = SIGNER.sign("reset", 7)

    with pytest.raises(BadToken):
        SIGNER.read("reset", token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), max_age=60)


def test_digest_is_the_same_only_for_the_same_key_purpose_and_value() -> None:
    digests = {
        SIGNER.digest("vote", "alice"),
        SIGNER.digest("vote", "bob"),
        SIGNER.digest("limit", "alice"),
        OTHER.digest("vote", "alice"),
    }

    assert len(digests) == 4
    assert SIGNER.digest("vote", "alice") == SIGNER.digest("vote", "alice")


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring("a secret of more than thirty-two letters", tmp_path / "keys")


def hashed(signer: Signer | None) -> str:
    assert signer is not None
    return signer.digest("voter", "leilani@example.org")


def test_key_is_made_once_and_found_again(keys: Keyring, tmp_path: Path) -> None:
    assert keys.find("season-1") is None

    first = hashed(keys.make("season-1"))

    assert hashed(keys.make("season-1")) == hashed(keys.find("season-1")) == first
    assert first not in {hashed(keys.make("season-2")), hashed(keys.shared)}
    assert [p.name for p in sorted((tmp_path / "keys").iterdir())] == ["season-1", "season-2"]


def test_key_needs_the_secret_as_well(keys: Keyring, tmp_path: Path) -> None:
    first = hashed(keys.make("season-1"))

    assert hashed(Keyring("another secret", tmp_path / "keys").find("season-1")) != first


def test_destroyed_key_is_overwritten_gone_and_stays_gone(keys: Keyring, tmp_path: Path) -> None:
    first = hashed(keys.make("season-1"))
    path = tmp_path / "keys" / "season-1"
    (tmp_path / "held").hardlink_to(path)
    was = path.read_text()

    assert keys.destroy("season-1")

    assert (keys.find("season-1"), keys.make("season-1")) == (None, None)
    assert was.encode() not in (tmp_path / "held").read_bytes()
    assert first != hashed(keys.make("season-2"))
    assert keys.destroy("season-1")


def test_key_that_is_not_here_is_not_called_destroyed(keys: Keyring) -> None:
    assert not keys.destroy("season-9")
    assert keys.make("season-9") is not None
