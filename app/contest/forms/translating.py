"""The season's own words in another language: a field for each text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Field, TextAreaField
from wtforms.validators import Length, StopValidation

from app.contest import rules
from app.web.forms import Form, label, strip


@dataclass(frozen=True)
class TranslationLine:
    """One text, and what is known of it in the other language."""

    source: str
    words: str
    draft: str | None
    """As the software's own catalog has it."""
    before: str | None
    """The text that `words` stood for, when that was changed since."""


class KeepsNumbers:
    """Refuses a translation that lost a number of the rule."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, form: Any, field: Field) -> None:
        if reason := rules.why_not_translation(self.source, field.data or ""):
            raise StopValidation(str(reason))


def translations_form(lines: Sequence[TranslationLine], tag: str) -> Form:
    """A form with a field for each text, in their order; `translated` reads it back."""

    class TranslationsForm(Form):
        pass

    for line in lines:
        about = ""
        if line.draft is not None:
            about = label("Shown until you write better: %(draft)s", draft=line.draft)
        elif line.before is not None:
            about = label("The English was changed. This stood for: %(before)s", before=line.before)
        field = TextAreaField(
            line.source,
            [Length(max=rules.TRANSLATION_MOST), KeepsNumbers(line.source)],
            [strip],
            default=line.words,
            description=about,
            render_kw={
                "lang": tag,
                "dir": "auto",
                "rows": min(12, 1 + len(line.source) // 60),
                "class": "as-high-as-its-rows",
            },
        )
        setattr(TranslationsForm, f"text_{rules.digest_of(line.source)[:16]}", field)
    return TranslationsForm()


def translated(form: Form) -> dict[str, str]:
    """What was typed for each text."""
    typed = [field for field in form if isinstance(field, TextAreaField)]
    return {field.label.text: field.data or "" for field in typed}
