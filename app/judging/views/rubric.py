"""What pages with a rubric beside a video share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.contest.models import Criterion
from app.judging import forms, rules
from app.judging.queries import Clip
from app.texts import gettext as _
from app.web.forms import Form

WATCHABLE = frozenset({"preview", "web_480", "web_720", "web_1080", "poster"})


def video_sources(
    versions: Iterable[tuple[str, int]], address: Callable[[str], str]
) -> list[dict[str, Any]]:
    """What the player macro plays: `versions` with role and lines, the best default first;
    `address` gives the address of a version by its role."""
    return [
        {"src": address(role), "type": "video/mp4", "label": f"{lines}p", "height": lines}
        for role, lines in versions
    ]


def caption_tracks(clip: Clip, address: str) -> list[dict[str, Any]]:
    """The player macro's captions; none where the clip has none."""
    if not clip.captions_language:
        return []
    return [
        {
            "src": address,
            "lang": clip.captions_language,
            "label": _("Captions"),
            "default": True,
        }
    ]


def given_scores(form: Form, rubric: Sequence[Criterion]) -> tuple[dict[int, int], dict[int, str]]:
    """The scores of a form by criterion, and what is to be mended where one is lacking."""
    typed = {criterion.id: form[forms.field_name(criterion.id)].data for criterion in rubric}
    given = {each: value for each, value in typed.items() if value is not None}
    return given, {each: _("Please choose a score.") for each in typed if each not in given}


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
