"""Finding entries: for a teacher, for a team with its code, for a screener, for the public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest_queries
from app.contest import rules as contest
from app.contest.models import Question, RuleSet, Season
from app.contest.rules import QuestionAudience, Window
from app.core.errors import NotFound, Refused, require
from app.entries import permissions, rules
from app.entries.models import (
    AppearingPerson,
    Cue,
    Disclosure,
    Entry,
    ReleaseLink,
    ScreeningNote,
    TeamCode,
)
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
    if entry is None or not permissions.can_see(actor, entry, membership):
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


def get_person(entry: Entry, person_id: int) -> AppearingPerson:
    person = next((p for p in entry.people if p.id == person_id), None)
    if person is None:
        raise NotFound
    return person


def answers_for(session: Session, entry: Entry, reader: QuestionAudience) -> list[tuple[str, str]]:
    """The season's questions with this entry's answers, as far as `reader` may read them."""
    season = contest_queries.get_season(session, entry.season_id)
    return answered(entry, season.questions, reader)


def answered(
    entry: Entry, questions: Sequence[Question], reader: QuestionAudience
) -> list[tuple[str, str]]:
    given = {answer.question_id: answer.words for answer in entry.answers}
    return [
        (question.words, given[question.id])
        for question in questions
        if given.get(question.id) and contest.can_read(question.audience, reader)
    ]


def release_links(session: Session, person: AppearingPerson) -> list[ReleaseLink]:
    """Every link made for somebody's family, oldest first."""
    return list(
        session.scalars(
            select(ReleaseLink)
            .where(ReleaseLink.person_id == person.id)
            .order_by(ReleaseLink.made_at, ReleaseLink.id)
        )
    )


def release_links_of(session: Session, entry: Entry) -> dict[int, ReleaseLink]:
    """The newest link of each appearing person, by person."""
    ids = [person.id for person in entry.people]
    if not ids:
        return {}
    found = session.scalars(
        select(ReleaseLink).where(ReleaseLink.person_id.in_(ids)).order_by(ReleaseLink.id)
    )
    return {link.person_id: link for link in found}


def get_release_link(session: Session, link_id: int) -> tuple[ReleaseLink, AppearingPerson, Entry]:
    """What a parent's link is about. Raises NotFound when it is gone with its entry."""
    link = session.get(ReleaseLink, link_id)
    if link is None:
        raise NotFound
    person = session.get_one(AppearingPerson, link.person_id)
    return link, person, session.get_one(Entry, person.entry_id)


def get_cue(entry: Entry, cue_id: int) -> Cue:
    cue = next((c for c in entry.cues if c.id == cue_id), None)
    if cue is None:
        raise NotFound
    return cue


def entries_to_screen(
    session: Session, actor: User, season: Season, status: EntryStatus | None
) -> list[Entry]:
    """Submitted and decided entries, those that wait longest first."""
    require(permissions.can_screen(actor))
    query = select(Entry).where(
        Entry.season_id == season.id, Entry.status.not_in(rules.UNSUBMITTED)
    )
    if status is not None:
        query = query.where(Entry.status == status)
    return list(
        session.scalars(
            query.order_by(Entry.status != EntryStatus.SUBMITTED, Entry.submitted_at, Entry.id)
        )
    )


@dataclass(frozen=True)
class Neighbours:
    """Where an entry stands in the screeners' queue."""

    place: int
    count: int
    previous: int | None
    next: int | None


def neighbours(session: Session, actor: User, season: Season, entry: Entry) -> Neighbours:
    """The entries before and after this one in the queue of all that are screened."""
    require(permissions.can_screen(actor))
    ids = list(
        session.scalars(
            select(Entry.id)
            .where(Entry.season_id == season.id, Entry.status.not_in(rules.UNSUBMITTED))
            .order_by(Entry.status != EntryStatus.SUBMITTED, Entry.submitted_at, Entry.id)
        )
    )
    if entry.id not in ids:
        return Neighbours(0, len(ids), None, None)
    place = ids.index(entry.id)
    return Neighbours(
        place + 1,
        len(ids),
        ids[place - 1] if place else None,
        ids[place + 1] if place + 1 < len(ids) else None,
    )


def count_by_status(session: Session, season: Season) -> dict[str, int]:
    rows = session.execute(
        select(Entry.status, func.count(Entry.id))
        .where(Entry.season_id == season.id)
        .group_by(Entry.status)
    )
    return {status: int(count) for status, count in rows}


