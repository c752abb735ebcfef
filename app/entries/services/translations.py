"""Signing off the words that families read and sign in another language."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import texts
from app.accounts.models import User
from app.contest.permissions import can_run_season
from app.core import audit
from app.core.errors import Refused, require
from app.entries import queries, rules
from app.entries.models import TranslationReview
from app.texts import RELEASES, text


def sign_off_translation(
    session: Session,
    *,
    actor: User,
    language_tag: str,
    digest: str,
    reviewer: str,
    reviewed_on: date,
    now: datetime,
) -> None:
    """`reviewer` found the words right that `digest` stands for; from now on families are offered
    the language. Harmless when said twice. Raises Refused."""
    require(can_run_season(actor))
    if digest != texts.digest_of(RELEASES, language_tag):
        raise Refused(
            text("These words have changed since they were shown. Please read them again.")
        )
    if reason := rules.why_not_signed_on(reviewed_on, now):
        raise Refused(reason)
    if language_tag in queries.translation_reviews(session):
        return
    review = TranslationReview(
        language=language_tag,
        digest=digest,
        reviewer=reviewer,
        reviewed_on=reviewed_on,
        recorded_by=actor.id,
        recorded_at=now,
    )
    try:
        with session.begin_nested():
            session.add(review)
    except IntegrityError:
        return  # Another organizer did so at this very moment.
    audit.record(session, actor, "translation.signed-off", language=language_tag)


def withdraw_translation(session: Session, *, actor: User, language_tag: str) -> None:
    """Offer a language no more, because a mistake was found in it. Answers given stay as they
    were read."""
    require(can_run_season(actor))
    if language_tag not in queries.translation_reviews(session):
        raise Refused(text("Nobody here has signed these words off: nothing to take back."))
    session.execute(delete(TranslationReview).where(TranslationReview.language == language_tag))
    audit.record(session, actor, "translation.withdrawn", language=language_tag)
