"""Scores of any contest, typed in as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from flask import Flask

from app.judging.rules import SheetRefused, read_scores, read_weights

HEAD = "entry,judge,criterion,score"


def refused(*lines: str, weights: dict[str, Fraction] | None = None) -> str:
    with pytest.raises(SheetRefused) as told:
        read_scores(lines, weights)
    return str(told.value)


def test_scorecards_become_weighted_means_whatever_the_order() -> None:
    lines = [
        "\ufeffScore;Criterion;Judge;Entry",
        "4;Impact;Kai;E2",
        "2;Craft;Kai;E2",
        "",
        "3,5;Craft;Ann;E1",
        "5;Impact;Ann;E1",
    ]

    sheet = read_scores(lines, read_weights(["criterion,weight", "Impact,3", "Craft,1"]))

    assert (sheet.entries, sheet.judges) == (("E1", "E2"), ("Ann", "Kai"))
    assert sheet.totals == {(0, 0): Fraction(37, 8), (1, 1): Fraction(7, 2)}
    alike = read_scores(lines)
    assert alike.totals[1, 1] == 3


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "Line 1: the column entry is missing"),
        (["entry,judge,score", "E1,Kai,3"], "Line 1: the column criterion is missing"),
        ([HEAD], "no line with a score"),
        ([HEAD, "E1,Kai,Impact,good"], "Line 2: “good” is no score."),
        ([HEAD, "E1,Kai,Impact,-1"], "Line 2: “-1” is no score."),
        ([HEAD, "E1,Kai,Impact,1e999999999"], "Line 2: “1e999999999” is no score."),
        ([HEAD, "E1,Kai,Impact,nan"], "Line 2: “nan” is no score."),
        ([HEAD, "E1,Kai,Impact,1/3"], "Line 2: “1/3” is no score."),
        ([HEAD, "E1,Kai,Impact"], "Line 2: “” is no score."),
        ([HEAD, ",Kai,Impact,3"], "Line 2: no entry."),
        ([HEAD, "E1,Kai,Impact,3", "E1,Kai,Impact,4"], "Line 3: Kai scored E1 twice for Impact."),
        (
            [HEAD, "E1,Kai,Impact,3", "E1,Kai,Craft,4", "E1,Ann,Craft,4"],
            "Line 4: Ann gave E1 no score for Impact.",
        ),
        ([HEAD, f"{'E' * 200},Kai,Impact,3"], "Line 2: a cell is too long."),
        ([HEAD, "\0" * 40], "Line 2:"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(lines: list[str], words: str) -> None:
    assert words in refused(*lines)


def test_many_problems_are_told_at_once_but_not_all_of_them() -> None:
    told = refused(HEAD, *(f"E{n},Kai,Impact,x" for n in range(500)))

    assert len(told.splitlines()) == 20


def test_a_table_without_end_is_not_read_to_its_end() -> None:
    def endless() -> Iterator[str]:
        yield HEAD
        while True:
            yield "E1,Kai,Impact,3"

    with pytest.raises(SheetRefused, match="More than 200000 lines"):
        read_scores(endless())


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["criterion,weight"], "no line"),
        (["criterion,weight", "Impact,0"], "Line 2: “0” is no weight."),
        (["criterion,weight", "Impact,1", "Impact,2"], "Line 3: Impact stands twice."),
        (["criterion,weight", ",1"], "Line 2: no criterion."),
    ],
)
def test_weights_are_checked_too(lines: list[str], words: str) -> None:
    with pytest.raises(SheetRefused) as told:
        read_weights(lines)
    assert words in str(told.value)


def test_a_criterion_without_weight_is_refused() -> None:
    told = refused(HEAD, "E1,Kai,Craft,3", weights={"Impact": Fraction(1)})

    assert "Line 2: Craft has no weight." in told


def _paper(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    lines = [HEAD]
    for judge, hard in (("Ann", 0), ("Ben", 1), ("Cy", 0), ("Dee", 0)):
        for entry, good in (("E1", 4), ("E2", 5), ("E3", 3), ("E4", 2), ("E5", 4)):
            lines.append(f"{entry},{judge},Impact,{good - hard}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_command_ranks_a_table(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke

    answer = json.loads(run(args=["judging", "rank", str(_paper(tmp_path))]).output)

    assert answer["method"] == "adjusted"
    assert [(e["place"], e["entry"]) for e in answer["entries"]] == [
        (1, "E2"),
        (2, "E1"),
        (2, "E5"),
        (4, "E3"),
        (5, "E4"),
    ]
    assert answer["entries"][0]["first"] == 1
    strict = {j["judge"]: j["severity"] for j in answer["judges"]}
    assert strict["Ben"] < strict["Ann"] == strict["Cy"]
    plain = run(args=["judging", "rank", str(_paper(tmp_path)), "--method", "mean"])
    assert json.loads(plain.output)["entries"][0]["score"] == 4.75


def test_the_command_says_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(HEAD.encode() + b"\nE1,Kai,Impact,\xff\n")
    told = app.test_cli_runner().invoke(args=["judging", "rank", str(path)])
    assert told.exit_code == 1
    assert "not text in UTF-8" in told.output

    path.write_text(f"{HEAD}\nE1,Kai,Impact,five\n")
    told = app.test_cli_runner().invoke(args=["judging", "rank", str(path)])
    assert told.exit_code == 1
    assert "Line 2: “five” is no score." in told.output
