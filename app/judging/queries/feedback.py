"""What teams hear, and what there is to choose it from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import is_announced
from app.core.errors import NotFound, require
from app.entries import queries as entries
from app.entries.models import Entry
from app.judging import permissions, rules
from app.judging.models import Assignment, JudgingRound, Note, Scorecard
from app.judging.rules import NoteKind


@dataclass(frozen=True)
class Feedback:
    """All that a team hears. Neither a place nor a judge's name is in it."""

    averages: dict[int, Fraction] = field(default_factory=dict)
    strengths: list[Note] = field(default_factory=list)
    next_steps: list[Note] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.averages or self.strengths or self.next_steps)


def notes_by_entry(session: Session, season: Season) -> dict[int, list[Note]]:
    """Every note on a scorecard that counts, by entry and moment, in two queries."""
    rows = session.execute(
        select(Assignment.entry_id, Note)
        .join(Scorecard, Scorecard.id == Note.scorecard_id)
        .join(Assignment, Assignment.id == Scorecard.assignment_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id, ~Assignment.recusal.has())
        .order_by(Assignment.entry_id, Note.kind.desc(), Note.second, Note.id)
    )
    found: dict[int, list[Note]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append(row.Note)
    return found


def get_notes_for(session: Session, actor: User, entry: Entry) -> list[Note]:
    """What judges wrote for one team, for whoever runs the judging."""
    require(permissions.can_run_judging(actor))
    rows = session.scalars(
        select(Note)
        .join(Scorecard, Scorecard.id == Note.scorecard_id)
        .join(Assignment, Assignment.id == Scorecard.assignment_id)
        .where(Assignment.entry_id == entry.id, ~Assignment.recusal.has())
        .order_by(Note.id)
    )
    return list(rows)


def chosen_for(notes: dict[int, list[Note]]) -> Counter[int]:
    """How many notes of each entry go to its team."""
    return Counter(
        {entry: sum(n.approved_at is not None for n in listed) for entry, listed in notes.items()}
    )


def entries_with_feedback(session: Session, actor: User, season: Season) -> list[Entry]:
    """A teacher's entries that were judged, once the winners are announced."""
    judged = set(
        session.scalars(
            select(Assignment.entry_id)
            .join(JudgingRound, JudgingRound.id == Assignment.round_id)
            .where(JudgingRound.season_id == season.id)
        )
    )
    return [e for e in entries.entries_for_teacher(session, actor, season) if e.id in judged]


def get_feedback(session: Session, entry: Entry, season: Season, now: datetime) -> Feedback:
    """What the team of an entry hears, for whoever may see the entry. Raises NotFound before the
    winners are announced. The averages are of the first round, in which every entry was scored by
    the same rule."""
    if not is_announced(season, now):
        raise NotFound
    rows = session.execute(
        select(Assignment, JudgingRound.kind)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id, Assignment.entry_id == entry.id)
        .order_by(Assignment.id)
    ).all()
    counted = [
        scores
        for assignment, kind in rows
        if kind == rules.RoundKind.FIRST
        and (scores := rules.counted_scores(assignment, season.criteria)) is not None
    ]
    approved = [
        note
        for assignment, _kind in rows
        if assignment.scorecard is not None and assignment.recusal is None
        for note in assignment.scorecard.notes
        if note.approved_at is not None
    ]
    approved.sort(key=lambda note: (note.second or 0, note.id))
    return Feedback(
        rules.averages(counted),
        [note for note in approved if note.kind == NoteKind.STRENGTH],
        [note for note in approved if note.kind == NoteKind.NEXT_STEP],
    )
