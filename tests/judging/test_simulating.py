"""Contests with made-up entries: what a plan is good for."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.judging.rules import simulate, why_not_simulable


def test_two_rounds_find_the_best_entry_with_the_reviews_of_one() -> None:
    """What the procedure rests on: 0.7 and more with at most 240 reviews, where one round of four
    reviews each stays near 0.6."""
    two = simulate(entries=60, judges=10, reviews=3, finalists=8, runs=1000, seed=2)
    one = simulate(entries=60, judges=10, reviews=4, finalists=0, runs=1000, seed=2)

    assert two.best_wins >= 0.68
    assert two.reviews <= 240
    assert one.reviews == 240
    assert one.best_wins < two.best_wins - 0.05
    assert two.regret < one.regret


def test_the_same_numbers_give_the_same_answer() -> None:
    numbers = {"entries": 20, "judges": 5, "reviews": 3, "finalists": 4, "runs": 50, "seed": 7}

    assert simulate(**numbers) == simulate(**numbers)
    assert simulate(**numbers) != simulate(**(numbers | {"seed": 8}))


@pytest.mark.parametrize(
    "change",
    [
        {"entries": 1},
        {"entries": 10_000},
        {"judges": 1},
        {"reviews": 0},
        {"reviews": 11},
        {"finalists": 61},
        {"finalists": -1},
        {"runs": 0},
        {"runs": 10**9},
    ],
)
def test_impossible_numbers_are_refused(change: dict[str, int], app: Flask) -> None:
    numbers = {"entries": 60, "judges": 10, "reviews": 3, "finalists": 8, "runs": 10} | change
    assert why_not_simulable(**numbers)

    words = [f"--{name}={value}" for name, value in numbers.items()]
    told = app.test_cli_runner().invoke(args=["judging", "simulate", *words])
    assert told.exit_code == 1


def test_the_command_prints_one_object(app: Flask) -> None:
    words = ["--entries", "20", "--judges", "5", "--finalists", "0", "--runs", "40"]

    told = app.test_cli_runner().invoke(args=["judging", "simulate", *words])

    answer = json.loads(told.output)
    assert set(answer) == {"best_wins", "regret", "reviews"}
    assert answer["reviews"] == 60
