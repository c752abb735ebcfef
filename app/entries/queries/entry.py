"""One entry: for its teacher, for a team with its code, and what counts for it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest_queries
from app.contest import rules as contest
from app.contest.models import RuleSet, Season
from app.contest.rules import Window
from app.core.errors import NotFound, Refused, require
from app.entries import permissions, rules
from app.entries.models import Cue, Entry, TeamCode
from app.entries.queries.screening import has_open_disclosure
from app.entries.rules import EntryStatus
from app.media import queries as media
from app.media.models import Asset
from app.schools import queries as schools
from app.schools.models import Membership
from app.texts import text


def get_entry_for(session: Session, actor: User, entry_id: int) -> Entry:
    """An entry for somebody who may see it; a stranger's is not there."""
    entry = session.get(Entry, entry_id)
    membership = schools.find_membership(session, actor)
    if entry is None:
        raise NotFound
    if not permissions.can_see(actor, entry, membership):
        # Withdrawing an entry must not take it out of the safeguarding lead's reach.
        season = contest_queries.get_season(session, entry.season_id)
        leads = permissions.can_read_disclosures(actor, season)
        if not (leads and has_open_disclosure(session, entry)):
            raise NotFound
    return entry


def window_for(session: Session, entry: Entry) -> Window:
    """When the entry's school may submit: the season's dates, and its own extension."""
    season = contest_queries.get_season(session, entry.season_id)
    return window_of(session, season, entry.school_id)


def window_of(session: Session, season: Season, school_id: int) -> Window:
    return contest.submissions_window(season, schools.extended_to(session, season.id, school_id))


def get_rule_set_for(session: Session, entry: Entry) -> RuleSet:
    """The rules that count for an entry: those it was submitted under, else those in force."""
    if entry.rule_set_id is not None and entry.status not in rules.UNSUBMITTED:
        return session.get_one(RuleSet, entry.rule_set_id)
    season = contest_queries.get_season(session, entry.season_id)
    return contest_queries.get_rule_set(session, season)


def get_entry_to_edit(session: Session, actor: User, entry_id: int) -> Entry:
    """An entry for its teacher or her school's lead; a colleague may look, not change."""
    entry = get_entry_for(session, actor, entry_id)
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    return entry


def entries_for_teacher(session: Session, actor: User, season: Season) -> list[Entry]:
    """The entries of the teacher's school in this season, her own first."""
    membership = schools.get_membership(session, actor)
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.school_id == membership.school_id, Entry.season_id == season.id)
            .order_by(Entry.teacher_id != actor.id, Entry.id)
        )
    )


def entries_of_teacher(session: Session, teacher: Membership) -> list[Entry]:
    """What she has put in for this school, in every season."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.school_id == teacher.school_id, Entry.teacher_id == teacher.user_id)
            .order_by(Entry.id)
        )
    )


def count_in_category(
    session: Session, teacher_id: int, season: Season, category_id: int | None, but: int | None
) -> int:
    """How many entries a teacher has in a category, leaving out entry `but`."""
    query = select(func.count(Entry.id)).where(
        Entry.teacher_id == teacher_id,
        Entry.season_id == season.id,
        Entry.category_id == category_id,
        Entry.status != EntryStatus.WITHDRAWN,
    )
    if but is not None:
        query = query.where(Entry.id != but)
    return int(session.scalar(query) or 0)


def find_entry_by_team_code(session: Session, code: str) -> Entry | None:
    """The entry a code opens, unless the code was revoked, the entry was disqualified, or the
    season's awards are announced."""
    if not code:
        return None
    return session.scalar(
        select(Entry)
        .join(TeamCode)
        .join(Season, Season.id == Entry.season_id)
        .where(
            TeamCode.code == code,
            TeamCode.revoked_at.is_(None),
            Entry.status != EntryStatus.DISQUALIFIED,
            Season.announced_at.is_(None),
        )
    )


def get_entry_by_team_code(session: Session, code: str) -> Entry:
    entry = find_entry_by_team_code(session, code)
    if entry is None:
        raise NotFound
    return entry


def find_team_code(entry: Entry) -> TeamCode | None:
    """The code in force."""
    return next((c for c in reversed(entry.team_codes) if c.revoked_at is None), None)


def find_incoming(session: Session, entry: Entry) -> Asset | None:
    """The upload that is on its way, if there is one."""
    if entry.incoming_asset_id is None:
        return None
    return media.get_asset(session, entry.incoming_asset_id)


def get_incoming(session: Session, entry: Entry) -> Asset:
    """The upload that is on its way. Raises Refused when there is none."""
    asset = find_incoming(session, entry)
    if asset is None:
        raise Refused(text("There is no upload under way. Choose the file again."))
    return asset


def get_cue(entry: Entry, cue_id: int) -> Cue:
    cue = next((c for c in entry.cues if c.id == cue_id), None)
    if cue is None:
        raise NotFound
    return cue
