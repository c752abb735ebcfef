"""Finding practice clips, and what a judge still has to practice on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Criterion, Season
from app.core.errors import NotFound, require
from app.judging import permissions, rules
from app.judging.models import Assignment, JudgingRound, PracticeClip, PracticeTry, Scorecard
from app.judging.queries.apart import seats
from app.media import queries as media


def practice_clips(session: Session, season: Season) -> list[PracticeClip]:
    return list(
        session.scalars(
            select(PracticeClip)
            .where(PracticeClip.season_id == season.id)
            .order_by(PracticeClip.id)
        )
    )


def get_practice_clip_for(session: Session, actor: User, clip_id: int) -> PracticeClip:
    """A practice clip, for judges and for whoever runs the judging."""
    require(permissions.can_judge(actor) or permissions.can_run_judging(actor))
    clip = session.get(PracticeClip, clip_id)
    if clip is None:
        raise NotFound
    return clip


def ready_clips(session: Session, season: Season) -> list[PracticeClip]:
    """Those that judges can practice on."""
    clips = practice_clips(session, season)
    videos = media.assets_by_id(session, [clip.asset_id for clip in clips])
    return [
        clip
        for clip in clips
        if rules.is_ready(
            clip,
            season.criteria,
            watchable=clip.asset_id in videos
            and videos[clip.asset_id].rendition("preview") is not None,
        )
    ]


def tries_of(session: Session, judge: User) -> dict[int, PracticeTry]:
    """What she gave, by clip."""
    found = session.scalars(select(PracticeTry).where(PracticeTry.judge_id == judge.id))
    return {each.clip_id: each for each in found}


def left_to_practice(session: Session, judge: User, season: Season) -> list[PracticeClip]:
    """The clips she has to score before her first entry of this season."""
    ready = ready_clips(session, season)
    if not ready:
        return []
    scored = session.scalar(
        select(Scorecard.id)
        .join(Assignment, Assignment.id == Scorecard.assignment_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id, Assignment.judge_id == judge.id)
        .limit(1)
    )
    return rules.left_to_practice(
        ready, tries_of(session, judge).keys(), has_scored=scored is not None
    )


def rubric_of(session: Session, judge: User, season: Season) -> list[Criterion]:
    """What she scores in this season."""
    return rules.criteria_for(season.criteria, seats(session, season).get(judge.id, set()))
