"""The school agreement: one form of a text, what changed, who still has to accept."""

from __future__ import annotations

import time

import pytest

from app.contest.rules import Piece
from app.schools import rules
from app.schools.models import AgreementAcceptance, AgreementVersion


@pytest.mark.parametrize(
    "words",
    ["One.\n\nTwo.", "\n One.\n\nTwo.\n", "One.  \r\n\r\nTwo.\r\n", "One.\n\n\n\nTwo."],
)
def test_what_cannot_be_seen_makes_no_version(words: str) -> None:
    assert rules.tidy(words) == "One.\n\nTwo."


def test_changes_are_shown_paragraph_by_paragraph_and_word_by_word() -> None:
    old = "First.\n\nWe keep it a year.\n\nGone."
    new = "First.\n\nWe keep it two years.\n\nLast one."

    assert rules.compare(old, new) == [
        [Piece("kept", "First.")],
        [Piece("kept", "We keep it "), Piece("old", "a year."), Piece("new", "two years.")],
        [Piece("old", "Gone."), Piece("new", "Last one.")],
    ]
    assert rules.compare("A.", "A.\n\nB.") == [[Piece("kept", "A.")], [Piece("new", "B.")]]
    assert rules.compare("A.\n\nB.", "A.") == [[Piece("kept", "A.")], [Piece("old", "B.")]]


def test_comparing_the_longest_texts_is_quick() -> None:
    old, new = "a " * (rules.AGREEMENT_MOST // 2), "b a " * (rules.AGREEMENT_MOST // 4)
    lines = "\n\n".join(["x"] * (rules.AGREEMENT_MOST // 3))

    began = time.monotonic()
    changes = rules.compare(old, new)
    rules.compare(lines, lines.replace("x", "y"))

    assert [piece.kind for piece in changes[0]] == ["old", "new"]
    assert time.monotonic() - began < 5


def test_season_without_an_agreement_asks_for_nothing() -> None:
    version = AgreementVersion(number=1, words="Text")
    accepted = AgreementAcceptance(name="Kai")

    assert rules.why_not_agreed(None, None) is None
    assert rules.why_not_agreed(version, accepted) is None
    assert str(rules.why_not_agreed(version, None)) == (
        "Your school still has to accept the agreement. Your teacher knows."
    )


def test_usual_agreement_says_what_it_must_and_fits() -> None:
    words = rules.USUAL_AGREEMENT

    assert len(words) < rules.AGREEMENT_MOST
    for said in ("stays the school's own", "no advertising", "to delete", "safety go to"):
        assert said in words
    assert rules.tidy(words) == rules.tidy(rules.tidy(words))
