"""Templates: each compiles, is used, trusts nobody's words, and has no inline script or style."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.entries.rules import EntryStatus

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "app" / "templates"
PAGES = sorted(
    p.relative_to(TEMPLATES).as_posix()
    for p in TEMPLATES.rglob("*.html")
    if p.relative_to(TEMPLATES).parts[0] != "email"
)
MAILS = sorted(
    p.relative_to(TEMPLATES / "email").with_suffix("").as_posix()
    for p in (TEMPLATES / "email").rglob("*.txt")
)

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
    "an inline script": r"<script(?![^>]*\ssrc=)(?! type=\"application/ld\+json\">)",
    "an inline style sheet": r"<style",
    "a script address": r"javascript:",
    "trusted words": r"\|\s*safe\b|Markup\(|autoescape\s+false",
    "a resource from elsewhere": r"(?:src|href)=[\"'](?:https?:)?//[^\"']*\.(?:js|css|woff2?|png)",
}

STANDS_ALONE = {"showcase/kit_page.html"}
"""What pages in a download are made of: nothing is around them that could have their style."""


@pytest.fixture
def site(wired_app: Callable[[dict[str, str]], Flask]) -> Flask:
    return wired_app({})


def test_there_are_templates_at_all() -> None:
    assert len(PAGES) > 40
    assert len(MAILS) > 10


@pytest.mark.parametrize("name", PAGES)
def test_page_compiles(site: Flask, name: str) -> None:
    assert site.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("name", PAGES)
def test_page_has_nothing_inline_and_trusts_nobodys_words(name: str) -> None:
    source = re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)

    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, source)]

    assert found == (["an inline style sheet"] if name in STANDS_ALONE else [])


def test_every_page_is_used() -> None:
    sources = [*(ROOT / "app").rglob("*.py"), *TEMPLATES.rglob("*.html")]
    named = {n for p in sources for n in re.findall(r"[\"']([\w/]+\.html)[\"']", p.read_text())}

    assert sorted(set(PAGES) - named) == []
    assert sorted(n for n in named - set(PAGES) if "/" in n and not n.startswith("email/")) == []


def test_every_mail_is_written_and_every_written_one_is_sent() -> None:
    sent = {
        name
        for source in (ROOT / "app").rglob("notifications*.py")
        for name in re.findall(r"[\"']([a-z]+/[a-z_]+)[\"']", source.read_text())
    }

    # The one place that names a mail after what was decided.
    decided = (EntryStatus.ACCEPTED, EntryStatus.RETURNED, EntryStatus.DISQUALIFIED)
    sent |= {f"entries/{verdict}" for verdict in decided}

    assert sorted(set(MAILS) - sent) == []
    assert sorted(sent - set(MAILS)) == []


@pytest.mark.parametrize("name", MAILS)
def test_mail_begins_with_its_subject(name: str) -> None:
    source = (TEMPLATES / "email" / f"{name}.txt").read_text()
    words = re.sub(r"\{#.*?#\}\s*", "", source, flags=re.DOTALL)
    subject, _newline, body = words.partition("\n")

    assert subject.startswith("Subject: {{")
    assert body.strip()


@pytest.mark.parametrize("name", MAILS)
def test_link_in_a_mail_stands_alone(name: str) -> None:
    """It becomes a button in the HTML part, and a mail program finds its end in the plain one."""
    source = (TEMPLATES / "email" / f"{name}.txt").read_text()
    paragraphs = re.split(r"\n\s*\n", source)

    linked = [p for p in paragraphs if re.search(r"\{\{\s*\w*link\s*\}\}", p)]
    crowded = [p for p in linked if len(p.split()) > 3]

    assert crowded == []