def accepted_entries(session: Session, season: Season) -> list[Entry]:
    """What is judged: every accepted entry, by category and code."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.season_id == season.id, Entry.status == EntryStatus.ACCEPTED)
            .order_by(Entry.category_id, Entry.code)
        )
    )


@dataclass(frozen=True)
class Lookalike:
    """Another entry whose film is the same file, or shows the same picture."""

    entry: Entry
    year: int
    same_file: bool


def lookalikes(session: Session, actor: User, entry: Entry) -> list[Lookalike]:
    """Submitted entries of any season that look the same as this one; for screeners alone."""
    require(permissions.can_screen(actor))
    if entry.asset_id is None:
        return []
    twins = {t.asset_id: t for t in media.twins(session, media.get_asset(session, entry.asset_id))}
    if not twins:
        return []
    rows = session.execute(
        select(Entry, Season.year)
        .join(Season, Season.id == Entry.season_id)
        .where(
            Entry.asset_id.in_(twins), Entry.id != entry.id, Entry.status.not_in(rules.UNSUBMITTED)
        )
        .order_by(Season.year.desc(), Entry.code)
    )
    return [
        Lookalike(other, year, twins[other.asset_id].same_file)
        for other, year in rows
        if other.asset_id is not None
    ]


def entries_by_id(session: Session, ids: set[int]) -> dict[int, Entry]:
    if not ids:
        return {}
    return {e.id: e for e in session.scalars(select(Entry).where(Entry.id.in_(ids)))}


def finalists(session: Session, season: Season) -> list[Entry]:
    """Accepted entries that reached the finals."""
    return [e for e in accepted_entries(session, season) if e.finalist_at is not None]


def public_finalists(session: Session, season: Season) -> list[Entry]:
    """Finalists anybody may watch: what the public vote is about."""
    return [e for e in finalists(session, season) if rules.is_publishable(e)]


def public_entries(
    session: Session,
    season: Season,
    *,
    now: datetime,
    category_id: int | None = None,
    division_id: int | None = None,
    words: str = "",
) -> list[Entry]:
    """What the gallery shows, by title. Empty until the gallery opens."""
    if not contest.is_gallery_open(season, now):
        return []
    query = select(Entry).where(
        Entry.season_id == season.id,
        Entry.status == EntryStatus.ACCEPTED,
        Entry.let_go_at.is_(None),
        Entry.people_complete,
        Entry.captions != "",
        Entry.cleared_at.is_not(None),
        Entry.held_at.is_(None),
    )
    if category_id is not None:
        query = query.where(Entry.category_id == category_id)
    if division_id is not None:
        query = query.where(Entry.division_id == division_id)
    if words:
        searched = (Entry.title, Entry.synopsis, Entry.team_name)
        query = query.where(
            # A percent sign that somebody types is one she looks for.
            or_(*(column.icontains(words, autoescape=True) for column in searched))
        )
    found = session.scalars(query.order_by(Entry.title, Entry.id))
    return [entry for entry in found if rules.is_public(entry, season, now)]


def get_public_entry(session: Session, slug: str, *, now: datetime) -> Entry:
    """A public entry by its address; one that was taken down is not there."""
    if "\0" in slug:
        raise NotFound  # PostgreSQL does not even look for such a one.
    entry = session.scalar(select(Entry).where(Entry.slug == slug))
    if entry is None:
        raise NotFound
    season = session.get_one(Season, entry.season_id)
    if not rules.is_public(entry, season, now):
        raise NotFound
    return entry


def get_note(entry: Entry, note_id: int) -> ScreeningNote:
    note = next((n for n in entry.notes if n.id == note_id), None)
    if note is None:
        raise NotFound
    return note


def disclosures_for(
    session: Session, actor: User, season: Season
) -> list[tuple[Disclosure, Entry]]:
    """What may be real disclosures, open ones first. For everybody but the safeguarding lead there
    is no such page."""
    if not permissions.can_read_disclosures(actor, season):
        raise NotFound
    found = session.execute(
        select(Disclosure, Entry)
        .join(Entry, Entry.id == Disclosure.entry_id)
        .where(Entry.season_id == season.id)
        .order_by(Disclosure.closed_at.is_not(None), Disclosure.id)
    )
    return [(row[0], row[1]) for row in found]


def get_disclosure_for(
    session: Session, actor: User, season: Season, disclosure_id: int
) -> Disclosure:
    for disclosure, _entry in disclosures_for(session, actor, season):
        if disclosure.id == disclosure_id:
            return disclosure
    raise NotFound
