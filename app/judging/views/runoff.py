"""A judge chooses between two entries, side by side."""

from __future__ import annotations

import hashlib
from functools import partial

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound as PageNotFound

from app.accounts.permissions import Permission
from app.core import clock
from app.core.errors import NotUnderstood
from app.entries import queries as entries
from app.entries.models import Entry
from app.judging import queries, services
from app.judging.models import Runoff
from app.judging.queries import Clip
from app.judging.views.judge import judge
from app.judging.views.rubric import WATCHABLE, caption_tracks, video_sources
from app.media import queries as media
from app.media.views import deliver_rendition
from app.web.access import actor, requires
from app.web.db import session


def _sides(runoff: Runoff, pair: tuple[int, int]) -> tuple[int, int]:
    """Left and right, for this judge always the same and for all judges mixed: whatever stands
    first has a small advantage."""
    drawn = hashlib.sha256(f"{runoff.id}:{actor().id}:{pair}".encode()).digest()[0] % 2
    return pair if drawn else (pair[1], pair[0])


@judge.route("/runoff/<int:runoff_id>", methods=["GET", "POST"])
@requires(Permission.JUDGE_ENTRIES)
def runoff(runoff_id: int) -> ResponseReturnValue:
    found, pairs = queries.get_pairs_for(session(), actor(), runoff_id)
    if request.method == "POST":
        one, other = (request.form.get(name, type=int) or 0 for name in ("one", "other"))
        word = request.form.get("chosen", "")
        if word != "neither" and not (word.isascii() and word.isdigit()):
            raise NotUnderstood
        services.choose_between(
            session(),
            actor=actor(),
            runoff=found,
            pair=(one, other),
            chosen_id=None if word == "neither" else int(word),
            now=clock.now(),
        )
        return redirect(url_for("judge.judging.runoff", runoff_id=found.id))
    done = {(d.one_id, d.other_id): d.chosen_id for d in found.duels if d.judge_id == actor().id}
    wanted = request.args.get("pair", type=int)
    left = [pair for pair in pairs if pair not in done]
    pair = (
        pairs[wanted - 1]
        if wanted is not None and 1 <= wanted <= len(pairs)
        else (left[0] if left else None)
    )
    about = entries.entries_by_id(session(), set(found.entry_ids))
    videos = media.assets_by_id(session(), [about[each].asset_id for each in found.entry_ids])
    clips: dict[int, Clip] = {
        each: queries.clip_of(about[each], videos.get(about[each].asset_id or 0))
        for each in found.entry_ids
    }
    return render_template(
        "judging/judge/runoff.html",
        runoff=found,
        pair=pair,
        sides=_sides(found, pair) if pair else (),
        chosen=done.get(pair) if pair else None,
        answered=pair in done,
        number=pairs.index(pair) + 1 if pair else 0,
        total=len(pairs),
        done=len(done),
        clips=clips,
        captions={
            each: caption_tracks(
                clip,
                url_for("judge.judging.runoff_captions", runoff_id=found.id, entry_id=each),
            )
            for each, clip in clips.items()
        },
        sources={
            each: video_sources(
                clip.versions,
                partial(_video_address, runoff_id=found.id, entry_id=each),
            )
            for each, clip in clips.items()
        },
    )


def _video_address(role: str, *, runoff_id: int, entry_id: int) -> str:
    return url_for("judge.judging.runoff_video", runoff_id=runoff_id, entry_id=entry_id, role=role)


def _entry(runoff_id: int, entry_id: int) -> Entry:
    """An entry this judge may watch in an open runoff."""
    found, pairs = queries.get_pairs_for(session(), actor(), runoff_id)
    mine = {each for pair in pairs for each in pair}
    entry = entries.entries_by_id(session(), {entry_id}).get(entry_id)
    if entry is None or entry.id not in mine or found.closed_at:
        raise PageNotFound
    return entry


@judge.get("/runoff/<int:runoff_id>/<int:entry_id>/<role>")
@requires(Permission.JUDGE_ENTRIES)
def runoff_video(runoff_id: int, entry_id: int, role: str) -> ResponseReturnValue:
    entry = _entry(runoff_id, entry_id)
    if role not in WATCHABLE or entry.asset_id is None:
        raise PageNotFound
    return deliver_rendition(media.get_asset(session(), entry.asset_id), role)


@judge.get("/runoff/<int:runoff_id>/<int:entry_id>/captions.vtt")
@requires(Permission.JUDGE_ENTRIES)
def runoff_captions(runoff_id: int, entry_id: int) -> ResponseReturnValue:
    entry = _entry(runoff_id, entry_id)
    if not entry.captions:
        raise PageNotFound
    return Response(entry.captions, mimetype="text/vtt")
