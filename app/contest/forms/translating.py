"""Organizers' words in another language: a field for each text, and what it showed when it was
opened, so that two people who translate at once never undo each other's work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Field, HiddenField, TextAreaField
from wtforms.validators import Length, StopValidation

from app.contest import rules
from app.texts import text
from app.web.forms import Form, label, strip

TYPED, SHOWN = "text_", "shown_"


@dataclass(frozen=True)
class TranslationLine:
    """One text, and what is known of it in the other language."""

    source: str
    words: str
    """As it is kept now; empty where there is no translation."""
    draft: str | None
    """As the software's own catalog has it."""
    earlier: tuple[str, str] | None
    """What the text said before it was changed, most likely, and how that was translated."""

    @property
    def name(self) -> str:
        return rules.digest_of(self.source)[:16]


class KeepsNumbers:
    """Refuses a translation that lost a number of the rule."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, form: Any, field: Field) -> None:
        if reason := rules.why_not_translation(self.source, field.data or ""):
            raise StopValidation(str(reason))


class WritesOverNobody:
    """Refuses words for a text that somebody else has translated since the page was opened."""

    def __init__(self, line: TranslationLine) -> None:
        self.line = line

    def __call__(self, form: Any, field: Field) -> None:
        shown, kept = form[f"{SHOWN}{self.line.name}"], rules.digest_of(self.line.words)
        typed = rules.digest_of(field.data or "")
        if shown.data not in (kept, typed) and typed != kept:
            shown.data = kept  # Sent once more, it is meant.
            words = text("Somebody else wrote meanwhile: %(words)s", words=self.line.words)
            raise StopValidation(str(words))


def translations_form(lines: Sequence[TranslationLine], tag: str) -> Form:
    """A form with a field for each text, in their order; `changed` reads it back."""

    class TranslationsForm(Form):
        pass

    for line in lines:
        about = ""
        if line.draft is not None:
            about = label("Shown until you write better: %(draft)s", draft=line.draft)
        elif line.earlier is not None:
            about = label(
                "Changed since. “%(before)s” was: %(words)s",
                before=line.earlier[0],
                words=line.earlier[1],
            )
        field = TextAreaField(
            line.source,
            [
                Length(max=rules.TRANSLATION_MOST),
                KeepsNumbers(line.source),
                WritesOverNobody(line),
            ],
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
        setattr(TranslationsForm, f"{TYPED}{line.name}", field)
        shown = HiddenField(default=rules.digest_of(line.words))
        setattr(TranslationsForm, f"{SHOWN}{line.name}", shown)
    return TranslationsForm()


def changed(form: Form) -> dict[str, str]:
    """What was typed for each text that says something else than when the page was opened."""
    return {
        field.label.text: field.data or ""
        for field in form
        if field.name.startswith(TYPED)
        and form[field.name.replace(TYPED, SHOWN, 1)].data != rules.digest_of(field.data or "")
    }


def left_over(form: Form, sent: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What was typed for texts that were changed or removed while somebody wrote."""
    shown = dict(sent)
    for name, typed in sent:
        if name.startswith(TYPED) and name not in form and (words := strip(typed)):
            was = shown.get(name.replace(TYPED, SHOWN, 1))
            if was != rules.digest_of(words):
                yield words
