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
    ("arrived", "missing", "there"),
    [
        ([], [1, 2, 3], 0),
        ([(5, 5)], [1, 3], 5),
        ([(0, 5), (5, 5), (10, 2)], [], 12),
        ([(0, 5), (5, 4), (10, 2)], [2], 11),  # Too short: it is sent again.
        ([(0, 1), (1, 2), (4, 1), (3, 1)], [2, 3], 5),  # Sent in smaller parts.
        ([(0, 9)], [2, 3], 9),  # Sent in larger ones.
        ([(0, 6), (3, 6), (9, 3)], [], 12),
        ([(3, 9)], [1], 9),
    ],
)
def test_what_has_to_be_sent(
    arrived: list[tuple[int, int]], missing: list[int], there: int
) -> None:
    assert rules.missing_parts(arrived, 12, 5) == missing
    assert rules.bytes_arrived(arrived) == there


@given(
    size=st.integers(1, 60),
    part=st.integers(1, 20),
    arrived=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8),
)
def test_a_part_is_missing_if_one_of_its_bytes_is(
    size: int, part: int, arrived: list[tuple[int, int]]
) -> None:
    there = {byte for offset, length in arrived for byte in range(offset, offset + length)}
    found = rules.missing_parts(arrived, size, part)
    for number in range(1, rules.part_count(size, part) + 1):
        offset, length = rules.part_span(number, size, part)
        whole = there.issuperset(range(offset, offset + length))
        assert (number not in found) == whole
    assert rules.bytes_arrived(arrived) == len(there)


@pytest.mark.parametrize(
    ("wanted", "may_change", "begun", "expected"),
    [
        (4, True, True, 4),
        (1, True, True, 2),  # As small as the store takes them.
        (9, True, True, 8),  # They never grow.
        (4, False, False, 4),
        (4, False, True, 8),  # What was sent counts by its number.
    ],
)
def test_parts_shrink_in_a_way_that_keeps_what_was_sent(
    wanted: int, may_change: bool, begun: bool, expected: int
) -> None:
    found = rules.smaller_part_bytes(wanted, 8, least=2, may_change=may_change, begun=begun)
    assert found == expected


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
    found = rules.standing(
        state, job_state=job_state, progress=0.439, place_in_queue=place, is_left_alone=False
    )
    assert (found.state, str(found.words), found.percent, found.settled) == expected


def test_every_state_is_settled_or_will_change() -> None:
    for state in AssetState:
        rules.standing(
            state, job_state="running", progress=0.0, place_in_queue=None, is_left_alone=True
        )


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
