"""What pages with a rubric beside a video share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.contest.models import Criterion
from app.judging import forms, rules
from app.web.forms import Form

WATCHABLE = frozenset({"preview", "web_480", "web_720", "web_1080", "poster"})


def rubric_rows(
    form: Form, rubric: Sequence[Criterion], mistakes: Mapping[int, str]
) -> list[dict[str, Any]]:
    """The criteria as a page shows them, with what is to be mended by criterion."""
    return [
        {
            "name": name,
            "criterion": criterion,
            "levels": [
                {"value": value, "words": words}
                for value, words in enumerate(criterion.levels, rules.LOWEST)
            ],
            "chosen": form[name].data,
            "errors": form[name].errors
            or ([mistakes[criterion.id]] if criterion.id in mistakes else []),
        }
        for criterion in rubric
        for name in [forms.field_name(criterion.id)]
    ]
