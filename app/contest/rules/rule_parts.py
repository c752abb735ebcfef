"""How the rules page is divided."""

from __future__ import annotations

from enum import StrEnum

from app.texts import Text, text


class RulePart(StrEnum):
    """Where a rule stands on the rules page."""

    WHO = "who"
    VIDEO = "video"
    CONTENT = "content"
    ORDER = "order"


RULE_PART_NAMES: dict[RulePart, Text] = {
    RulePart.WHO: text("Who"),
    RulePart.VIDEO: text("The video"),
    RulePart.CONTENT: text("What is in it"),
    RulePart.ORDER: text("How it goes"),
}
