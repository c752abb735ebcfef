"""Parts of a file, and what is said about a video on its way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.media import rules
from app.media.models import Asset, Rendition, keep_words, said_again
from app.media.rules import AssetState
from app.texts import ntext, text
from app.video import private

SIZES = st.integers(1, 3_000_000)


@given(size=SIZES, part_bytes=st.integers(1000, 500_000))
def test_the_parts_are_the_file_from_end_to_end(size: int, part_bytes: int) -> None:
    spans = [
        rules.part_span(number, size, part_bytes)
        for number in range(1, rules.part_count(size, part_bytes) + 1)
    ]

    end = 0
    for offset, length in spans:
        assert offset == end
        assert 0 < length <= part_bytes
        end = offset + length
    assert end == size


@pytest.mark.parametrize(
    ("size", "part_bytes", "count"), [(0, 5, 1), (1, 5, 1), (5, 5, 1), (6, 5, 2), (10, 5, 2)]
)
def test_how_many_parts(size: int, part_bytes: int, count: int) -> None:
    assert rules.part_count(size, part_bytes) == count


@pytest.mark.parametrize(
    ("arrived", "missing"),
    [
        ({}, [1, 2, 3]),
        ({2: 5}, [1, 3]),
        ({1: 5, 2: 5, 3: 2}, []),
        ({1: 5, 2: 4, 3: 2}, [2]),  # Too short: it is sent again.
        ({1: 5, 2: 5, 3: 5}, [3]),
        ({1: 5, 2: 5, 3: 2, 4: 5}, []),
    ],
)
def test_what_has_to_be_sent(arrived: dict[int, int], missing: list[int]) -> None:
    assert rules.missing_parts(arrived, 12, 5) == missing


@pytest.mark.parametrize(
    ("state", "job_state", "place", "expected"),
    [
        (AssetState.UPLOADING, None, None, ("uploading", "Uploading", None, False)),
        (AssetState.WAITING, None, None, ("waiting", "Waiting for its turn", None, False)),
        (AssetState.WAITING, "queued", 0, ("waiting", "Waiting for its turn", None, False)),
        (AssetState.WAITING, "queued", 2, ("waiting", "Waiting: 2 before this one", None, False)),
        (AssetState.CHECKING, "running", None, ("checking", "Checking the file", 43, False)),
        (
            AssetState.PROCESSING,
            "running",
            None,
            ("processing", "Preparing it for every screen", 43, False),
        ),
        # After a worker died it waits once more, whatever had been done.
        (AssetState.PROCESSING, "queued", 0, ("waiting", "Waiting for its turn", None, False)),
        (AssetState.READY, "done", None, ("ready", "Ready", 100, True)),
        (AssetState.READY, "failed", None, ("ready", "Ready", 100, True)),
        (AssetState.REFUSED, "done", None, ("refused", "Can't be used as it is", None, True)),
        (
            AssetState.PROCESSING,
            "failed",
            None,
            (
                "failed",
                "Our side broke while preparing it. The video itself is safe.",
                None,
                True,
            ),
        ),
    ],
)
def test_where_a_video_stands(
    state: str,
    job_state: str | None,
    place: int | None,
    expected: tuple[str, str, int | None, bool],
) -> None:
    found = rules.standing(state, job_state=job_state, progress=0.439, place_in_queue=place)
    assert (found.state, str(found.words), found.percent, found.settled) == expected


def test_every_state_is_settled_or_will_change() -> None:
    for state in AssetState:
        rules.standing(state, job_state="running", progress=0.0, place_in_queue=None)


def test_kept_words_can_be_said_again() -> None:
    for words in (text("Plain"), text("At %(n)s", n=3), ntext("one", "%(n)s of them", 2)):
        again = said_again(keep_words(words))
        assert again == words
        assert str(again) == str(words)


def test_the_versions_of_a_family_are_its_films() -> None:
    def rendition(role: str, kind: str = "video/mp4") -> Rendition:
        return Rendition(role=role, content_type=kind)

    asset = Asset(
        renditions=[
            rendition("web_720"),
            rendition("winner_720"),
            rendition("winner_poster", "image/jpeg"),
            rendition("winner_captions", "text/vtt"),
            rendition("preview"),
        ]
    )
    assert [r.role for r in asset.versions("web")] == ["web_720"]
    assert [r.role for r in asset.versions("winner")] == ["winner_720"]
    assert asset.rendition("preview") is asset.renditions[4]
    assert asset.rendition("original") is None


def test_everything_the_engine_finds_is_a_whole_sentence_to_a_teacher() -> None:
    """Whatever the engine may name: a phrase without its sentence would stand alone."""
    named = set(re.findall(r'text\("([^"]+)"\)', Path(private.__file__).read_text("utf-8")))
    named.add("a hidden track of sensor data")
    assert named == set(rules.TAKEN_OUT)
    for phrase, sentence in rules.TAKEN_OUT.items():
        assert rules.taken_out(text(phrase)) is sentence
        assert str(sentence).endswith(".")
    assert str(rules.taken_out(text("something new"))) == "something new"
