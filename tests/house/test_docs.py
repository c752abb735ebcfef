"""What can be set and what can be run is explained."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path

import pytest
from flask import Flask

from config import Config

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs" / "operating.md"


@pytest.mark.parametrize("name", [field.name for field in fields(Config)])
def test_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in OPERATING.read_text()


def test_explained_settings_are_there() -> None:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|", OPERATING.read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(field.name for field in fields(Config))


def test_every_command_is_explained(wired_app: Callable[[dict[str, str]], Flask]) -> None:
    words = OPERATING.read_text()
    own = [n for n, c in wired_app({}).cli.commands.items() if "app.cli" in c.callback.__module__]

    assert own != []
    assert [name for name in own if f"--app wsgi {name}" not in words] == []


def test_every_script_is_explained() -> None:
    words = (ROOT / "scripts" / "README.md").read_text()
    named = [n.removeprefix("scripts/") for n in re.findall(r"`([\w./*]+)`", words)]
    scripts = {p.name for p in (ROOT / "scripts").iterdir() if p.is_file()}
    own = sorted(scripts - {"README.md", "ruff.toml"})

    assert [n for n in own if not any(fnmatch(n, pattern) for pattern in named)] == []


@pytest.mark.parametrize("page", sorted(p.name for p in (ROOT / "docs").glob("*.md")))
def test_links_between_documents_lead_somewhere(page: str) -> None:
    words = (ROOT / "docs" / page).read_text()
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", words)

    assert [t for t in targets if not (ROOT / "docs" / t).exists()] == []
