"""What teams hear, and what there is to choose it from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import is_announced
from app.core.errors import NotFound, require
from app.entries import queries as entries
from app.entries.models import Entry
from app.judging import permissions, rules
from app.judging.models import Assignment, JudgingRound, Note, Scorecard
from app.judging.queries.results import cards
from app.judging.rules import NoteKind, RoundKind


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
    return _notes_of(session, entry)


def _notes_of(session: Session, entry: Entry) -> list[Note]:
    """By the moment they are about, in one query."""
    return list(
        session.scalars(
            select(Note)
            .join(Scorecard, Scorecard.id == Note.scorecard_id)
            .join(Assignment, Assignment.id == Scorecard.assignment_id)
            .where(Assignment.entry_id == entry.id, ~Assignment.recusal.has())
            .order_by(func.coalesce(Note.second, 0), Note.id)
        )
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
    first = session.scalars(
        select(Assignment)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(
            JudgingRound.season_id == season.id,
            JudgingRound.kind == RoundKind.FIRST,
            Assignment.entry_id == entry.id,
        )
        .order_by(Assignment.id)
    ).all()
    approved = [note for note in _notes_of(session, entry) if note.approved_at is not None]
    return Feedback(
        rules.averages([card.scores for card in cards(season, first, {entry.id})]),
        [note for note in approved if note.kind == NoteKind.STRENGTH],
        [note for note in approved if note.kind == NoteKind.NEXT_STEP],
    )
