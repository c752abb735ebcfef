"""Sample films that the demonstration's judges practice on."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.contest.models import Season
from app.judging.models import ModelScore, PracticeClip
from app.media.models import Asset
from app.seed import names
from app.seed.films import Film

FROM = 200
"""The number of the first one's film."""


def films_of_practice() -> list[Film]:
    return [
        Film(FROM + n, clip.title, "a practice clip") for n, clip in enumerate(names.PRACTICE_CLIPS)
    ]


def add_practice_clips(session: Session, season: Season, assets: Mapping[int, Asset]) -> None:
    """Each with what it deserves, and why. After the scorecards: whoever has scored need not
    practice first."""
    for number, facts in enumerate(names.PRACTICE_CLIPS, FROM):
        asset = assets[number]
        session.add(asset)
        session.flush()
        clip = PracticeClip(season_id=season.id, asset_id=asset.id, title=facts.title)
        clip.answers = [
            ModelScore(criterion_id=criterion.id, value=value, reason=reason)
            for criterion, (value, reason) in zip(season.criteria, facts.answers, strict=True)
        ]
        session.add(clip)
