"""The season's own questions as a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from app.contest.rules import QuestionKind
from app.web.forms import Form, label, one_line, strip

if TYPE_CHECKING:
    from app.contest.models import Question

PREFIX = "question_"


def _field_for(question: Question) -> Any:
    words: dict[str, Any] = {"label": question.words, "description": question.help}
    match question.kind:
        case QuestionKind.LINES:
            return TextAreaField(
                validators=[Length(max=1000)], filters=[strip], render_kw={"rows": 3}, **words
            )
        case QuestionKind.NUMBER:
            return IntegerField(validators=[Optional(), NumberRange(0, 1_000_000)], **words)
        case QuestionKind.YES_NO:
            choices = [("yes", label("Yes")), ("no", label("No"))]
            return RadioField(validators=[Optional()], filters=[one_line], choices=choices, **words)
        case QuestionKind.CHOICE:
            pairs = [(choice, choice) for choice in question.choices]
            return RadioField(validators=[Optional()], filters=[one_line], choices=pairs, **words)
        case _:
            return StringField(validators=[Length(max=200)], filters=[one_line], **words)


def questions_form(
    questions: Sequence[Question], answers: Mapping[int, str], **kwargs: Any
) -> QuestionsForm:
    """A form with a field for each question, holding what was answered before."""
    fields = {f"{PREFIX}{question.id}": _field_for(question) for question in questions}
    made: type[QuestionsForm] = type("SeasonQuestionsForm", (QuestionsForm,), fields)
    held: dict[str, Any] = {}
    for question in questions:
        words = answers.get(question.id, "")
        number = question.kind == QuestionKind.NUMBER
        held[f"{PREFIX}{question.id}"] = (int(words) if words else None) if number else words
    return made(data=held, **kwargs)


class QuestionsForm(Form):
    @property
    def answered(self) -> dict[int, str]:
        """What was typed, by question."""
        return {
            int(field.name.removeprefix(PREFIX)): "" if field.data is None else str(field.data)
            for field in self
            if field.name.startswith(PREFIX)
        }
