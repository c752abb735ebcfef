"""Beginning an entry, filling it in, and the code that opens it to the team."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.entries import permissions, queries, rules
from app.entries.models import Cue, Entry, TeamCode
from app.schools import queries as schools
from app.schools import rules as school_rules
from app.schools import services as school_services
from app.texts import text

DETAILS = frozenset(
    {
        "title",
        "synopsis",
        "team_name",
        "category_id",
        "division_id",
        "ai_use",
        "ai_words",
        "original_work",
        "people_complete",
        "cues_complete",
        "licence",
    }
)


def create_entry(session: Session, *, actor: User, season: Season, now: datetime) -> Entry:
    """A fresh draft, with a team code that works at once."""
    membership = schools.get_membership(session, actor)
    # Who is taken out of the school at this moment must not leave an entry behind.
    school_services.hold_school(session, membership.school, membership)
    if reason := school_rules.why_not_taking_part(membership.school):
        raise Refused(reason)
    drafts = queries.count_in_category(session, actor.id, season, None, None)
    window = queries.window_of(session, season, membership.school_id)
    if reason := rules.why_not_creatable(drafts, season, window, now):
        raise Refused(reason)
    entry = Entry(
        season_id=season.id,
        school_id=membership.school_id,
        teacher_id=actor.id,
        code=_free_code(session, season),
        licence=season.licence,
        created_at=now,
        updated_at=now,
    )
    entry.school = membership.school
    session.add(entry)
    session.flush()
    new_team_code(session, actor=actor, entry=entry, now=now)
    audit.record(session, actor, "entry.created", entry.id)
    return entry


def _free_code(session: Session, season: Season) -> str:
    taken = set(session.scalars(select(Entry.code).where(Entry.season_id == season.id)))
    while True:
        letters = (secrets.choice(rules.ENTRY_CODE_LETTERS) for _ in range(rules.ENTRY_CODE_LENGTH))
        if (code := "".join(letters)) not in taken:
            return code


def hold(session: Session, entry: Entry) -> None:
    """Wait for whoever else is at what decides over this entry's video, and see what became of it.

    On SQLite writers wait for each other anyway.
    """
    session.flush()  # Refreshing forgets what was not written yet.
    session.refresh(entry, ["status", "asset_id", "incoming_asset_id"], with_for_update=True)


def editable(session: Session, actor: User, entry: Entry, now: datetime) -> None:
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    open_for_changes(session, entry, now)


def open_for_changes(session: Session, entry: Entry, now: datetime) -> None:
    if reason := rules.why_not_editable(entry, queries.window_for(session, entry), now):
        raise Refused(reason)


class ChangedMeanwhile(Refused):
    """Somebody saved something else in the same fields since they were last looked at."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(
            text("This was changed meanwhile in another tab or by somebody else. Both are kept.")
        )
        self.fields = fields


def saved_details(entry: Entry) -> dict[str, str]:
    """What is saved, as a browser holds it."""
    return {field: rules.as_typed(getattr(entry, field)) for field in sorted(DETAILS)}


def save_details(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """Save what was typed, complete or not. Fields outside the list are ignored.

    `seen` is what was saved in these fields when they were last looked at. What is still as seen
    was not typed, and stays as somebody else may have saved it; raises ChangedMeanwhile where both
    typed something else.
    """
    hold(session, entry)
    session.refresh(entry)
    editable(session, actor, entry, now)
    season = contest.get_season(session, entry.season_id)
    typed = {field: values[field] for field in sorted(DETAILS & values.keys())}
    if seen is not None:
        typed = {f: v for f, v in typed.items() if rules.as_typed(v) != seen.get(f)}
        saved = saved_details(entry)
        if lost := [
            field
            for field, value in typed.items()
            if field in seen and saved[field] not in (seen[field], rules.as_typed(value))
        ]:
            raise ChangedMeanwhile(lost)
    for field, value in typed.items():
        setattr(entry, field, value)
    if entry.category_id not in {None, *(c.id for c in season.categories)}:
        raise Refused(text("That category belongs to another season."))
    if entry.division_id not in {None, *(d.id for d in season.divisions)}:
        raise Refused(text("That division belongs to another season."))
    if "category_id" in typed and entry.category_id is not None:
        others = queries.count_in_category(
            session, entry.teacher_id, season, entry.category_id, entry.id
        )
        if reason := rules.why_not_more_in_category(others, season):
            raise Refused(reason)
    entry.updated_at = now
    session.flush()
    session.expire(entry, ["category", "division"])


def add_cue(
    session: Session, *, actor: User, entry: Entry, values: Mapping[str, str], now: datetime
) -> Cue:
    editable(session, actor, entry, now)
    if len(entry.cues) >= 100:
        raise Refused(text("A hundred pieces is as many as the cue sheet takes."))
    cue = Cue(**values)
    entry.cues.append(cue)
    entry.updated_at = now
    session.flush()
    return cue


def remove_cue(session: Session, *, actor: User, entry: Entry, cue: Cue, now: datetime) -> None:
    editable(session, actor, entry, now)
    entry.cues.remove(cue)
    entry.updated_at = now


def draw_team_code() -> str:
    """Letters for a team code; whether another team has them, whoever calls finds out."""
    letters = {"c": rules.CODE_CONSONANTS, "v": rules.CODE_VOWELS}
    return "".join(secrets.choice(letters[kind]) for kind in rules.CODE_PATTERN)


def end_team_codes(session: Session, *, actor: User, entry: Entry, now: datetime) -> None:
    """No code opens the entry's team page any more. Whoever calls may do that to this entry."""
    for old in entry.team_codes:
        if old.revoked_at is None:
            old.revoked_at = now
            audit.record(session, actor, "entry.team-code-ended", entry.id)


def new_team_code(session: Session, *, actor: User, entry: Entry, now: datetime) -> TeamCode:
    """A new code for the team; the one before stops working."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    end_team_codes(session, actor=actor, entry=entry, now=now)
    while True:
        code = draw_team_code()
        if session.scalar(select(TeamCode.id).where(TeamCode.code == code)) is None:
            break
    fresh = TeamCode(code=code, created_at=now)
    entry.team_codes.append(fresh)
    session.flush()
    audit.record(session, actor, "entry.team-code-made", entry.id)
    return fresh
