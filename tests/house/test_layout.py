"""The house keeps its shape: known packages, known file names, nothing called helpers."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
FEATURES = sorted(name.removeprefix("app.") for name in CONTRACTS[1]["containers"])
FILES = {
    "__init__",
    "forms",
    "models",
    "notifications",
    "permissions",
    "queries",
    "rules",
    "services",
    "tasks",
    "views",
}
SINKS = {"utils", "util", "helpers", "helper", "common", "lib", "misc", "base", "shared"}


def modules() -> list[Path]:
    return sorted(p for p in APP.rglob("*.py") if "__pycache__" not in p.parts)


def test_features_are_those_the_contracts_name() -> None:
    """A package below the ladder's top must be given its rung."""
    packages = {p.name for p in APP.iterdir() if (p / "__init__.py").exists()}

    assert sorted(packages - {"core", "web", "video", "seed"}) == FEATURES


def test_features_have_files_of_known_names_only() -> None:
    strange = [
        path.relative_to(APP).as_posix()
        for feature in FEATURES
        for path in (APP / feature).iterdir()
        if path.name != "__pycache__" and path.stem not in FILES
    ]

    assert strange == []


def test_nothing_is_called_after_a_drawer() -> None:
    assert [p for p in modules() if set(p.relative_to(APP).with_suffix("").parts) & SINKS] == []


def test_every_feature_says_what_it_is_about_and_imports_nothing_to_say_it() -> None:
    for feature in FEATURES:
        tree = ast.parse((APP / feature / "__init__.py").read_text())

        assert ast.get_docstring(tree), feature
        assert len(tree.body) == 1, feature


def test_every_module_says_what_it_holds() -> None:
    sources = {path: path.read_text() for path in modules()}
    silent = [p for p, s in sources.items() if s.strip() and not ast.get_docstring(ast.parse(s))]

    assert silent == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [p for p in modules() if marks.search(p.read_text())]
    found += [p for p in (APP / "templates").rglob("*.*") if marks.search(p.read_text())]

    assert found == []


def test_tests_lie_where_what_they_test_lies() -> None:
    mirrored = {p.name for p in (ROOT / "tests").iterdir() if (p / "__init__.py").exists()}

    assert sorted(mirrored - {"house", "browser"} - {p.name for p in APP.iterdir()}) == []
