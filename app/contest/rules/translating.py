"""Which of a season's words everybody reads, and what a translation of them must keep."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest.rules.ruleset import Rule
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Category, Criterion, NewsItem, Season

TRANSLATION_MOST = 8000
"""Letters; other languages need up to twice as many as English."""
# Comparing takes time that grows with both texts.
ALIKE_MOST, COMPARED_MOST = 1000, 20
_PLACE = re.compile(r"\{\w+\}")


class Standing(StrEnum):
    """How far one text is in one language."""

    TRANSLATED = "translated"
    DRAFT = "draft"
    """The software's own catalog has it."""
    MISSING = "missing"


@dataclass(frozen=True)
class Passage:
    """Words that stand together, in the order in which somebody would translate them."""

    title: Text
    texts: tuple[str, ...]


def to_translate(
    seasons: Sequence[Season],
    rules: Iterable[Rule],
    notes: Sequence[str],
    news: Sequence[NewsItem],
    others: Iterable[Passage] = (),
) -> list[Passage]:
    """All that organizers typed for the public, each text once. `seasons` are those that public
    pages show, the current one first; `notes` say why its rules changed; `others` are what other
    features have them type."""
    listed = [
        (text("Name and face"), [w for s in seasons[:1] for w in (s.tagline, s.about)]),
        (text("Categories"), [w for s in seasons for c in s.categories for w in _named(c)]),
        (text("Divisions"), [division.name for s in seasons for division in s.divisions]),
        (text("Prizes"), [prize.words for s in seasons[:1] for prize in s.prizes]),
        (text("News"), [w for item in news for w in (item.title, item.words)]),
        (text("Rules"), [w for rule in rules for w in (rule.words, rule.team, rule.fault)]),
        (text("Why the rules changed"), list(notes)),
        (text("Rubric"), [w for s in seasons[:1] for c in s.criteria for w in _named(c)]),
        (text("Panels"), [panel.name for s in seasons[:1] for panel in s.panels]),
        (text("Signatories"), [each.title for s in seasons[:1] for each in s.signatories]),
        (text("Questions"), [question.words for s in seasons for question in s.questions]),
        *((each.title, each.texts) for each in others),
    ]
    seen: set[str] = {""}
    passages = []
    for title, words in listed:
        new = [each for each in dict.fromkeys(words) if each not in seen]
        seen.update(new)
        if new:
            passages.append(Passage(title, tuple(new)))
    return passages


def _named(part: Category | Criterion) -> tuple[str, str]:
    return part.name, part.description


def digest_of(words: str) -> str:
    """Stands for exactly these words (SHA-256, hex)."""
    return hashlib.sha256(words.encode()).hexdigest()


def why_not_translation(source: str, words: str) -> Text | None:
    """Why `words` can't stand for `source`, or None. Numbers of a rule stand in both."""
    wanted, given = sorted(set(_PLACE.findall(source))), sorted(set(_PLACE.findall(words)))
    if words and wanted != given:
        if not wanted:
            return text("Please leave out %(given)s.", given=", ".join(given))
        return text("Please keep %(wanted)s as it is, and no other.", wanted=", ".join(wanted))
    return None


def closest(source: str, earlier: Iterable[str]) -> str | None:
    """What `source` most likely said before it was changed, out of texts that nothing says any
    more: a guess, to show to somebody who translates, and nothing to publish."""
    if len(source) > ALIKE_MOST:
        return None
    near = sorted(earlier, key=lambda each: abs(len(each) - len(source)))[:COMPARED_MOST]
    found = get_close_matches(source, near, n=1, cutoff=0.6)
    return found[0] if found else None
