"""Signed links and keyed hashes."""

from __future__ import annotations

import pytest

from app.core.signing import BadToken, Signer

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
