"""What of each row is due by a moment, in a constant number of queries each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards.models import Award
from app.awards.queries import FILM_JOB, STATION_JOB, film_subject, station_subject
from app.contest.models import Season
from app.core.audit import AuditEvent
from app.core.jobs import Job, JobState
from app.entries import rules as entry_rules
from app.entries.models import AppearingPerson, Disclosure, Entry
from app.judging.models import Assignment, JudgingRound
from app.media.models import Asset
from app.media.rules import AssetState
from app.retention import rules
from app.retention.models import Notice
from app.retention.rules import Due
from app.voting.models import Ballot, BlockedVoter, VoteKey

WORKING = (AssetState.WAITING, AssetState.CHECKING, AssetState.PROCESSING)


def due(session: Session, row_id: str, *, until: datetime, now: datetime) -> list[Due]:
    """What of a row goes by `until`, soonest first."""
    found = [each for each in DUE[row_id](session, now) if each.at <= until]
    return sorted(found, key=lambda each: (each.at, each.key))


def report(session: Session, *, until: datetime, now: datetime) -> dict[str, list[Due]]:
    """What goes by `until`, row by row; rows of which nothing goes are left out."""
    found = {row_id: due(session, row_id, until=until, now=now) for row_id in DUE}
    return {row_id: listed for row_id, listed in found.items() if listed}


def notices(session: Session, row_id: str) -> dict[int, datetime]:
    """When whom was told last, by the key of what it is about."""
    found = session.scalars(select(Notice).where(Notice.row == row_id))
    return {notice.key: notice.at for notice in found}


def _drafts(session: Session, now: datetime) -> list[Due]:
    told = notices(session, "drafts")
    return [
        Due("drafts", entry.id, rules.draft_due(entry, told.get(entry.id), now), _name(entry))
        for entry in _unsubmitted(session)
    ]


def _unsubmitted(session: Session) -> list[Entry]:
    return list(
        session.scalars(
            select(Entry).where(
                Entry.status.in_(entry_rules.UNSUBMITTED),
                Entry.let_go_at.is_(None),
                _nobody_looks_into_it(),
            )
        )
    )


def _nobody_looks_into_it() -> ColumnElement[bool]:
    """What may be a child's real disclosure waits for the safeguarding lead, whatever its time."""
    return ~exists().where(Disclosure.entry_id == Entry.id, Disclosure.closed_at.is_(None))


def _name(entry: Entry) -> str:
    return entry.title or entry.code


def told_from(session: Session, row_id: str, *, now: datetime) -> list[Due]:
    """Whose owner is to be told now that it goes: not told since it was last touched."""
    told = notices(session, row_id)
    if row_id == "drafts":
        listed = [
            (entry.id, rules.draft_told_from(entry), entry.updated_at, _name(entry))
            for entry in _unsubmitted(session)
        ]
    else:
        listed = [
            (person.id, rules.account_told_from(person), rules.account_idle_since(person), "")
            for person in _accounts(session)
        ]
    return [
        Due(row_id, key, at, title)
        for key, at, touched, title in listed
        if at <= now and (key not in told or told[key] < touched)
    ]


def _with_award(session: Session) -> set[int | None]:
    return set(session.scalars(select(Award.entry_id).where(Award.entry_id.is_not(None))))


def _originals(session: Session, now: datetime) -> list[Due]:
    """All three rows of originals at once: one list of files, told apart by what became of them."""
    with_award = _with_award(session)
    busy = set(
        session.scalars(
            select(Job.subject).where(
                Job.name.in_([FILM_JOB, STATION_JOB, "media.process"]),
                Job.state.in_([JobState.QUEUED, JobState.RUNNING]),
            )
        )
    )
    found = []
    for entry, asset, season in session.execute(
        select(Entry, Asset, Season)
        .join(Asset, Asset.id == Entry.asset_id)
        .join(Season, Season.id == Entry.season_id)
        .where(Asset.original_gone_at.is_(None), Entry.let_go_at.is_(None))
    ).unique():
        if not busy.isdisjoint((asset.subject, film_subject(entry.id), station_subject(entry.id))):
            continue  # A machine is at it: taken from under its hands, it would only break.
        if asset.state == AssetState.UPLOADING:
            continue  # It goes as a half upload.
        # Where nobody works on it any more, what should be in work has failed. What was handed in
        # all the same may still be worked on again.
        failed = asset.state in WORKING and rules.is_unsubmitted(entry)
        refused = asset.state == AssetState.REFUSED or failed
        if rules.is_unsubmitted(entry) and not refused:
            continue  # It goes with its draft.
        row_id, at = rules.original_due(
            entry,
            season,
            arrived_at=asset.received_at or asset.created_at,
            unusable=refused,
            has_award=entry.id in with_award,
        )
        found.append(Due(row_id, entry.id, at, _name(entry)))
    return found


def _originals_of(row_id: str) -> Callable[[Session, datetime], list[Due]]:
    def listed(session: Session, now: datetime) -> list[Due]:
        return [each for each in _originals(session, now) if each.row_id == row_id]

    return listed


