"""What a season may ask beyond the usual, and who reads the answers."""

from __future__ import annotations

from enum import StrEnum

from app.texts import Text, text


class QuestionKind(StrEnum):
    LINE = "line"
    LINES = "lines"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"


QUESTION_KIND_NAMES: dict[QuestionKind, Text] = {
    QuestionKind.LINE: text("A line of text"),
    QuestionKind.LINES: text("Several lines of text"),
    QuestionKind.NUMBER: text("A number"),
    QuestionKind.YES_NO: text("Yes or no"),
    QuestionKind.CHOICE: text("One of several choices"),
}


class QuestionAudience(StrEnum):
    """Who reads the answers, beside the school itself."""

    ORGANIZERS = "organizers"
    JUDGES = "judges"
    PUBLIC = "public"


QUESTION_AUDIENCE_NAMES: dict[QuestionAudience, Text] = {
    QuestionAudience.ORGANIZERS: text("Organizers and screeners only"),
    QuestionAudience.JUDGES: text("Judges as well: it must not give the school away"),
    QuestionAudience.PUBLIC: text(
        "Everybody, judges too: it must not give the school away before the winners are announced"
    ),
}
MOST_CHOICES = 20


def why_not_question(kind: str, choices: list[str], audience: str, was: str | None) -> Text | None:
    """Why such a question can't be asked, or None. `was` is the audience it was asked for so far:
    what was answered for few is not shown to more."""
    order = list(QuestionAudience)
    if was is not None and order.index(QuestionAudience(audience)) > order.index(
        QuestionAudience(was)
    ):
        return text(
            "What was answered for few can't be shown to more. Ask another question for that."
        )
    if kind == QuestionKind.CHOICE and not 2 <= len(choices) <= MOST_CHOICES:
        return text("Please give 2 to %(most)s choices, one a line.", most=MOST_CHOICES)
    return None


def can_read(audience: str, reader: QuestionAudience) -> bool:
    """Whether answers for `audience` are shown to `reader`: the wider audience includes the
    narrower ones."""
    order = list(QuestionAudience)
    return order.index(QuestionAudience(audience)) >= order.index(reader)
