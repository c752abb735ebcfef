"""What all forms share."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField

from app.web.forms import Form, OpenForm, one_line, strip


class Probe(OpenForm):
    name = StringField("Name", filters=[one_line])
    kind = SelectField("Kind", choices=[("a", "A"), ("b", "B")], default="b")


@pytest.mark.parametrize(
    ("typed", "line", "paragraphs"),
    [
        (None, "", ""),
        ("", "", ""),
        ("  Kai  ", "Kai", "Kai"),
        ("Kai\r\nBcc: x", "Kai Bcc: x", "Kai\r\nBcc: x"),
        ("Kai\u2028Lani", "Kai Lani", "Kai\u2028Lani"),
        ("Ka\x00i", "Kai", "Kai"),
        ("two  blanks", "two blanks", "two  blanks"),
    ],
)
def test_filters_tidy_what_was_typed(typed: str | None, line: str, paragraphs: str) -> None:
    assert (one_line(typed), strip(typed)) == (line, paragraphs)


def test_open_form_takes_its_own_nonce_and_sets_no_cookie(app: Flask) -> None:
    with app.test_request_context():
        nonce = Probe(formdata=None).csrf_token.current_token  # type: ignore[attr-defined]
    with app.test_request_context(method="POST"):
        good = Probe(formdata=MultiDict({"csrf_token": nonce, "name": "x", "kind": "a"}))
        bad = Probe(formdata=MultiDict({"csrf_token": nonce + "x", "name": "x", "kind": "a"}))

        assert (good.validate(), bad.validate()) == (True, False)


def test_choices_given_as_pairs_are_offered_and_checked(app: Flask) -> None:
    with app.test_request_context(method="POST"):
        form = Probe(formdata=MultiDict({"kind": "c"}))

        assert [(c.value, c.label) for c in form.kind.iter_choices()] == [("a", "A"), ("b", "B")]
        assert form.validate() is False
        assert form.kind.errors == ["Not a valid choice."]


def test_token_field_has_no_id_so_that_a_page_may_hold_two_forms(app: Flask) -> None:
    with app.test_request_context():
        words = str(Form(formdata=None).hidden_tag()) + str(Probe(formdata=None).hidden_tag())

    assert words.count("csrf_token") == 2
    assert "id=" not in words
