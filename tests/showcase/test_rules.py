"""What search finds, how long a film is to machines, how large a frame."""

from __future__ import annotations

import unicodedata

import pytest

from app.showcase import rules


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("hoike", "Hōʻike"),
        ("hōʻike", "HOIKE"),
        ("ho'ike", "Hō‘ike"),
        ("kapaa", "Kapaʻa High School"),
        ("ninos", "Niños seguros"),
        ("いじめ", "いじめをなくそう"),
        ("crew reef", "The Reef Crew"),
        ("", "anything"),
    ],
)
def test_search_folds_letters(typed: str, text: str) -> None:
    assert rules.is_found(typed, text)
    assert rules.is_found(unicodedata.normalize("NFD", typed), text)


def test_every_word_must_be_found_somewhere() -> None:
    assert rules.is_found("reef kapaa", "The Reef Crew", "Kapaʻa")
    assert not rules.is_found("reef moon", "The Reef Crew", "Kapaʻa")


@pytest.mark.parametrize(
    ("seconds", "told"), [(43.2, "PT43S"), (60.0, "PT1M0S"), (63.4, "PT1M3S"), (0.0, "PT0S")]
)
def test_durations(seconds: float, told: str) -> None:
    assert rules.iso_duration(seconds) == told


@pytest.mark.parametrize(
    ("most", "size"),
    [
        ((None, None), (640, 360)),
        ((320, None), (320, 180)),
        ((None, 180), (320, 180)),
        ((4000, 4000), (640, 360)),
        ((600, 180), (320, 180)),
        ((-5, 0), (200, 112)),
    ],
)
def test_frames_keep_their_shape(
    most: tuple[int | None, int | None], size: tuple[int, int]
) -> None:
    assert rules.embed_size(*most) == size
