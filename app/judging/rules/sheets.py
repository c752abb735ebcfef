"""Scores of any contest as a table: one line for each entry, judge and criterion."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.judging.rules.evaluating import Chance, Method, evaluate, too_close
from app.texts import Text, text

COLUMNS = ("entry", "judge", "criterion", "score")
# Digits only: an exponent could make a number that takes all memory.
NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,9})?")
MOST_LINES = 200_000
MOST_LETTERS = 120
MOST_POINTS = 1_000_000
MOST_TOLD = 20
"""So many problems are named; who mends them finds the rest the next time."""


class SheetRefused(Exception):
    """The table can't be used; `problems` say why, line by line."""

    def __init__(self, problems: Sequence[Text]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Sheet:
    """`totals` by places in `entries` and `judges`, which are in alphabetical order."""

    entries: tuple[str, ...]
    judges: tuple[str, ...]
    totals: Mapping[tuple[int, int], Fraction]


def read_weights(lines: Iterable[str]) -> dict[str, Fraction]:
    """Weights from a table with the columns criterion and weight. Raises SheetRefused."""
    weights: dict[str, Fraction] = {}
    problems: list[Text] = []
    for number, row in _rows(lines, ("criterion", "weight")):
        weight = _number(row["weight"])
        if not row["criterion"]:
            problems.append(text("Line %(n)s: no criterion.", n=number))
        elif weight is None or weight <= 0:
            problems.append(
                text("Line %(n)s: “%(said)s” is no weight.", n=number, said=row["weight"])
            )
        elif row["criterion"] in weights:
            problems.append(
                text("Line %(n)s: %(name)s stands twice.", n=number, name=row["criterion"])
            )
        else:
            weights[row["criterion"]] = weight
    if not weights and not problems:
        problems.append(text("The table of weights has no line."))
    _raise(problems)
    return weights


def read_scores(lines: Iterable[str], weights: Mapping[str, Fraction] | None = None) -> Sheet:
    """The weighted mean of each scorecard; without `weights` all criteria count alike.

    Raises SheetRefused for a score that is missing, no number, or there twice.
    """
    cards: dict[tuple[str, str], dict[str, Fraction]] = {}
    first_line: dict[tuple[str, str], int] = {}
    problems: list[Text] = []
    for number, row in _rows(lines, COLUMNS):
        score, card = _number(row["score"]), (row["entry"], row["judge"])
        empty = [name for name in COLUMNS[:3] if not row[name]]
        if empty:
            problems.append(text("Line %(n)s: no %(name)s.", n=number, name=empty[0]))
        elif score is None:
            problems.append(
                text("Line %(n)s: “%(said)s” is no score.", n=number, said=row["score"][:40])
            )
        elif weights is not None and row["criterion"] not in weights:
            problems.append(
                text("Line %(n)s: %(name)s has no weight.", n=number, name=row["criterion"])
            )
        elif row["criterion"] in cards.setdefault(card, {}):
            problems.append(
                text(
                    "Line %(n)s: %(judge)s scored %(entry)s twice for %(name)s.",
                    n=number,
                    judge=row["judge"],
                    entry=row["entry"],
                    name=row["criterion"],
                )
            )
        else:
            cards[card][row["criterion"]] = score
            first_line.setdefault(card, number)
    criteria = set(weights) if weights is not None else {c for card in cards.values() for c in card}
    for card, given in cards.items():
        if card in first_line and (lacking := sorted(criteria - given.keys())):
            problems.append(
                text(
                    "Line %(n)s: %(judge)s gave %(entry)s no score for %(name)s.",
                    n=first_line[card],
                    judge=card[1],
                    entry=card[0],
                    name=lacking[0],
                )
            )
    if not cards and not problems:
        problems.append(text("The table has no line with a score."))
    _raise(problems)
    worth = weights if weights is not None else dict.fromkeys(criteria, Fraction(1))
    whole = sum(worth.values(), Fraction())
    entries = tuple(sorted({entry for entry, _judge in cards}))
    judges = tuple(sorted({judge for _entry, judge in cards}))
    place = {entry: at for at, entry in enumerate(entries)}
    seat = {judge: at for at, judge in enumerate(judges)}
    totals = {
        (place[entry], seat[judge]): sum(
            (score * worth[name] for name, score in given.items()), Fraction()
        )
        / whole
        for (entry, judge), given in cards.items()
    }
    return Sheet(entries, judges, totals)


def _raise(problems: list[Text]) -> None:
    if problems:
        raise SheetRefused(problems[:MOST_TOLD])


def _rows(lines: Iterable[str], columns: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Each line with its number; the head names the columns, in whatever order and case, parted by
    comma, semicolon or tab."""
    try:
        taken = [line for _number, line in zip(range(MOST_LINES + 1), lines, strict=False)]
    except UnicodeDecodeError:
        raise SheetRefused([text("The file is not text in UTF-8.")]) from None
    if len(taken) > MOST_LINES:
        raise SheetRefused([text("More than %(most)s lines.", most=MOST_LINES)])
    head = taken[0].lstrip("\ufeff") if taken else ""
    delimiter = max(",;\t", key=head.count)
    names = [name.strip().lower() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if missing := [name for name in columns if name not in names]:
        raise SheetRefused(
            [
                text(
                    "Line 1: the column %(name)s is missing. Needed are: %(all)s.",
                    name=missing[0],
                    all=", ".join(columns),
                )
            ]
        )
    reader = csv.reader(taken[1:], delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
                found = {name: cells.get(name, "") for name in columns}
                if any(len(cell) > MOST_LETTERS for cell in found.values()):
                    raise SheetRefused(
                        [text("Line %(n)s: a cell is too long.", n=reader.line_num + 1)]
                    )
                yield reader.line_num + 1, found
    except csv.Error as error:
        raise SheetRefused(
            [text("Line %(n)s: %(said)s.", n=reader.line_num + 1, said=str(error))]
        ) from None


def _number(word: str) -> Fraction | None:
    if not NUMBER.fullmatch(word):
        return None
    value = Fraction(word.replace(",", "."))
    return value if value <= MOST_POINTS else None


def ranked_sheet(sheet: Sheet, method: Method) -> dict[str, Any]:
    """The entries of a table from first to last, with how sure that is, as plain values for JSON.

    Scores that are equal to the sixth decimal share a place. Where nothing can be evened out the
    plain means decide, and `refused` says why.
    """
    found = evaluate(sheet.totals, [range(len(sheet.entries))])
    evened = method is Method.ADJUSTED and found.refused is None

    def score(chance: Chance) -> float:
        return chance.adjusted if evened and chance.adjusted is not None else chance.mean

    listed = sorted(found.chances.values(), key=lambda c: (-score(c), sheet.entries[c.entry_id]))
    places = {value: at for at, value in reversed(list(enumerate(map(score, listed), 1)))}
    return {
        "method": (Method.ADJUSTED if evened else Method.MEAN).value,
        "refused": str(found.refused) if found.refused and method is Method.ADJUSTED else None,
        "reliability": found.reliability,
        "entries": [
            {
                "place": places[score(chance)],
                "entry": sheet.entries[chance.entry_id],
                "score": score(chance),
                "mean": chance.mean,
                "adjusted": chance.adjusted,
                "reviews": chance.reviews,
                "low": chance.low,
                "high": chance.high,
                "first": chance.first,
                "top_three": chance.top_three,
            }
            for chance in listed
        ],
        "too_close": [sheet.entries[entry] for entry in too_close(list(found.chances.values()))],
        "judges": [
            {
                "judge": sheet.judges[each.judge_id],
                "cards": each.cards,
                "mean": each.mean,
                "severity": each.severity,
            }
            for each in found.judges
        ],
    }
