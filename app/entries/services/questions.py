"""Answers to what a season asks beyond the usual."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.entries.models import Answer, Entry
from app.entries.services.details import editable


def save_answers(
    session: Session, *, actor: User, entry: Entry, answers: Mapping[int, str], now: datetime
) -> None:
    """Save what was answered, complete or not, by question. Questions of other seasons are
    ignored."""
    editable(session, actor, entry, now)
    season = contest.get_season(session, entry.season_id)
    known = {answer.question_id: answer for answer in entry.answers}
    for question in season.questions:
        if question.id not in answers:
            continue
        words = answers[question.id].strip()
        answer = known.get(question.id)
        if answer is not None:
            answer.words = words
        elif words:
            entry.answers.append(Answer(question_id=question.id, words=words))
    entry.updated_at = now
    session.flush()
