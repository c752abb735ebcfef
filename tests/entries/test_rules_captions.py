"""What is said about captions: when they come and go, how long, how fast, how much they cover."""

from __future__ import annotations

import pytest

from app.entries.rules import Caption, look_over
from app.entries.rules.captions import coverage
from app.media.rules import Finding

FILM = [[0.0, 30.0]]


def said(start: float, end: float, *lines: str) -> Caption:
    return Caption(start, end, lines or ("Stop. Save it.",))


def codes(found: list[Finding], level: str) -> list[str]:
    return [finding.code for finding in found if finding.level == level]


@pytest.mark.parametrize(
    ("captions", "amber"),
    [
        ([], ["no_captions"]),
        ([said(0, 15), said(15, 30)], []),
        ([said(0, 15), said(14.99, 30)], ["captions_overlap"]),
        ([said(0, 15), said(14.996, 30)], []),  # rounded by an editor
        ([said(0, 15), said(15, 15.6, "Stop."), said(16, 30)], ["captions_short"]),
        ([said(0, 15), said(15, 15.7, "Stop."), said(16, 30)], []),
        ([said(0, 15), said(15, 29), said(30, 31)], ["captions_late"]),
        ([said(0, 30, "a", "b")], []),
        ([said(0, 30, "a", "b", "c")], ["captions_lines"]),
        ([said(0, 28), said(28, 30, "x" * 20, "y" * 20)], []),
        ([said(0, 28), said(28, 30, "x" * 20, "y" * 21)], ["captions_fast"]),
        ([said(0, 14)], ["captions_sparse"]),
        ([said(0, 15.1)], []),
    ],
)
def test_what_can_not_be_read_is_warned_of(captions: list[Caption], amber: list[str]) -> None:
    found = look_over(captions, seconds=30.0, sounding=FILM)

    assert codes(found, "amber") == amber
    assert codes(found, "red") == []
    assert all(str(finding.words).endswith(".") for finding in found)
    assert all(finding.advice for finding in found if finding.level == "amber")


def test_the_first_fault_is_named_by_its_moment() -> None:
    captions = [said(0, 20), said(75, 77, "x" * 60), said(80, 82, "x" * 60)]

    found = look_over(captions, seconds=90.0, sounding=None)

    words = [str(finding.words) for finding in found if finding.code == "captions_fast"]
    assert words == [
        "2 captions are too fast to read, first at 1:15: more than 20 characters a second."
    ]


def test_what_is_fine_is_told_and_silence_needs_no_captions() -> None:
    captions = [said(0, 5)]

    found = look_over(captions, seconds=30.0, sounding=[[0.0, 5.0]])
    unknown = look_over(captions, seconds=30.0, sounding=None)
    silent = look_over(captions, seconds=30.0, sounding=[])

    assert codes(found, "green") == [
        "captions_timing",
        "captions_two_lines",
        "captions_pace",
        "captions_coverage",
    ]
    assert codes(unknown, "green") == codes(silent, "green") == codes(found, "green")[:3]


@pytest.mark.parametrize(
    ("spans", "sounding", "share"),
    [
        ([(0, 10)], [(0, 10)], 1.0),
        ([(0, 5)], [(0, 10)], 0.5),
        ([(0, 5), (5.9, 10)], [(0, 10)], 1.0),  # a breath between them
        ([(0, 4), (6, 10)], [(0, 10)], 0.8),
        ([(0, 4), (6, 10)], [(0, 4), (6, 10)], 1.0),  # nobody spoke in between
        ([(2, 8), (3, 4)], [(0, 10)], 0.6),  # one within the other
        ([(6, 10), (0, 4)], [(0, 10)], 0.8),
        ([(20, 30)], [(0, 10)], 0.0),
        ([(0, 1)], [], 1.0),
    ],
)
def test_coverage_is_the_share_of_what_sounds(
    spans: list[tuple[float, float]], sounding: list[tuple[float, float]], share: float
) -> None:
    captions = [said(start, end) for start, end in spans]

    assert coverage(captions, sounding) == pytest.approx(share)
