"""Changing a season's rules: a draft first, then a version that everybody is told about."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest import notifications, permissions, queries, rules
from app.contest.models import RuleSet, Season
from app.contest.rules import Rule
from app.core import audit, mail
from app.core.errors import NotFound, Refused, require
from app.texts import text


def draft_of(session: Session, season: Season) -> RuleSet:
    """The draft of the next version; a copy of the rules in force when there is none yet."""
    # Two organizers who begin at once must not both begin the same version.
    session.refresh(season, ["id"], with_for_update=True)
    draft = queries.find_draft_rules(session, season)
    if draft is None:
        current = queries.get_rule_set(session, season)
        draft = RuleSet(season_id=season.id, version=current.version + 1)
        draft.rules = current.rules
        session.add(draft)
        session.flush()
    return draft


def save_rule(
    session: Session, *, actor: User, season: Season, code: str | None, values: Mapping[str, Any]
) -> Rule:
    """Change the rule called `code` in the draft, or add one when it is None. `values` are fields
    of `Rule` other than its code. Raises NotFound for a rule that is not there."""
    require(permissions.can_run_season(actor))
    draft = draft_of(session, season)
    if code is None:
        if len(draft.listed) >= rules.MOST_RULES:
            most = rules.MOST_RULES
            raise Refused(text("%(most)s rules are as many as anybody can read.", most=most))
        saved = Rule(f"own-{secrets.token_hex(4)}", **values)
        draft.rules = [*draft.rules, saved]
    else:
        old = draft.find(code)
        if old is None:
            raise NotFound
        saved = replace(old, **values)
        draft.rules = [saved if rule.code == code else rule for rule in draft.rules]
    audit.record(session, actor, "rules.drafted", season.id, rule=saved.code)
    return saved


def remove_rule(session: Session, *, actor: User, season: Season, code: str) -> None:
    """Raises NotFound for a rule that is not there, and Refused for one whose number is needed."""
    require(permissions.can_run_season(actor))
    draft = draft_of(session, season)
    gone = draft.find(code)
    if gone is None:
        raise NotFound
    if gone.numbers:
        raise Refused(text("This rule sets a number the contest needs. Change it instead."))
    draft.rules = [rule for rule in draft.rules if rule.code != code]
    audit.record(session, actor, "rules.drafted", season.id, removed=code)


def discard_draft(session: Session, *, actor: User, season: Season) -> None:
    """Forget what was changed since the last version."""
    require(permissions.can_run_season(actor))
    draft = queries.find_draft_rules(session, season)
    if draft is not None:
        session.delete(draft)
        audit.record(session, actor, "rules.draft-discarded", season.id)


def publish_rules(
    session: Session, *, actor: User, season: Season, note: str, now: datetime
) -> RuleSet:
    """Put the draft in force. From the opening of submissions on, every teacher is mailed what
    changed; entries that were submitted before keep the version they were submitted under."""
    require(permissions.can_run_season(actor))
    session.refresh(season, ["id"], with_for_update=True)
    draft = queries.find_draft_rules(session, season)
    current = queries.get_rule_set(session, season)
    reason = rules.why_not_published(draft.rules if draft else current.rules, current.rules)
    if draft is None or reason is not None:
        raise Refused(reason or text("Nothing has changed since the rules were last published."))
    opened = now >= season.submissions_open_at
    if opened and not note.strip():
        raise Refused(text("Please write why: teachers read it in the mail about the change."))
    draft.note = note.strip()
    draft.published_at = now
    draft.published_by = actor.id
    for name, number in rules.numbers_in(draft.rules).items():
        setattr(season, name, number)
    session.flush()
    audit.record(session, actor, "rules.published", season.id, version=draft.version)
    if opened:
        _tell_teachers(session, season, draft, rules.changes(current.rules, draft.rules))
    return draft


def _tell_teachers(
    session: Session, season: Season, published: RuleSet, changed: Sequence[rules.Change]
) -> None:
    for teacher in people.people_at_work(session, Role.TEACHER):
        if teacher.email_confirmed_at is not None:
            mail.send(session, notifications.rules_changed(season, published, changed, teacher))
