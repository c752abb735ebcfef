"""Practice clips: put there by organizers, scored by judges for nothing but practice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.core.storage import Storage
from app.judging import permissions, queries, rules
from app.judging.models import ModelScore, PracticeClip, PracticeTry
from app.media import queries as media
from app.media import services as media_services
from app.texts import text


def add_practice_clip(
    session: Session,
    storage: Storage,
    *,
    actor: User,
    season: Season,
    title: str,
    path: Path,
    now: datetime,
) -> PracticeClip:
    """A sample film from a file. Raises Refused for what no team could send either."""
    require(permissions.can_run_judging(actor))
    if len(queries.practice_clips(session, season)) >= rules.PRACTICE_CLIPS_MOST:
        raise Refused(text("That is enough to practice on."))
    asset = media_services.receive_file(
        session,
        storage,
        path=path,
        most_bytes=season.max_megabytes * 1000**2,
        min_seconds=season.min_seconds,
        max_seconds=season.max_seconds,
        now=now,
    )
    clip = PracticeClip(season_id=season.id, asset_id=asset.id, title=title)
    session.add(clip)
    session.flush()
    audit.record(session, actor, "judging.practice-clip-added", clip.id)
    return clip


def set_model_scores(
    session: Session,
    *,
    actor: User,
    clip: PracticeClip,
    answers: Mapping[int, tuple[int, str]],
) -> None:
    """What the clip deserves: (score, reason) by criterion, instead of what was there."""
    require(permissions.can_run_judging(actor))
    season = contest.get_season(session, clip.season_id)
    given = {criterion: value for criterion, (value, _reason) in answers.items()}
    if reason := rules.why_not_given(given, season.criteria):
        raise Refused(reason)
    known = {answer.criterion_id: answer for answer in clip.answers}
    for criterion, (value, words) in answers.items():
        answer = known.get(criterion)
        if answer is None:
            clip.answers.append(ModelScore(criterion_id=criterion, value=value, reason=words))
        else:
            answer.value, answer.reason = value, words
    session.flush()
    audit.record(session, actor, "judging.practice-clip-scored", clip.id)


def remove_practice_clip(session: Session, *, actor: User, clip: PracticeClip) -> None:
    require(permissions.can_run_judging(actor))
    audit.record(session, actor, "judging.practice-clip-removed", clip.id)
    _remove(session, clip)


def try_practice(
    session: Session,
    *,
    actor: User,
    clip: PracticeClip,
    given: Mapping[int, int],
    now: datetime,
) -> PracticeTry:
    """A judge's scores of a practice clip; the newest stand, and count nowhere."""
    require(permissions.can_judge(actor))
    season = contest.get_season(session, clip.season_id)
    own = queries.rubric_of(session, actor, season)
    if reason := rules.why_not_given(given, own):
        raise Refused(reason)
    kept = {str(criterion.id): given[criterion.id] for criterion in own}
    found = session.scalar(
        select(PracticeTry).where(PracticeTry.clip_id == clip.id, PracticeTry.judge_id == actor.id)
    )
    if found is None:
        found = PracticeTry(clip_id=clip.id, judge_id=actor.id, given=kept, at=now)
        session.add(found)
    else:
        found.given, found.at = kept, now
    session.flush()
    return found


def forget_practice(session: Session, *, season: Season) -> None:
    """Delete a season's practice clips, what judges gave them, and their films."""
    for clip in queries.practice_clips(session, season):
        _remove(session, clip)


def _remove(session: Session, clip: PracticeClip) -> None:
    asset = media.get_asset(session, clip.asset_id)
    session.delete(clip)
    session.flush()
    media_services.discard_asset(session, asset)