def _handed_in(session: Session, now: datetime) -> list[tuple[Entry, Season, bool]]:
    """Entries of past contests whose video is still there, and whether they won something."""
    with_award = _with_award(session)
    rows = session.execute(
        select(Entry, Season)
        .join(Season, Season.id == Entry.season_id)
        .where(
            Entry.status.not_in(entry_rules.UNSUBMITTED),
            Entry.let_go_at.is_(None),
            _nobody_looks_into_it(),
            or_(
                Season.announced_at <= now,
                Season.announcement_at <= now - rules.NEVER_ANNOUNCED,
            ),
        )
    ).unique()
    return [(entry, season, entry.id in with_award) for entry, season in rows]


def _judged_only(session: Session, now: datetime) -> list[Due]:
    return [
        Due("judged-only", entry.id, rules.judged_only_due(season), _name(entry))
        for entry, season, _won in _handed_in(session, now)
        if not entry_rules.is_publishable(entry)
    ]


def _public(session: Session, now: datetime) -> list[Due]:
    return [
        Due("public", entry.id, rules.public_due(season), _name(entry))
        for entry, season, won in _handed_in(session, now)
        if entry_rules.is_publishable(entry) and not (won and entry_rules.is_giveable(entry))
    ]


def _winners(session: Session, now: datetime) -> list[Due]:
    asked = notices(session, "winners")
    given: dict[int, tuple[Season, int]] = {}
    for entry, season, won in _handed_in(session, now):
        if won and entry_rules.is_giveable(entry):
            given[season.id] = (season, given.get(season.id, (season, 0))[1] + 1)
    return [
        Due(
            "winners",
            season.id,
            rules.winners_due(season, asked.get(season.id)),
            f"{season.name} {season.year}",
            count,
        )
        for season, count in given.values()
    ]


def _releases(session: Session, now: datetime) -> list[Due]:
    listed = session.scalars(
        select(Entry).where(
            Entry.let_go_at.is_not(None),
            Entry.id.in_(select(AppearingPerson.entry_id)),
        )
    ).unique()
    found = [(entry, rules.releases_due(entry)) for entry in listed]
    return [
        Due("releases", entry.id, at, _name(entry), len(entry.people))
        for entry, at in found
        if at is not None
    ]


def _judges(session: Session, now: datetime) -> list[Due]:
    rows = session.execute(
        select(Season, func.count(Assignment.id))
        .join(JudgingRound, JudgingRound.season_id == Season.id)
        .join(Assignment, Assignment.round_id == JudgingRound.id)
        .join(User, User.id == Assignment.judge_id)
        .where(User.erased_at.is_(None))
        .group_by(Season.id)
    )
    return [
        Due("judges", season.id, rules.judges_due(season), f"{season.name} {season.year}", count)
        for season, count in rows
    ]


def _voters(session: Session, now: datetime) -> list[Due]:
    keyed = (
        select(Ballot.season_id, func.count(Ballot.id).label("ballots"))
        .where(Ballot.voter_key.is_not(None))
        .group_by(Ballot.season_id)
        .subquery()
    )
    blocked = select(BlockedVoter.season_id)
    living = select(VoteKey.season_id).where(VoteKey.destroyed_at.is_(None))
    rows = session.execute(
        select(Season, func.coalesce(keyed.c.ballots, 0))
        .outerjoin(keyed, keyed.c.season_id == Season.id)
        .where(
            or_(keyed.c.ballots.is_not(None), Season.id.in_(blocked), Season.id.in_(living)),
        )
    )
    return [
        Due("voters", season.id, rules.voters_due(season), f"{season.name} {season.year}", count)
        for season, count in rows
    ]


def _accounts(session: Session) -> list[User]:
    return list(session.scalars(select(User).where(User.erased_at.is_(None))))


def _idle_accounts(session: Session, now: datetime) -> list[Due]:
    told = notices(session, "accounts")
    return [
        Due("accounts", person.id, rules.account_due(person, told.get(person.id), now), person.name)
        for person in _accounts(session)
        if rules.account_told_from(person) <= now + rules.AHEAD
    ]


def _audit_log(session: Session, now: datetime) -> list[Due]:
    """The oldest line stands for all of that age; a report needs no more."""
    counted = session.execute(
        select(func.min(AuditEvent.at), func.count(AuditEvent.id)).where(
            AuditEvent.at <= rules.audit_kept_from(now + rules.AHEAD)
        )
    ).one()
    oldest, count = counted
    return [Due("audit-log", 0, rules.audit_due(oldest), "", count)] if oldest else []


DUE: dict[str, Callable[[Session, datetime], list[Due]]] = {
    "drafts": _drafts,
    "originals-unusable": _originals_of("originals-unusable"),
    "originals": _originals_of("originals"),
    "originals-of-winners": _originals_of("originals-of-winners"),
    "judged-only": _judged_only,
    "public": _public,
    "winners": _winners,
    "releases": _releases,
    "judges": _judges,
    "voters": _voters,
    "accounts": _idle_accounts,
    "audit-log": _audit_log,
}
"""Every row that the daily job sees to. A new one needs a query here and a deed in `services`."""
