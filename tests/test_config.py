"""Settings, read once and refused when they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import Config


def read(tmp_path: Path, **env: str) -> Config:
    return Config.from_env({"DATA_DIR": str(tmp_path), **env})


def test_nothing_given_means_an_embedded_installation(tmp_path: Path) -> None:
    config = read(tmp_path)

    assert f"sqlite:///{tmp_path}/hoike.db" == config.DATABASE_URL
    assert f"file://{tmp_path}/storage" == config.STORAGE_URL
    assert config.BROKER_URL == "filesystem://"
    assert (config.DEMONSTRATION, config.TRUSTED_PROXIES) == (False, 0)


def test_keys_are_made_once_kept_and_readable_by_nobody_else(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)

    assert first.SECRET_KEY == second.SECRET_KEY
    assert first.SECRET_KEY != first.VOTE_KEY
    assert len(first.SECRET_KEY) >= 48
    keys = sorted((tmp_path / "keys").iterdir())
    assert [key.name for key in keys] == ["secret_key", "vote_key"]
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600, 0o600]


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be at least 32"),
        ({"VOTE_KEY": "short"}, "VOTE_KEY must be at least 32"),
        ({"PUBLIC_URL": "contest.example.org"}, "PUBLIC_URL must look like"),
        ({"PUBLIC_URL": "ftp://contest.example.org"}, "PUBLIC_URL must look like"),
        ({"DEMONSTRATION": "yes", "PUBLIC_URL": "https://x.example"}, "refused on an https"),
        ({"TRUSTED_PROXIES": "two"}, "TRUSTED_PROXIES must be a whole number"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES must be a whole number"),
        ({"UPLOAD_PART_BYTES": "1000"}, "UPLOAD_PART_BYTES must be between"),
        ({"UPLOAD_PART_BYTES": "99999999999"}, "UPLOAD_PART_BYTES must be between"),
    ],
)
def test_wrong_setting_is_refused_by_its_name(
    tmp_path: Path, env: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(tmp_path, **env)


@pytest.mark.parametrize(
    ("word", "meant"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("", False)]
)
def test_demonstration_is_switched_in_words(tmp_path: Path, word: str, meant: bool) -> None:
    assert read(tmp_path, DEMONSTRATION=word).DEMONSTRATION is meant


def test_address_of_the_site_ends_without_a_slash(tmp_path: Path) -> None:
    assert read(tmp_path, PUBLIC_URL="https://x.example/").PUBLIC_URL == "https://x.example"
