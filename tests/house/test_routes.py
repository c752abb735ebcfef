"""Addresses that were given out stay; menus lead somewhere; every queue has a worker."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoPage

from app.core import jobs
from app.routes import FOOTER, MENUS, OUTBOX

ROOT = Path(__file__).parents[2]
KNOWN = Path(__file__).with_name("urls.txt")


@pytest.fixture
def site(wired_app: Callable[[dict[str, str]], Flask]) -> Flask:
    return wired_app({})


def addresses(site: Flask) -> set[str]:
    """All addresses; what a part of one may look like does not matter here."""
    return {re.sub(r"<[^<>]*?(\w+)>", r"<\1>", rule.rule) for rule in site.url_map.iter_rules()}


def test_no_address_vanishes(site: Flask) -> None:
    """A page that moves leaves a redirect; a new one is written down here."""
    known = set(KNOWN.read_text().split())

    assert sorted(known - addresses(site)) == []
    assert sorted(addresses(site) - known) == []


def test_menus_name_pages_that_are_there(site: Flask) -> None:
    endpoints = {item[1] for items in (*MENUS.values(), FOOTER, (OUTBOX,)) for item in items}

    assert endpoints - set(site.view_functions) == set()


def test_links_in_mails_lead_to_pages(site: Flask) -> None:
    """Notifications write paths by hand: the ground they stand on knows no pages."""
    wrong = []
    for source in (ROOT / "app").glob("*/notifications.py"):
        for path in re.findall(r'Link\(\s*f?"([^"]+)"', source.read_text()):
            plain = re.sub(r"\{[^}]*\}", "1", path).partition("?")[0].partition("#")[0]
            try:
                site.url_map.bind("localhost").match(plain)
            except (NoPage, MethodNotAllowed):
                wrong.append((source.parent.name, path))

    assert wrong == []


def test_every_queue_has_a_worker() -> None:
    started = (ROOT / "scripts" / "worker").read_text()
    named = re.search(r"^queues=(\S+)$", started, re.MULTILINE)

    assert named is not None
    assert set(named[1].split(",")) == jobs.queues()


def test_jobs_asked_for_by_name_are_registered() -> None:
    asked = {
        name
        for source in (ROOT / "app").rglob("*.py")
        for name in re.findall(r'enqueue\(\s*\w+,\s*"([^"]+)"', source.read_text())
    }

    assert asked - set(jobs._tasks) == set()
