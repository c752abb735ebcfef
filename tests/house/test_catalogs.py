"""Every language a family can sign in has all of it, with its places, and says whether it was
checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app import texts

ROOT = Path(__file__).parents[2]
CATALOGS = sorted((ROOT / "app/translations").glob("*/LC_MESSAGES/*.po"))
KEYWORDS = {"text": (1,), "ntext": (1, 2), "label": (1,), "_": (1,), "gettext": None}
CONFIGURED = {
    texts.SITE: "babel.cfg",
    texts.PUBLIC: "babel-public.cfg",
    texts.RELEASES: "babel-releases.cfg",
    texts.SLIPS: "babel-slips.cfg",
}
PLACE = re.compile(r"%\(\w+\)s")


def mapping(name: str) -> tuple[list[tuple[str, str]], dict[str, dict[str, str]]]:
    """A Babel mapping file: which files are read how."""
    methods, options, pattern = [], {"": {}}, ""
    for line in (ROOT / name).read_text().splitlines():
        if found := re.fullmatch(r"\[(\w+): (.+)\]", line):
            pattern = found[2]
            methods.append((pattern, options[""].get(found[1], found[1])))
            options[pattern] = {}
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            options[pattern][key.strip()] = value.strip()
    return methods, options


def sentences(catalog: str) -> set[str]:
    methods, options = mapping(CONFIGURED[catalog])
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    return {m[0] if isinstance(m, tuple) else m for _file, _line, m, _c, _x in found if m}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("path", CATALOGS, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_a_catalog_has_every_sentence_none_doubtful_and_every_place(path: Path) -> None:
    catalog = read(path)
    known = {m.id[0] if isinstance(m.id, tuple) else m.id: m for m in catalog if m.id}

    assert sorted(sentences(path.stem) - known.keys()) == []
    assert [text for text, m in known.items() if m.fuzzy or not m.string] == []
    assert [
        text
        for text, m in known.items()
        if isinstance(m.string, str)
        and sorted(PLACE.findall(text)) != sorted(PLACE.findall(m.string))
    ] == []


@pytest.mark.parametrize("path", CATALOGS, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_a_catalog_says_whether_a_speaker_checked_it(path: Path) -> None:
    assert path.read_text().count('"X-Reviewed-On: ') == 1
