"""Which languages a family may read a release link in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import texts
from app.entries.models import TranslationReview
from app.texts import RELEASES


def translation_reviews(session: Session) -> dict[str, TranslationReview]:
    """Who signed off the words that a language has now, by language."""
    return {
        review.language: review
        for review in session.scalars(select(TranslationReview))
        if review.language in texts.languages(RELEASES)
        and review.digest == texts.digest_of(RELEASES, review.language)
    }


def reviewed_languages(session: Session) -> list[str]:
    """The languages whose words a speaker has found right, here or before they came here."""
    here = translation_reviews(session)
    return [
        tag for tag in texts.languages(RELEASES) if tag in here or texts.is_reviewed(tag, RELEASES)
    ]


def release_languages(session: Session, *, drafts: bool) -> list[str]:
    """The languages families are offered. A machine's draft is none of them, except where nobody
    signs for real (`drafts`)."""
    return texts.languages(RELEASES) if drafts else reviewed_languages(session)
