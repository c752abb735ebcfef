"""What a check answers: a verdict, and every finding in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.texts import Text, text
from app.video.measuring import Print
from app.video.source.facts import Measured, Source


class Verdict(StrEnum):
    ACCEPT = "accept"
    ACCEPT_WARN = "accept_warn"
    REJECT = "reject"


@dataclass(frozen=True)
class Limits:
    """A season's rules for a video: seconds, and bytes of the file."""

    min_seconds: float = 15.0
    max_seconds: float = 60.0
    tolerance: float = 0.5
    max_bytes: int = 2 * 1024**3


class Level(StrEnum):
    """Green was checked and is fine, amber warns, red refuses."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Reason:
    """One finding: what is so, in words for a twelve-year-old, and what to do about it."""

    code: str
    level: Level
    text: Text
    advice: Text | None = None


@dataclass(frozen=True)
class Report:
    """The outcome of `check`; `found` names private things in the file, none of which we keep.

    `findings` are all of them, also what is fine; `measured` and `print` are there when the film
    could be decoded in the time a team should wait.
    """

    findings: tuple[Reason, ...]
    source: Source | None = None
    found: tuple[Text, ...] = ()
    measured: Measured | None = None
    print: Print | None = None
    made: bool = False
    """Whether what was to be made in the same decode is there."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is refused, and what its team should know."""
        return tuple(reason for reason in self.findings if reason.level is not Level.GREEN)

    @property
    def verdict(self) -> Verdict:
        levels = {reason.level for reason in self.findings}
        if Level.RED in levels:
            return Verdict.REJECT
        return Verdict.ACCEPT_WARN if Level.AMBER in levels else Verdict.ACCEPT

    @property
    def refused(self) -> bool:
        """Whether nothing can be made of it."""
        return self.source is None or self.verdict is Verdict.REJECT


def fine(code: str, words: Text, advice: Text | None = None) -> Reason:
    return Reason(code, Level.GREEN, words, advice)


def warning(code: str, words: Text, advice: Text) -> Reason:
    return Reason(code, Level.AMBER, words, advice)


def refusal(code: str, words: Text, advice: Text) -> Reason:
    return Reason(code, Level.RED, words, advice)


def damaged() -> Reason:
    """The one word for a file that ends early, whichever look at it found that out."""
    return refusal(
        "damaged",
        text("This file is incomplete or damaged: it can't be played to its end."),
        text("Please upload it again. If that does not help, export it again."),
    )


def locked() -> Reason:
    return refusal(
        "encrypted",
        text("This file is copy-protected."),
        text("Please upload the video you made yourselves."),
    )


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
