"""What a judge scores and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import NotUnderstood, Refused, require
from app.judging import permissions, queries, rules
from app.judging.models import Assignment, Note, Score, Scorecard
from app.judging.rules import NoteKind
from app.judging.services.holding import check_unsealed, lock_assignment
from app.judging.services.rescoring import answer
from app.texts import text


class SavedElsewhere(Refused):
    """Another device of the same judge has saved something else meanwhile; `theirs` is what."""

    def __init__(self, theirs: int | str | None) -> None:
        super().__init__(text("Meanwhile something else was saved on another device."))
        self.theirs = theirs


class Unseen:
    """Whoever saves does not say what she saw before."""


UNSEEN: Final = Unseen()


def save_score(
    session: Session,
    *,
    actor: User,
    assignment: Assignment,
    criterion_id: int,
    value: int,
    now: datetime,
    seen: int | Unseen | None = UNSEEN,
) -> Scorecard:
    """One criterion's score, at once. Saying it again changes nothing.

    `seen` is what stood there when the judge chose. Raises SavedElsewhere when something else
    stands there by now, so that no device undoes what another one did.
    """
    season, scorecard = _open_scorecard(session, actor, assignment, now)
    if criterion_id not in {c.id for c in rules.own_criteria(assignment, season.criteria)}:
        raise Refused(text("The rubric has changed. Please reload the page."))
    if not rules.LOWEST <= value <= rules.HIGHEST:
        raise Refused(text("A score is a whole number from 1 to 5."))
    known = next((s for s in scorecard.scores if s.criterion_id == criterion_id), None)
    before = known.value if known else None
    if before == value:
        return scorecard
    if not isinstance(seen, Unseen) and seen != before:
        raise SavedElsewhere(before)
    if known is None:
        scorecard.scores.append(Score(criterion_id=criterion_id, value=value))
    else:
        known.value = value
    scorecard.updated_at, scorecard.typed_in_by = now, None
    session.flush()
    audit.record(
        session,
        actor,
        "scorecard.scored",
        assignment.id,
        criterion=criterion_id,
        value=value,
        before=before,
    )
    return scorecard


def save_comment(
    session: Session,
    *,
    actor: User,
    assignment: Assignment,
    comment: str,
    now: datetime,
    seen: str | Unseen = UNSEEN,
) -> Scorecard:
    """What she has to say to the organizers. `seen` as in `save_score`."""
    _season, scorecard = _open_scorecard(session, actor, assignment, now)
    if reason := rules.why_not_a_comment(comment):
        raise Refused(reason)
    if scorecard.comment != comment:
        if not isinstance(seen, Unseen) and seen != scorecard.comment:
            raise SavedElsewhere(scorecard.comment)
        scorecard.comment = comment
        scorecard.updated_at = now
        audit.record(session, actor, "scorecard.commented", assignment.id)
    return scorecard


def add_note(
    session: Session,
    *,
    actor: User,
    assignment: Assignment,
    uid: UUID,
    kind: NoteKind,
    second: int | None,
    words: str,
    now: datetime,
) -> Note:
    """A sentence for the team. Sent twice, it stands there once."""
    _season, scorecard = _open_scorecard(session, actor, assignment, now)
    known = next((note for note in scorecard.notes if note.uid == str(uid)), None)
    if known is not None:
        return known
    seconds = queries.clip_seconds(session, assignment)
    if reason := rules.why_not_a_note(words, second, seconds):
        raise Refused(reason)
    if len(scorecard.notes) >= rules.NOTES_MOST:
        raise Refused(text("That is enough notes for one entry."))
    note = Note(uid=str(uid), kind=kind, second=second, words=words.strip(), created_at=now)
    scorecard.notes.append(note)
    scorecard.updated_at = now
    session.flush()
    audit.record(session, actor, "scorecard.note-added", assignment.id, note=note.id)
    return note


def remove_note(
    session: Session, *, actor: User, assignment: Assignment, uid: UUID, now: datetime
) -> None:
    """Take a note back. One that is not there is gone already."""
    _season, scorecard = _open_scorecard(session, actor, assignment, now)
    known = next((note for note in scorecard.notes if note.uid == str(uid)), None)
    if known is not None:
        audit.record(session, actor, "scorecard.note-removed", assignment.id, note=known.id)
        scorecard.notes.remove(known)
        scorecard.updated_at = now


def note_watched(
    session: Session, *, actor: User, assignment: Assignment, seconds: int, now: datetime
) -> None:
    """How much of the video her player has shown; it only grows, until the card is finished."""
    if not 0 <= seconds <= rules.LONGEST_SECONDS:
        raise NotUnderstood
    season = _check_open(session, actor, assignment, now)
    if rules.is_done(assignment, season.criteria):
        return
    scorecard = assignment.scorecard or _new_scorecard(assignment, now)
    scorecard.watched_seconds = max(scorecard.watched_seconds or 0, seconds)


def complete_scorecard(
    session: Session, *, actor: User, assignment: Assignment, now: datetime
) -> Scorecard:
    """The judge is done with this entry; from now on its scores count. Harmless when said twice.
    Raises Refused while a criterion has no score."""
    season = _check_open(session, actor, assignment, now)
    scorecard = assignment.scorecard or _new_scorecard(assignment, now)
    if rules.is_done(assignment, season.criteria):
        return scorecard
    if lacking := rules.missing_scores(scorecard, rules.own_criteria(assignment, season.criteria)):
        raise Refused(
            text(
                "Still without a score: %(names)s.", names=", ".join(each.name for each in lacking)
            )
        )
    scorecard.completed_at = scorecard.updated_at = now
    audit.record(
        session,
        actor,
        "scorecard.completed",
        assignment.id,
        scores={str(each): value for each, value in scorecard.values.items()},
    )
    answer(session, actor, assignment, now)
    return scorecard


def type_in(
    session: Session,
    *,
    actor: User,
    assignment: Assignment,
    scores: Mapping[int, int],
    comment: str,
    notes: Sequence[tuple[NoteKind, str]] = (),
    now: datetime,
) -> Scorecard:
    """What a judge wrote on paper, typed in by an organizer: finished at once, and marked. Raises
    Refused where the judge has scored on screen herself."""
    require(permissions.can_type_in(actor))
    lock_assignment(session, assignment)
    season = contest.get_season(session, assignment.round.season_id)
    check_unsealed(session, season)
    if reason := rules.why_not_watchable(assignment):
        raise Refused(reason)
    own = rules.own_criteria(assignment, season.criteria)
    if reason := rules.why_not_given(scores, own):
        raise Refused(reason)
    if reason := rules.why_not_a_comment(comment):
        raise Refused(reason)
    scorecard = assignment.scorecard
    if scorecard is not None and scorecard.typed_in_by is None and scorecard.scores:
        raise Refused(text("This judge has scored it on screen. Only she can change that."))
    if scorecard is None:
        scorecard = _new_scorecard(assignment, now)
    known = {score.criterion_id: score for score in scorecard.scores}
    for criterion in own:
        if criterion.id in known:
            known[criterion.id].value = scores[criterion.id]
        else:
            scorecard.scores.append(Score(criterion_id=criterion.id, value=scores[criterion.id]))
    for _kind, words in notes:
        if reason := rules.why_not_a_note(words, None):
            raise Refused(reason)
    scorecard.notes = [
        Note(uid=str(uuid4()), kind=kind, second=None, words=words.strip(), created_at=now)
        for kind, words in notes
    ]
    scorecard.comment, scorecard.typed_in_by = comment, actor.id
    scorecard.completed_at = scorecard.updated_at = now
    session.flush()
    audit.record(
        session,
        actor,
        "scorecard.typed-in",
        assignment.id,
        scores={str(each): value for each, value in scorecard.values.items()},
    )
    answer(session, actor, assignment, now)
    return scorecard


def reopen_scorecard(
    session: Session, *, actor: User, assignment: Assignment, now: datetime
) -> None:
    """The judge wants to change something. Until it is completed again it does not count."""
    _check_open(session, actor, assignment, now)
    if assignment.scorecard is not None and assignment.scorecard.completed_at is not None:
        assignment.scorecard.completed_at = None
        assignment.scorecard.updated_at = now
        audit.record(session, actor, "scorecard.reopened", assignment.id)


def _check_open(session: Session, actor: User, assignment: Assignment, now: datetime) -> Season:
    """The season, once it is certain that this judge may write in this scorecard now."""
    require(permissions.can_score(actor, assignment))
    lock_assignment(session, assignment)
    season = contest.get_season(session, assignment.round.season_id)
    check_unsealed(session, season)
    if reason := rules.why_not_scorable(assignment, season, now):
        raise Refused(reason)
    if assignment.scorecard is None and queries.left_to_practice(session, actor, season):
        raise Refused(text("Please score the practice clips first; they take two minutes."))
    return season


def _new_scorecard(assignment: Assignment, now: datetime) -> Scorecard:
    assignment.scorecard = Scorecard(comment="", updated_at=now, scores=[], notes=[])
    return assignment.scorecard


def _open_scorecard(
    session: Session, actor: User, assignment: Assignment, now: datetime
) -> tuple[Season, Scorecard]:
    season = _check_open(session, actor, assignment, now)
    scorecard = assignment.scorecard or _new_scorecard(assignment, now)
    session.flush()
    if rules.is_done(assignment, season.criteria):
        raise Refused(text("This scorecard is finished. Reopen it to change something."))
    return season, scorecard
