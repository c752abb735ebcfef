"""The rule set: one versioned list of rules that everything else is made of.

The public rules page, the team's checklist, the limits an upload is checked by, the screener's form
and the reasons to return or disqualify are all read from it, so that they cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.contest.rules.rule_parts import RulePart
from app.texts import Text, find_said, said, text

if TYPE_CHECKING:
    from app.contest.models import Season


MOST_RULES = 60
WORDS_MOST = 400
# Comparing word by word takes time that grows with the square of the words.
WORDS_COMPARED = 600
NUMBER_NAMES: dict[str, tuple[Text, int, int]] = {
    "min_seconds": (text("Shortest length in seconds"), 1, 600),
    "max_seconds": (text("Longest length in seconds"), 1, 600),
    "max_megabytes": (text("Largest upload in megabytes"), 10, 5000),
    "team_most": (text("Students in a team, at most"), 1, 30),
    "entries_most": (text("Entries a teacher may put into one category"), 1, 50),
    "cure_hours": (text("Hours to mend a technical fault"), 1, 720),
}
"""Every number a rule may hold: its label, the least and the most it can be. The season has a
column of the same name, which is what is in force."""

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Rule:
    """One rule, in the words each reader needs. Words of ours are message ids and get translated;
    `{name}` stands for one of the rule's numbers."""

    code: str
    """Names the rule in decisions and in the record; never changes, is never given out twice."""
    part: RulePart
    words: str
    """As it stands on the public rules page."""
    team: str = ""
    """As a question the team asks itself before it uploads; empty when it need not."""
    screener: str = ""
    """What a screener ticks; empty when there is nothing to see in the video."""
    fault: str = ""
    """What a teacher reads when an entry is returned or disqualified for it."""
    curable: bool = False
    """A technical fault: it may be mended after the deadline, within the hours of grace for it."""
    numbers: Mapping[str, int] = field(default_factory=dict)

    def said(self, words: str) -> str:
        """`words` in the language in force, the rule's numbers in their places."""
        return self.with_numbers_in(said(words))

    def with_numbers_in(self, words: str) -> str:
        """`words` as they are, the rule's numbers in their places."""
        known = {name: str(number) for name, number in self.numbers.items()}
        return _PLACE.sub(lambda place: known.get(place[1], place[0]), words)

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"part": str(self.part), "numbers": dict(self.numbers)}


def old_numbers_typed(before: Rule, saved: Rule) -> dict[str, int]:
    """The numbers that were changed and stand in the words as typed digits still, as they were."""
    said = " ".join((saved.words, saved.team, saved.screener, saved.fault))
    digits = set(re.findall(r"\d+", _PLACE.sub("", said)))
    return {
        name: number
        for name, number in before.numbers.items()
        if saved.numbers.get(name) != number and str(number) in digits
    }


def rule_of(data: Mapping[str, Any]) -> Rule:
    """The rule that `Rule.as_data` wrote down."""
    return Rule(**{**data, "part": RulePart(data["part"])})


def numbers_in(rules: Sequence[Rule]) -> dict[str, int]:
    """All the numbers of a rule set, by the season's column they are in force as."""
    return {name: number for rule in rules for name, number in rule.numbers.items()}


def numbers_of(season: Season) -> dict[str, int]:
    """The numbers in force."""
    return {name: getattr(season, name) for name in NUMBER_NAMES}


def with_numbers(rules: Sequence[Rule], numbers: Mapping[str, int]) -> list[Rule]:
    """The same rules holding `numbers` wherever they hold a number of that name."""
    return [
        replace(rule, numbers={name: numbers.get(name, n) for name, n in rule.numbers.items()})
        for rule in rules
    ]


def checklist(rules: Sequence[Rule]) -> list[Rule]:
    """What a screener goes through."""
    return [rule for rule in rules if rule.screener]


def faults(rules: Sequence[Rule]) -> list[Rule]:
    """What an entry may be returned or disqualified for."""
    return [rule for rule in rules if rule.fault]


def for_teams(rules: Sequence[Rule]) -> list[Rule]:
    """What a team asks itself before it uploads."""
    return [rule for rule in rules if rule.team]


def why_not_published(rules: Sequence[Rule], was: Sequence[Rule]) -> Text | None:
    """Why these rules can't take the place of `was`, or None."""
    if not changes(was, rules):
        return text("Nothing has changed since the rules were last published.")
    if len(rules) > MOST_RULES:
        return text("%(most)s rules are as many as anybody can read.", most=MOST_RULES)
    numbers = numbers_in(rules)
    missing = sorted(set(NUMBER_NAMES) - set(numbers))
    if missing:
        return text(
            "A rule must say this: %(what)s.",
            what=", ".join(str(NUMBER_NAMES[name][0]) for name in missing),
        )
    if numbers["min_seconds"] > numbers["max_seconds"]:
        return text("The longest length must not be below the shortest.")
    if not checklist(rules) or not faults(rules):
        return text("Screeners need at least one point to check and one reason to give.")
    return None


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Piece:
    """Some words of a changed rule: `kept`, `old` or `new`."""

    kind: str
    words: str


@dataclass(frozen=True)
class Change:
    kind: ChangeKind
    code: str
    pieces: tuple[Piece, ...]
    """The public words, old and new, piece by piece."""
    untranslated: str = ""
    """The words that are not known in the language in force, if there are any: all pieces are as
    they were typed then, for two languages can't be compared."""

    def plainly(self) -> str:
        """The new words, or the old ones of a rule that is gone, for a mail."""
        side = "old" if self.kind is ChangeKind.REMOVED else "new"
        return "".join(piece.words for piece in self.pieces if piece.kind in ("kept", side))


def changes(was: Sequence[Rule], now: Sequence[Rule]) -> list[Change]:
    """What differs between two versions, in the order of the newer one; what is gone comes last.

    A rule whose words for screeners or teams alone differ counts as changed too: its public words
    are then shown as kept.
    """
    before = {rule.code: rule for rule in was}
    after = {rule.code for rule in now}
    found = []
    for rule in now:
        old = before.get(rule.code)
        if old is None:
            new = (Piece("new", rule.said(rule.words)),)
            found.append(Change(ChangeKind.ADDED, rule.code, new, _unknown(rule)))
        elif old != rule:
            unknown = _unknown(old, rule)
            one, other = (
                each.with_numbers_in(each.words) if unknown else each.said(each.words)
                for each in (old, rule)
            )
            pieces = compare_words(one, other)
            found.append(Change(ChangeKind.CHANGED, rule.code, pieces, unknown))
    for rule in was:
        if rule.code not in after:
            gone = (Piece("old", rule.said(rule.words)),)
            found.append(Change(ChangeKind.REMOVED, rule.code, gone, _unknown(rule)))
    return found


def _unknown(*rules: Rule) -> str:
    return next((rule.words for rule in rules if find_said(rule.words) is None), "")


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Two texts word by word; put together again, what was kept and what is new is `new` to the
    letter. Long texts that differ are told as a whole."""
    a, b = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    if len(a) + len(b) > WORDS_COMPARED:
        return (Piece("old", old), Piece("new", new))
    pieces: list[Piece] = []
    for deed, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if deed == "equal":
            pieces.append(Piece("kept", "".join(b[k:m])))
            continue
        if j > i:
            pieces.append(Piece("old", "".join(a[i:j])))
        if m > k:
            pieces.append(Piece("new", "".join(b[k:m])))
    return tuple(pieces)
