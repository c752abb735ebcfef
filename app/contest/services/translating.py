"""A season's own words in other languages."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import permissions, rules
from app.contest.models import Season, Translation
from app.core import audit
from app.core.errors import Refused, require


def save_translations(
    session: Session, *, actor: User, season: Season, language: str, words: Mapping[str, str]
) -> int:
    """Keep what `words` says for each text; empty words take a translation back. Returns how many
    were changed. Raises Refused for one that loses a number of a rule."""
    require(permissions.can_run_season(actor))
    # Two organizers who send the same page at once must not both add the same text.
    session.refresh(season, ["id"], with_for_update=True)
    known = {
        row.source: row
        for row in session.scalars(select(Translation).where(Translation.language == language))
    }
    changed = 0
    for source, translated in words.items():
        if reason := rules.why_not_translation(source, translated):
            raise Refused(reason)
        row = known.get(source)
        if translated == (row.words if row else ""):
            continue
        changed += 1
        if row is None:
            row = Translation(language=language, source=source)
            session.add(row)
        if translated:
            row.words = translated
        else:
            session.delete(row)
    if changed:
        session.flush()
        audit.record(
            session, actor, "season.translated", season.id, language=language, texts=changed
        )
    return changed
