"""What a check answers: a verdict, with reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.texts import Text, text
from app.video.source.facts import Source


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


@dataclass(frozen=True)
class Reason:
    """Why a file is refused (`blocks`) or what its team should know."""

    code: str
    text: Text
    blocks: bool


@dataclass(frozen=True)
class Report:
    """The outcome of `check`; `found` names private things in the file, none of which we keep."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    source: Source | None
    found: tuple[Text, ...]


def summed_up(reasons: list[Reason], source: Source | None, found: tuple[Text, ...]) -> Report:
    if any(reason.blocks for reason in reasons):
        verdict = Verdict.REJECT
    else:
        verdict = Verdict.ACCEPT_WARN if reasons else Verdict.ACCEPT
    return Report(verdict, tuple(reasons), source, found)


def damaged() -> Reason:
    """The one word for a file that ends early, whichever look at it found that out."""
    words = text(
        "This file is incomplete or damaged: it can't be played to its end. Please upload it "
        "again, or export it again."
    )
    return Reason("damaged", words, True)


def too_short(seconds: float, limits: Limits) -> Reason:
    words = text(
        "It is %(seconds)s seconds long. The shortest allowed is %(limit)s seconds.",
        seconds=number(seconds),
        limit=number(limits.min_seconds),
    )
    return Reason("too_short", words, True)


def too_long(seconds: float, limits: Limits) -> Reason:
    words = text(
        "It is %(seconds)s seconds long. The longest allowed is %(limit)s seconds.",
        seconds=number(seconds),
        limit=number(limits.max_seconds),
    )
    return Reason("too_long", words, True)


def number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
