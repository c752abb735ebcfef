"""Each row of the schedule, a day before its time and a day after, rows and files alike.

No clock is turned: `now` is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import tasks
from app.accounts.models import RoleGrant, SignIn, User
from app.accounts.permissions import Role
from app.awards.models import Award
from app.awards.rules import AwardKind
from app.contest.models import Season
from app.contest.rules import Phase, submissions_window
from app.core import audit, clock, jobs
from app.core.audit import AuditEvent
from app.core.jobs import Job, JobState
from app.core.mail import OutgoingMail
from app.core.platform import Platform
from app.core.storage import S3Storage
from app.entries import rules as entry_rules
from app.entries.models import AppearingPerson, Entry, Release
from app.entries.rules import EntryStatus, Rung, is_publishable
from app.judging.models import Assignment, Score, Scorecard
from app.judging.rules import RoundKind
from app.media.models import Asset
from app.media.rules import AssetState
from app.models import Base
from app.retention import queries, rules, services
from app.retention.models import Notice, Tombstone
from app.schools.models import Membership, School
from app.voting.models import Ballot, BlockedVoter, VoteKey
from app.voting.rules import BallotStatus
from app.voting.services import voter_key
from tests.factories import (
    make_assignment,
    make_ballot,
    make_entry,
    make_person,
    make_round,
    make_season,
    make_team_code,
    make_user,
)
from tests.retention.shelves import is_stored, keep, store_files, stored
from tests.waiting import run_waiting

DAY = timedelta(days=1)
ALL = (Rung.JUDGED, Rung.PUBLIC, Rung.WINNER)


@pytest.fixture
def season(session: Session) -> Season:
    """A season whose winners were announced some days ago."""
    return make_season(session, Phase.ANNOUNCED)


@pytest.fixture
def announced_at(season: Season) -> datetime:
    assert season.announced_at is not None
    return season.announced_at


Shown = Callable[..., Entry]


@pytest.fixture
def entry_with_files(session: Session, platform: Platform, season: Season, tmp_path: Path) -> Shown:
    """`entry_with_files(Rung.PUBLIC)` is an accepted entry with one person who gave that, and with
    real files for its video."""

    def entry_with_files(*rungs: Rung, **over: Any) -> Entry:
        entry = make_entry(session, season, **over)
        if rungs:
            make_person(session, entry, *rungs)
        store_files(platform, session.get_one(Asset, entry.asset_id), tmp_path)
        session.flush()
        return entry

    return entry_with_files


def asset_of(session: Session, entry: Entry) -> Asset:
    return session.get_one(Asset, entry.asset_id)


def keys_of(session: Session, entry: Entry) -> list[str]:
    asset = asset_of(session, entry)
    return sorted([asset.original_key, *(r.key for r in asset.renditions)])


def give_award(session: Session, season: Season, entry: Entry) -> Award:
    award = Award(
        season_id=season.id,
        entry=entry,
        category=entry.category,
        kind=AwardKind.PLACEMENT,
        place=1,
        given_at=clock.now(),
    )
    session.add(award)
    session.flush()
    return award


def actions(session: Session) -> list[str]:
    return list(
        session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.action.startswith("retention."))
            .order_by(AuditEvent.id)
        )
    )


def mails(session: Session, template: str) -> list[str]:
    return list(session.scalars(select(OutgoingMail.to).where(OutgoingMail.template == template)))


# Drafts


@pytest.mark.parametrize("status", [EntryStatus.DRAFT, EntryStatus.WITHDRAWN])
def test_draft_goes_60_days_after_its_last_change_and_a_week_after_its_teacher_was_told(
    session: Session,
    platform: Platform,
    alice: User,
    entry_with_files: Shown,
    status: EntryStatus,
) -> None:
    entry = entry_with_files(*ALL, status=status, teacher=alice)
    make_team_code(session, entry)
    changed_at, keys, title = entry.updated_at, keys_of(session, entry), entry.title

    keep(platform, session, changed_at + 52 * DAY)
    assert mails(session, "retention/draft_goes") == []
    keep(platform, session, changed_at + 53 * DAY)
    keep(platform, session, changed_at + 54 * DAY)
    assert mails(session, "retention/draft_goes") == [alice.email]
    keep(platform, session, changed_at + 59 * DAY)
    assert stored(platform) == keys
    assert session.scalar(select(func.count(AppearingPerson.id))) == 1

    keep(platform, session, changed_at + 61 * DAY)

    assert stored(platform) == []
    for model in (Entry, AppearingPerson, Release, Asset, Notice):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model
    assert actions(session) == ["retention.drafts"]
    traces = session.scalars(select(AuditEvent)).all()
    assert not any(title in str((e.subject, e.details)) for e in traces)


def test_draft_that_is_touched_after_its_teacher_was_told_begins_anew(
    session: Session, platform: Platform, entry_with_files: Shown
) -> None:
    entry = entry_with_files(status=EntryStatus.DRAFT)
    start = entry.updated_at
    keep(platform, session, start + 53 * DAY)
    entry.updated_at = start + 55 * DAY

    keep(platform, session, start + 61 * DAY)
    keep(platform, session, start + 107 * DAY)

    assert session.scalar(select(func.count(Entry.id))) == 1
    # Told once more, a week before the new time.
    keep(platform, session, start + 108 * DAY)
    assert len(mails(session, "retention/draft_goes")) == 2
    keep(platform, session, start + 116 * DAY)
    assert session.scalar(select(func.count(Entry.id))) == 0


def test_draft_nobody_was_told_of_is_told_first_however_late(
    session: Session, platform: Platform, entry_with_files: Shown
) -> None:
    entry = entry_with_files(status=EntryStatus.DRAFT)
    late = entry.updated_at + 400 * DAY

    keep(platform, session, late)
    keep(platform, session, late + 6 * DAY)
    assert session.scalar(select(func.count(Entry.id))) == 1

    keep(platform, session, late + 8 * DAY)
    assert session.scalar(select(func.count(Entry.id))) == 0


def test_withdrawn_entry_that_people_voted_for_leaves_its_result(
    session: Session, platform: Platform, season: Season, entry_with_files: Shown
) -> None:
    entry = entry_with_files(*ALL, status=EntryStatus.WITHDRAWN)
    make_ballot(session, season, [entry], voters=platform.voters)
    changed_at = entry.updated_at
    keep(platform, session, changed_at + 53 * DAY)

    keep(platform, session, changed_at + 61 * DAY)

    assert entry.let_go_at is not None
    assert stored(platform) == []


# Originals


def test_original_of_a_loser_goes_when_the_winners_are_announced(
    session: Session, platform: Platform, announced_at: datetime, entry_with_files: Shown
) -> None:
    entry = entry_with_files(*ALL)
    asset, keys = asset_of(session, entry), keys_of(session, entry)
    asset.original_sha256 = "ab" * 32

    keep(platform, session, announced_at - DAY)
    assert stored(platform) == keys

    keep(platform, session, announced_at + DAY)

    assert stored(platform) == [key for key in keys if key != asset.original_key]
    assert asset.original_gone_at is not None
    assert asset.original_sha256 == "ab" * 32
    assert actions(session) == ["retention.originals"]


def test_original_of_a_winner_goes_30_days_later(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
) -> None:
    entry = entry_with_files(*ALL)
    give_award(session, season, entry)
    asset, keys = asset_of(session, entry), keys_of(session, entry)
    asset.received_at = announced_at - 60 * DAY

    keep(platform, session, announced_at + 29 * DAY)
    assert stored(platform) == keys

    keep(platform, session, announced_at + 31 * DAY)
    assert stored(platform) == [key for key in keys if key != asset.original_key]


def test_original_stays_while_its_film_is_being_made(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
) -> None:
    entry = entry_with_files(*ALL)
    give_award(session, season, entry)
    asset_of(session, entry).received_at = announced_at - 60 * DAY
    job = jobs.enqueue(
        session, "awards.brand", subject=f"brand:{entry.id}", delay=DAY, entry_id=entry.id
    )

    keep(platform, session, announced_at + 40 * DAY)
    assert is_stored(platform, asset_of(session, entry).original_key)

    job = session.get_one(Job, job.id)
    job.state = JobState.DONE
    keep(platform, session, announced_at + 41 * DAY)
    assert not is_stored(platform, asset_of(session, entry).original_key)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (EntryStatus.DISQUALIFIED, AssetState.READY),
        (EntryStatus.RETURNED, AssetState.REFUSED),
        (EntryStatus.DRAFT, AssetState.REFUSED),
    ],
)
def test_original_that_can_not_win_goes_30_days_after_it_arrived(
    session: Session,
    platform: Platform,
    entry_with_files: Shown,
    season: Season,
    status: EntryStatus,
    state: AssetState,
) -> None:
    season.announced_at = None
    entry = entry_with_files(status=status)
    asset = asset_of(session, entry)
    asset.state = state
    arrived_at = asset.received_at
    assert arrived_at is not None

    keep(platform, session, arrived_at + 29 * DAY)
    assert is_stored(platform, asset.original_key)

    keep(platform, session, arrived_at + 31 * DAY)
    assert not is_stored(platform, asset.original_key)
    assert session.scalar(select(func.count(Entry.id))) == 1


@pytest.mark.parametrize(
    ("status", "job_state", "stays"),
    [
        (EntryStatus.DRAFT, JobState.FAILED, False),
        (EntryStatus.DRAFT, JobState.QUEUED, True),
        (EntryStatus.DRAFT, JobState.RUNNING, True),
        (EntryStatus.SUBMITTED, JobState.FAILED, True),
    ],
)
def test_original_that_no_job_works_on_any_more_could_not_be_used(
    session: Session,
    platform: Platform,
    entry_with_files: Shown,
    season: Season,
    status: EntryStatus,
    job_state: JobState,
    stays: bool,
) -> None:
    season.announced_at = None
    asset = asset_of(session, entry_with_files(status=status))
    asset.state = AssetState.PROCESSING
    job = jobs.enqueue(session, "media.process", subject=asset.subject, delay=99 * DAY)
    session.flush()
    job.state = job_state
    assert asset.received_at is not None

    keep(platform, session, asset.received_at + 29 * DAY)
    assert is_stored(platform, asset.original_key)

    keep(platform, session, asset.received_at + 31 * DAY)
    assert is_stored(platform, asset.original_key) == stays


# What was handed in


@pytest.mark.parametrize(
    ("status", "rungs"),
    [
        (EntryStatus.ACCEPTED, (Rung.JUDGED,)),
        (EntryStatus.SUBMITTED, ALL),
        (EntryStatus.DISQUALIFIED, ALL),
        (EntryStatus.RETURNED, ALL),
    ],
)
def test_entry_that_only_judges_may_watch_goes_60_days_after_the_results(
    session: Session,
    platform: Platform,
    season: Season,
    judy: User,
    announced_at: datetime,
    entry_with_files: Shown,
    status: EntryStatus,
    rungs: tuple[Rung, ...],
) -> None:
    entry = entry_with_files(*rungs, status=status)
    round_ = make_round(session, season, RoundKind.FIRST)
    make_assignment(
        session, round_, judy, entry, scores=[4] * len(season.criteria), comment="So brave."
    )
    asset = asset_of(session, entry)
    films = [r.key for r in asset.renditions]
    title = entry.title

    keep(platform, session, announced_at + 59 * DAY)
    assert all(is_stored(platform, key) for key in films)
    assert entry.captions != ""
    assert session.scalars(select(Scorecard.comment)).all() == ["So brave."]

    keep(platform, session, announced_at + 61 * DAY)

    assert stored(platform) == []
    assert (entry.title, entry.slug, entry.synopsis, entry.captions) == (title, None, "", "")
    assert asset_of(session, entry).renditions == []
    assert session.scalars(select(Scorecard.comment)).all() == [""]
    assert session.scalars(select(Score.value)).all() == [4] * len(season.criteria)


def test_public_entry_goes_at_the_end_of_the_next_contest_year(
    session: Session, platform: Platform, season: Season, entry_with_files: Shown
) -> None:
    entry = entry_with_files(Rung.JUDGED, Rung.PUBLIC)
    films = [r.key for r in asset_of(session, entry).renditions]
    end = rules.public_due(season)
    assert end == datetime(season.year + 2, 1, 1, 10, tzinfo=UTC)

    keep(platform, session, end - DAY)
    assert all(is_stored(platform, key) for key in films)
    assert is_publishable(entry)

    keep(platform, session, end + DAY)
    assert stored(platform) == []
    assert not is_publishable(entry)


def test_public_page_is_gone_with_the_commit_and_before_the_files(
    session: Session, platform: Platform, client: Any, season: Season, entry_with_files: Shown
) -> None:
    entry = entry_with_files(Rung.JUDGED, Rung.PUBLIC)
    slug = entry.slug
    addresses = [f"/watch/{slug}", f"/media/{slug}/web_720.mp4", f"/media/{slug}/captions.vtt"]
    assert [client.get(a).status_code for a in addresses] == [200, 200, 200]

    with platform.sessions() as own:
        services.DEEDS["public"](
            own, platform, rules.Due("public", entry.id, clock.now()), clock.now()
        )
        own.commit()

    assert [client.get(a).status_code for a in addresses] == [410, 410, 410]
    assert len(stored(platform)) == 6


def test_winner_is_given_away_until_organizers_say_otherwise_and_they_are_asked(
    session: Session,
    platform: Platform,
    season: Season,
    olivia: User,
    announced_at: datetime,
    entry_with_files: Shown,
) -> None:
    entry = entry_with_files(*ALL)
    give_award(session, season, entry)
    olivia.seen_at = announced_at + 700 * DAY
    first = rules.winners_due(season, None)
    films = [r.key for r in asset_of(session, entry).renditions]

    keep(platform, session, first - DAY)
    assert mails(session, "retention/review_winners") == []

    keep(platform, session, first + DAY)
    keep(platform, session, first + 2 * DAY)
    assert mails(session, "retention/review_winners") == [olivia.email]
    assert all(is_stored(platform, key) for key in films)
    assert is_publishable(entry)

    session.execute(Base.metadata.tables["users"].update().values(seen_at=first + 700 * DAY))
    keep(platform, session, rules.winners_due(season, first + DAY) - DAY)
    assert len(mails(session, "retention/review_winners")) == 1
    keep(platform, session, rules.winners_due(season, first + DAY) + DAY)
    assert len(mails(session, "retention/review_winners")) == 2


def test_releases_stay_a_year_longer_than_the_video(
    session: Session, platform: Platform, announced_at: datetime, entry_with_files: Shown
) -> None:
    entry = entry_with_files(Rung.JUDGED)
    gone_at = announced_at + 61 * DAY
    keep(platform, session, gone_at)
    end = rules.releases_due(entry)
    assert end is not None
    assert (end - gone_at).days == 365

    keep(platform, session, end - DAY)
    assert session.scalar(select(func.count(Release.id))) == 1

    keep(platform, session, end + DAY)
    assert session.scalar(select(func.count(Release.id))) == 0
    assert session.scalar(select(func.count(AppearingPerson.id))) == 0
    assert session.scalar(select(func.count(Entry.id))) == 1


def test_judges_become_numbers_after_180_days_and_rankings_stay(
    session: Session,
    platform: Platform,
    season: Season,
    judy: User,
    announced_at: datetime,
    entry_with_files: Shown,
) -> None:
    jack = make_user(session, Role.JUDGE)
    round_ = make_round(session, season, RoundKind.FIRST)
    listed = [entry_with_files(*ALL) for _ in range(3)]
    for judge, value in ((judy, 5), (jack, 2)):
        for entry in listed[:2]:
            scores = [value] * len(season.criteria)
            made = make_assignment(session, round_, judge, entry, scores=scores, comment="Hm.")
            audit.record(session, judge, "scorecard.completed", made.id)
    make_assignment(session, round_, judy, listed[2], recused=True)
    audit.record(session, judy, "scorecard.completed", 999_999)

    def by_judge() -> list[list[int]]:
        held: dict[int, list[int]] = {}
        for each in session.scalars(select(Assignment).order_by(Assignment.id)):
            values = list(each.scorecard.values.values()) if each.scorecard else [0]
            held.setdefault(each.judge_id, []).append(values[0])
        return sorted(held.values())

    before = by_judge()
    keep(platform, session, announced_at + 179 * DAY)
    assert {a.judge_id for a in session.scalars(select(Assignment))} == {judy.id, jack.id}

    keep(platform, session, announced_at + 181 * DAY)

    judges = {a.judge_id for a in session.scalars(select(Assignment))}
    assert len(judges) == 2
    assert judges & {judy.id, jack.id} == set()
    assert by_judge() == before
    assert set(session.scalars(select(Scorecard.comment))) == {""}
    (recusal,) = [a.recusal for a in session.scalars(select(Assignment)) if a.recusal]
    assert (recusal.judge_id in judges, recusal.reason) == (True, "")
    numbers = session.scalars(select(User).where(User.id.in_(judges))).all()
    assert [(n.name, n.roles, n.erased_at is not None) for n in numbers] == [
        ("", frozenset(), True),
        ("", frozenset(), True),
    ]
    traces = session.scalars(
        select(AuditEvent.subject).where(AuditEvent.action == "scorecard.completed")
    ).all()
    assert traces == ["999999"]
    # Nothing more to do: it is not due a second time.
    assert keep(platform, session, announced_at + 182 * DAY)["judges"] == 0


# Votes


def test_voters_are_forgotten_90_days_after_the_results_and_the_count_stays(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
    tmp_path: Path,
) -> None:
    entry = entry_with_files(*ALL)
    key = voter_key(session, platform.voters, season, "leilani@example.org")
    session.add(VoteKey(season_id=season.id, made_at=clock.now()))
    make_ballot(session, season, [entry], voter_key=key)
    make_ballot(session, season, [entry], voter_key=key, status=BallotStatus.SUPERSEDED)
    session.add(BlockedVoter(season_id=season.id, voter_key="cd" * 32, at=clock.now()))
    (file,) = (tmp_path / "data" / "keys" / "vote").iterdir()

    keep(platform, session, announced_at + 89 * DAY)
    assert sorted(session.scalars(select(Ballot.voter_key))) == [key, key]
    assert voter_key(session, platform.voters, season, "Leilani@example.org") == key

    keep(platform, session, announced_at + 91 * DAY)

    left = select(Ballot).order_by(Ballot.id)
    assert [(b.status, b.voter_key, b.sealed) for b in session.scalars(left)] == [
        (BallotStatus.CAST, None, b""),
        (BallotStatus.SUPERSEDED, None, b""),
    ]
    assert session.scalar(select(func.count(BlockedVoter.id))) == 0
    assert not file.exists()
    assert session.scalars(select(VoteKey)).one().destroyed_at is not None
    assert keep(platform, session, announced_at + 92 * DAY)["voters"] == 0


def test_key_that_is_on_another_machine_is_missed_each_day_and_written_down_once(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
    tmp_path: Path,
) -> None:
    key = voter_key(session, platform.voters, season, "leilani@example.org")
    session.add(VoteKey(season_id=season.id, made_at=clock.now()))
    make_ballot(session, season, [entry_with_files(*ALL)], voter_key=key)
    (file,) = (tmp_path / "data" / "keys" / "vote").iterdir()
    file.unlink()

    for day in (91, 92, 93):
        keep(platform, session, announced_at + day * DAY)

    assert session.scalars(select(Ballot.voter_key)).all() == [None]
    assert actions(session).count("retention.voters") == 1
    assert session.scalars(select(VoteKey)).one().destroyed_at is None


# People


def test_account_is_warned_after_23_months_and_erased_after_24(
    session: Session, platform: Platform, alice: User, school_a: School
) -> None:
    seen_at = clock.now()
    alice.seen_at = seen_at
    session.add(SignIn(token_hash="t", user_id=alice.id, created_at=seen_at, seen_at=seen_at))
    end = rules.SCHEDULE["accounts"].kept_for.after(seen_at)
    email, name, number = alice.email, alice.name, alice.id
    entry = make_entry(session, make_season(session, year=2019), school=school_a, teacher=alice)

    keep(platform, session, end - 31 * DAY)
    assert mails(session, "retention/account_goes") == []
    keep(platform, session, end - 30 * DAY)
    keep(platform, session, end - DAY)
    assert mails(session, "retention/account_goes") == [email]
    assert (alice.email, alice.roles) == (email, {Role.TEACHER})

    keep(platform, session, end + DAY)

    assert (alice.email, alice.name, alice.password_hash) == (f"erased-{number}@invalid", "", None)
    assert alice.erased_at is not None
    for model in (SignIn, RoleGrant, Membership):
        assert session.scalar(select(func.count()).select_from(model)) == 0, model
    assert entry.teacher_id == number
    (stone,) = session.scalars(select(Tombstone))
    assert (stone.kind, stone.key, stone.by) == ("account", number, "schedule")
    left = "\n".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        if table.name != "outgoing_mails"
        for row in session.execute(select(table))
    )
    assert email not in left
    assert name not in left


def test_lead_whose_account_goes_is_followed_by_a_colleague(
    session: Session, platform: Platform, alice: User, bob: User, school_a: School
) -> None:
    alice.seen_at = clock.now()
    end = rules.SCHEDULE["accounts"].kept_for.after(alice.seen_at)
    bob.seen_at = end
    keep(platform, session, end - 30 * DAY)

    keep(platform, session, end + DAY)

    assert alice.erased_at is not None
    (left,) = session.scalars(select(Membership).where(Membership.school_id == school_a.id))
    assert (left.user_id, left.lead) == (bob.id, True)
    assert mails(session, "schools/is_lead") == [bob.email]


def test_account_that_signs_in_after_the_warning_stays(
    session: Session, platform: Platform, alice: User
) -> None:
    alice.seen_at = clock.now()
    end = rules.SCHEDULE["accounts"].kept_for.after(alice.seen_at)
    keep(platform, session, end - 30 * DAY)
    alice.seen_at = end - 2 * DAY

    keep(platform, session, end + DAY)

    assert alice.erased_at is None


def test_audit_log_is_kept_twelve_months(session: Session, platform: Platform) -> None:
    audit.record(session, None, "entry.submitted", 1)
    session.flush()
    event = session.scalars(select(AuditEvent)).one()
    end = rules.audit_due(event.at)

    keep(platform, session, end - DAY)
    assert session.scalars(select(AuditEvent.action)).all() == ["entry.submitted"]

    keep(platform, session, end + DAY)
    assert session.scalars(select(AuditEvent.action)).all() == ["retention.audit-log"]


# The job itself


def test_nothing_is_due_in_a_season_that_runs(
    session: Session, platform: Platform, season: Season, entry_with_files: Shown
) -> None:
    season.announced_at = None
    season.announcement_at = clock.now() + 10 * DAY
    entry = entry_with_files(*ALL)
    make_ballot(session, season, [entry])

    done = keep(platform, session, clock.now() + 9 * DAY)

    assert sum(done.values()) == 0
    assert len(stored(platform)) == 6


def test_job_that_is_killed_between_file_and_row_ends_well(
    session: Session, platform: Platform, announced_at: datetime, entry_with_files: Shown
) -> None:
    """Files go before the rows that name them: whenever it stops, every file has a name."""
    entry = entry_with_files(Rung.JUDGED)
    asset = asset_of(session, entry)
    keep_without_jobs = announced_at + 61 * DAY
    for key in (asset.original_key, asset.renditions[0].key):
        platform.storage.delete(key)
    named = {r.key for r in asset.renditions} | {asset.original_key}
    assert set(stored(platform)) <= named

    keep(platform, session, keep_without_jobs)
    keep(platform, session, keep_without_jobs)

    assert stored(platform) == []
    assert asset_of(session, entry).renditions == []
    # The posters here are no pictures.
    others = select(Job.state).where(Job.name != "media.make_pictures")
    assert set(session.scalars(others)) == {JobState.DONE}


def test_a_row_that_breaks_does_not_keep_the_others_from_their_turn(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
    tmp_path: Path,
) -> None:
    entry = entry_with_files(Rung.JUDGED)
    make_ballot(session, season, [entry])
    # The folder of keys can't be read: a file stands in its place.
    (tmp_path / "data" / "keys").mkdir(parents=True, exist_ok=True)
    (tmp_path / "data" / "keys" / "vote").write_text("no folder")

    with pytest.raises(services.daily.Unfinished, match="voters"):
        keep(platform, session, announced_at + 91 * DAY)
    run_waiting(platform)

    assert stored(platform) == []
    assert session.scalars(select(Ballot.voter_key)).all() != [None]


def test_schedule_is_kept_on_a_bucket_as_well(
    session: Session,
    platform: Platform,
    season: Season,
    s3: S3Storage,
    announced_at: datetime,
    tmp_path: Path,
) -> None:
    there = replace(platform, storage=s3)
    entry = make_entry(session, season)
    make_person(session, entry, Rung.JUDGED)
    keys = store_files(there, asset_of(session, entry), tmp_path)

    keep(there, session, announced_at + 59 * DAY)
    assert [is_stored(there, key) for key in keys] == [False, *[True] * 5]

    keep(there, session, announced_at + 61 * DAY)
    assert [is_stored(there, key) for key in keys] == [False] * 6


def test_tick_asks_for_the_job_once_a_day(session: Session, platform: Platform) -> None:
    tasks.tick(platform)
    tasks.tick(platform)
    asked = session.scalars(select(Job).where(Job.name == "retention.keep")).all()
    assert len(asked) == 1

    asked[0].created_at = clock.now() - timedelta(hours=25)
    asked[0].state = JobState.DONE
    session.commit()
    tasks.tick(platform)

    assert session.scalar(select(func.count(Job.id)).where(Job.name == "retention.keep")) == 2


def test_job_keeps_the_schedule(
    session: Session,
    platform: Platform,
    season: Season,
    entry_with_files: Shown,
    run_jobs: Callable[[], int],
) -> None:
    season.announced_at = clock.now() - 61 * DAY
    entry_with_files(Rung.JUDGED)
    session.commit()
    tasks.tick(platform)

    run_jobs()

    assert stored(platform) == []
    # The posters here are no pictures.
    others = select(Job.state).where(Job.name != "media.make_pictures")
    assert set(session.scalars(others)) == {JobState.DONE}


def test_report_lists_what_goes_in_30_days_and_changes_nothing(
    session: Session, platform: Platform, season: Season, entry_with_files: Shown
) -> None:
    now = clock.now()
    season.announced_at = now - 35 * DAY
    entry = entry_with_files(Rung.JUDGED)
    make_ballot(session, season, [entry])
    session.commit()

    listed = queries.report(session, until=now + rules.AHEAD, now=now)

    told = {row: [(d.title, d.at <= now) for d in found] for row, found in listed.items()}
    assert told == {
        "originals": [(entry.title, True)],
        "judged-only": [(entry.title, False)],
    }
    assert len(stored(platform)) == 6


def test_entry_that_was_let_go_can_not_come_back_with_another_video(
    session: Session,
    platform: Platform,
    season: Season,
    announced_at: datetime,
    entry_with_files: Shown,
) -> None:
    """A returned entry may be mended after the deadline, but not after its time is over."""
    entry = entry_with_files(*ALL, status=EntryStatus.RETURNED)
    window = submissions_window(season)
    entry.cure_until = announced_at + DAY
    assert entry_rules.why_not_editable(entry, window, announced_at) is None

    keep(platform, session, announced_at + 61 * DAY)

    later = announced_at + 62 * DAY
    asset = asset_of(session, entry)
    for why_not in (
        entry_rules.why_not_editable(entry, window, later),
        entry_rules.why_not_captionable(entry, window, later),
        entry_rules.why_not_submittable(entry, asset, window, later),
        entry_rules.why_not_withdrawable(entry),
    ):
        assert "deleted as the retention schedule says" in str(why_not)
