"""What a scorecard's page sends while it is filled in: one change at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.contest import queries as contest
from app.core import clock
from app.core.errors import NotUnderstood
from app.judging import queries, rules, services
from app.judging.models import Assignment
from app.judging.queries import Queue, Task
from app.judging.rules import NoteKind
from app.judging.services import SavedElsewhere
from app.judging.views.judge import judge
from app.texts import gettext as _
from app.web.access import actor, requires
from app.web.bodies import json_object
from app.web.db import session
from app.web.forms import one_line, strip


def save_change(assignment: Assignment, change: dict[str, Any]) -> None:
    """One change of a scorecard. Raises NotUnderstood for anything no page of ours sends."""
    common: dict[str, Any] = {"actor": actor(), "assignment": assignment, "now": clock.now()}
    match change:
        case {"criterion": int(criterion_id), "value": int(value)} if not isinstance(value, bool):
            services.save_score(
                session(),
                criterion_id=criterion_id,
                value=value,
                seen=_whole(change["seen"]) if "seen" in change else services.UNSEEN,
                **common,
            )
        case {"comment": str(comment)}:
            services.save_comment(
                session(),
                comment=strip(comment),
                seen=strip(str(change["seen"])) if "seen" in change else services.UNSEEN,
                **common,
            )
        case {"note": {"uid": str(uid), "kind": str(kind), "second": second, "words": str(words)}}:
            services.add_note(
                session(),
                uid=_uuid(uid),
                kind=_note_kind(kind),
                second=_whole(second),
                words=one_line(words),
                **common,
            )
        case {"remove": str(uid)}:
            services.remove_note(session(), uid=_uuid(uid), **common)
        case {"complete": True}:
            services.complete_scorecard(session(), **common)
        case _:
            raise NotUnderstood


def _uuid(word: str) -> UUID:
    try:
        return UUID(word)
    except ValueError as error:
        raise NotUnderstood from error


def _note_kind(word: str) -> NoteKind:
    try:
        return NoteKind(word)
    except ValueError as error:
        raise NotUnderstood from error


def _whole(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise NotUnderstood


def go_on(line: Queue, task: Task) -> str:
    """Where the next unfinished entry is, or the queue when there is none."""
    following = line.next_open(after=task.number)
    if following is None:
        flash(_("That was the last one. Every entry in your queue is scored: thank you!"), "good")
        return url_for("judge.judging.queue")
    flash(_("%(code)s is scored. Here is the next one.", code=task.clip.code), "good")
    return url_for("judge.judging.scorecard", assignment_id=following.assignment.id)


@judge.post("/<int:assignment_id>/score")
@requires(Permission.JUDGE_ENTRIES)
def save(assignment_id: int) -> ResponseReturnValue:
    """One change, sent by the page as soon as it is made: a score, the comment, a note, or that it
    is finished. `seen` is what stood there before, `watched` how much the player has shown."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    season = contest.get_season(session(), assignment.round.season_id)
    change = json_object()
    if (watched := _whole(change.get("watched"))) is not None:
        services.note_watched(
            session(), actor=actor(), assignment=assignment, seconds=watched, now=clock.now()
        )
    try:
        save_change(assignment, change)
    except SavedElsewhere as error:
        return {"error": str(error.reason), "theirs": error.theirs}, 409
    answer: dict[str, Any] = {
        "saved_at": clock.now().isoformat(),
        "missing": len(
            rules.missing_scores(
                assignment.scorecard, rules.own_criteria(assignment, season.criteria)
            )
        ),
    }
    if "complete" in change:
        # Only the entry's own page goes on to the next one, and is greeted there.
        line = queries.queue_for(session(), actor(), season)
        task = line.task(assignment) if change.get("follow") is True else None
        answer["next"] = go_on(line, task) if task is not None else None
    return answer


@judge.post("/<int:assignment_id>/notes")
@requires(Permission.JUDGE_ENTRIES)
def add_note(assignment_id: int) -> ResponseReturnValue:
    """Where no script runs."""
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    note = {
        "uid": request.form.get("uid", ""),
        "kind": request.form.get("kind", ""),
        "second": rules.read_moment(request.form.get("moment", "")),
        "words": one_line(request.form.get("words", "")),
    }
    save_change(assignment, {"note": note})
    return _to_notes(assignment)


@judge.post("/<int:assignment_id>/notes/remove")
@requires(Permission.JUDGE_ENTRIES)
def remove_note(assignment_id: int) -> ResponseReturnValue:
    assignment = queries.get_assignment_for(session(), actor(), assignment_id)
    save_change(assignment, {"remove": request.form.get("uid", "")})
    return _to_notes(assignment)


def _to_notes(assignment: Assignment) -> ResponseReturnValue:
    return redirect(
        url_for("judge.judging.scorecard", assignment_id=assignment.id, _anchor="notes")
    )
