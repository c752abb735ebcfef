"""Sentences wait for their language, and speak the one in force when somebody looks."""

from __future__ import annotations

from contextvars import copy_context
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from app import texts
from app.texts import ntext, text


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog of another language, compiled as real ones are."""
    catalog = Catalog(locale="de")
    catalog.add("Saved.", "Gespeichert.")
    catalog.add("Hello %(name)s", "Hallo %(name)s")
    catalog.add(("one film", "%(n)s films"), ("ein Film", "%(n)s Filme"))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(texts, "CATALOGS", tmp_path)
    monkeypatch.setattr(texts, "_loaded", {})
    return "de"


def test_a_text_speaks_the_language_in_force_when_it_is_looked_at(german: str) -> None:
    said = text("Hello %(name)s", name="Kai")
    assert str(said) == "Hello Kai"
    with texts.use_language(german):
        assert str(said) == "Hallo Kai"
        assert texts.gettext("Saved.") == "Gespeichert."
        assert texts.language() == "de"
    assert str(said) == "Hello Kai"
    assert texts.language() == "en"


def test_numbers_choose_their_form(german: str) -> None:
    assert [str(ntext("one film", "%(n)s films", n)) for n in (0, 1, 2)] == [
        "0 films",
        "one film",
        "2 films",
    ]
    with texts.use_language(german):
        assert [str(ntext("one film", "%(n)s films", n)) for n in (1, 2)] == ["ein Film", "2 Filme"]


def test_an_unknown_language_and_an_unknown_sentence_stay_as_they_are(german: str) -> None:
    with texts.use_language("tlh"):
        assert str(text("Saved.")) == "Saved."
    with texts.use_language(german):
        assert str(text("Nobody translated this.")) == "Nobody translated this."


def test_languages_are_those_with_a_catalog(german: str) -> None:
    assert texts.languages() == ["en", "de"]


def test_a_language_ends_with_its_block_even_when_that_breaks() -> None:
    with pytest.raises(LookupError), texts.use_language("haw"):
        raise LookupError
    assert texts.language() == "en"


def test_a_language_is_not_heard_next_door() -> None:
    context = copy_context()
    with texts.use_language("haw"):
        assert context.run(texts.language) == "en"


def test_percent_signs_stand_for_themselves_without_values() -> None:
    assert str(text("100 % of it")) == "100 % of it"
    assert str(text("%(n)s %% of it", n=50)) == "50 % of it"
    assert texts.gettext("100 % of it") == "100 % of it"
    assert text("At least %(min)d characters.") % {"min": 8} == "At least 8 characters."


def test_texts_are_equal_when_they_say_the_same() -> None:
    assert text("Hello %(name)s", name="Kai") == text("Hello %(name)s", name="Kai")
    assert text("Hello %(name)s", name="Kai") != text("Hello %(name)s", name="Noa")
    assert text("Saved.") != "Saved."
    assert len({text("Saved."), text("Saved."), text("Lost.")}) == 2
    assert repr(text("Saved.")) == "Text('Saved.', {})"


def test_every_catalog_that_is_shipped_can_be_read() -> None:
    for path in texts.CATALOGS.glob("*/LC_MESSAGES/*.mo"):
        assert GNUTranslations(BytesIO(path.read_bytes())).info()["content-type"]
