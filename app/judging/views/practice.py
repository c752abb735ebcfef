"""Practice: a judge scores a sample film and sees how the rubric is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.judging import forms, queries, rules, services
from app.judging.models import PracticeClip
from app.judging.views.judge import judge
from app.judging.views.organizer import organizer
from app.judging.views.rubric import WATCHABLE, given_scores, rubric_rows, video_sources
from app.media import queries as media
from app.media.models import Asset
from app.media.views import deliver_rendition
from app.texts import gettext as _
from app.web.access import actor, find_actor, requires
from app.web.db import platform, release, session
from app.web.files import received_file


@judge.route("/practice/<int:clip_id>", methods=["GET", "POST"])
@requires(Permission.JUDGE_ENTRIES)
def practice(clip_id: int) -> ResponseReturnValue:
    clip = queries.get_practice_clip_for(session(), actor(), clip_id)
    season = contest.get_season(session(), clip.season_id)
    ready = queries.ready_clips(session(), season)
    if clip not in ready:
        raise PageNotFound
    rubric = queries.rubric_of(session(), actor(), season)
    tried = queries.tries_of(session(), actor()).get(clip.id)
    before = {int(key): value for key, value in tried.given.items()} if tried else {}
    form = forms.scorecard_form(rubric)(
        data={forms.field_name(each): value for each, value in before.items()}
    )
    lacking: dict[int, str] = {}
    if form.validate_on_submit():
        given, lacking = given_scores(form, rubric)
        if not lacking:
            services.try_practice(session(), actor=actor(), clip=clip, given=given, now=clock.now())
            return redirect(url_for("judge.judging.practice", clip_id=clip.id, _anchor="answer"))
    left = queries.left_to_practice(session(), actor(), season)
    return render_template(
        "judging/judge/practice.html",
        clip=clip,
        number=ready.index(clip) + 1,
        total=len(ready),
        form=form,
        rows=rubric_rows(form, rubric, lacking),
        tried=before,
        answers={answer.criterion_id: answer for answer in clip.answers},
        rubric=rubric,
        following=next((each for each in left if each is not clip), None),
        task=queries.queue_for(session(), actor(), season).next_open(),
        sources=_sources("judge.judging.practice_video", clip),
    ), 422 if lacking else 200


def _asset(clip: PracticeClip) -> Asset:
    return media.get_asset(session(), clip.asset_id)


def _sources(endpoint: str, clip: PracticeClip) -> list[dict[str, Any]]:
    return video_sources(
        queries.versions_of(_asset(clip)),
        lambda role: url_for(endpoint, clip_id=clip.id, role=role),
    )


@judge.get("/practice/<int:clip_id>/video/<role>")
@requires(Permission.JUDGE_ENTRIES)
def practice_video(clip_id: int, role: str) -> ResponseReturnValue:
    clip = queries.get_practice_clip_for(session(), actor(), clip_id)
    if role not in WATCHABLE:
        raise PageNotFound
    return deliver_rendition(_asset(clip), role)


@organizer.url_value_preprocessor
def make_room(endpoint: str | None, _values: Mapping[str, Any] | None) -> None:
    """Let the form with a practice clip in it be as large as a video may be. This must be said
    before anything reads the form, and looking for the form's token reads it."""
    if endpoint != "organizer.judging.practice_clips" or request.method != "POST":
        return
    person, season = find_actor(), contest.find_current_season(session())
    if person is not None and season is not None and person.may(Permission.RUN_SEASON):
        request.max_content_length = season.max_megabytes * 1000**2 + 1024**2
    release()  # Receiving takes minutes; nobody waits for this connection meanwhile.


@organizer.route("/practice", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def practice_clips() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    form = forms.PracticeForm()
    if form.validate_on_submit():
        with received_file("video") as path:
            clip = services.add_practice_clip(
                session(),
                platform().storage,
                actor=actor(),
                season=season,
                title=form.title.data or "",
                path=path,
                now=clock.now(),
            )
        flash(_("Received. Meanwhile, say what it deserves."), "good")
        return redirect(url_for("organizer.judging.practice_clip", clip_id=clip.id))
    clips = queries.practice_clips(session(), season)
    ready = queries.ready_clips(session(), season)
    return render_template(
        "judging/organizer/practice.html",
        form=form,
        clips=[(clip, clip in ready, bool(clip.answers)) for clip in clips],
        full=len(clips) >= rules.PRACTICE_CLIPS_MOST,
    ), 422 if form.errors else 200


@organizer.route("/practice/<int:clip_id>", methods=["GET", "POST"])
@requires(Permission.RUN_SEASON)
def practice_clip(clip_id: int) -> ResponseReturnValue:
    clip = queries.get_practice_clip_for(session(), actor(), clip_id)
    season = contest.get_season(session(), clip.season_id)
    data: dict[str, Any] = {}
    for answer in clip.answers:
        data[forms.field_name(answer.criterion_id)] = answer.value
        data[forms.reason_name(answer.criterion_id)] = answer.reason
    form = forms.model_form(season.criteria)(data=data)
    lacking: dict[int, str] = {}
    if form.validate_on_submit():
        given, lacking = given_scores(form, season.criteria)
        if not lacking:
            services.set_model_scores(
                session(),
                actor=actor(),
                clip=clip,
                answers={
                    each: (value, form[forms.reason_name(each)].data or "")
                    for each, value in given.items()
                },
            )
            flash(_("Saved."), "good")
            return redirect(url_for("organizer.judging.practice_clips"))
    return render_template(
        "judging/organizer/practice_clip.html",
        clip=clip,
        form=form,
        rows=rubric_rows(form, season.criteria, lacking),
        reason_name=forms.reason_name,
        sources=_sources("organizer.judging.practice_clip_video", clip),
        standing=media.standing(session(), _asset(clip), now=clock.now()),
    ), 422 if form.errors or lacking else 200


@organizer.get("/practice/<int:clip_id>/video/<role>")
@requires(Permission.RUN_SEASON)
def practice_clip_video(clip_id: int, role: str) -> ResponseReturnValue:
    clip = queries.get_practice_clip_for(session(), actor(), clip_id)
    if role not in WATCHABLE:
        raise PageNotFound
    return deliver_rendition(_asset(clip), role)


@organizer.post("/practice/<int:clip_id>/remove")
@requires(Permission.RUN_SEASON)
def remove_practice_clip(clip_id: int) -> ResponseReturnValue:
    clip = queries.get_practice_clip_for(session(), actor(), clip_id)
    services.remove_practice_clip(session(), actor=actor(), clip=clip)
    flash(_("Removed."), "good")
    return redirect(url_for("organizer.judging.practice_clips"))
