"""Rows for tests. Plain functions with a session; what is not said has a default that never
surprises. They flush and do not commit: the browser, `run_jobs` and `session.commit()` do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.contest import queries as contest_queries
from app.contest import services as contest
from app.contest.models import Season
from app.contest.rules import DATE_ORDER, Phase, with_numbers
from app.core import clock
from app.core.platform import Platform
from app.core.signing import Keyring
from app.entries.models import (
    AppearingPerson,
    Entry,
    Release,
    TeamCode,
    TeamMember,
    TranslationReview,
)
from app.entries.rules import EntryStatus, Rung
from app.entries.services import draw_team_code
from app.judging.models import (
    Assignment,
    JudgingRound,
    ModelScore,
    PracticeClip,
    Recusal,
    Score,
    Scorecard,
)
from app.judging.rules import RoundKind
from app.media import services as media
from app.media.models import Asset, Rendition
from app.media.rules import AssetState
from app.schools.models import AgreementVersion, Membership, School
from app.texts import RELEASES, digest_of
from app.voting import queries as voting_queries
from app.voting import services as voting
from app.voting.models import Ballot, Candidate, PickCount, VoteLog
from app.voting.rules import BallotStatus, EventKind
from app.voting.services import new_ballot_number

PASSWORD = "mango tide lantern seven"
# The cheapest hash there is: what tests verify is not how slow it is to guess.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

# Days from a season's first date. No two windows overlap, so each phase has a day of its own.
CALENDAR = dict(zip(DATE_ORDER, (0, 10, 80, 90, 110, 112, 120, 130), strict=True))
DAY_OF = {
    Phase.UPCOMING: -5,
    Phase.REGISTRATION: 5,
    Phase.SUBMISSIONS: 40,
    Phase.SCREENING: 85,
    Phase.JUDGING: 100,
    Phase.VOTING: 115,
    Phase.SEALED: 125,
    Phase.ANNOUNCED: 135,
}

_numbers = count(1)


def dates_in(phase: Phase, now: datetime) -> dict[str, datetime]:
    """A season's dates such that `now` is in the middle of `phase`."""
    first = now - timedelta(days=DAY_OF[phase])
    return {name: first + timedelta(days=day) for name, day in CALENDAR.items()}


def make_user(session: Session, *roles: Role, **over: Any) -> User:
    """Somebody who can sign in with PASSWORD."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        # Nobody's host is a school's by chance: that would keep a judge from the school.
        "email": f"person-{number}@{'panel' if Role.JUDGE in roles else 'mail'}.example.net",
        "name": f"Person {number}",
        "password_hash": PASSWORD_HASH,
        "created_at": now,
        "email_confirmed_at": now,
    }
    user = User(**(values | over))
    user.role_grants = [RoleGrant(role=role) for role in roles]
    session.add(user)
    session.flush()
    return user


def make_season(
    session: Session,
    phase: Phase = Phase.SUBMISSIONS,
    *,
    year: int = 2026,
    now: datetime | None = None,
    **over: Any,
) -> Season:
    """A season with the usual categories, divisions, rubric and prizes, amid `phase`."""
    now = now or clock.now()
    season = contest.create_season(
        session,
        actor=None,
        year=year,
        name="Safety Awards",
        zone="Pacific/Honolulu",
        now=now,
        dates=dates_in(phase, now),
    )
    if phase is Phase.ANNOUNCED:
        season.announced_at = season.announcement_at
    for name, value in over.items():
        setattr(season, name, value)
    session.flush()
    return season


def put_in_force(session: Session, season: Season, **numbers: int) -> None:
    """Other numbers in the season's rules, as publishing them does."""
    rule_set = contest_queries.get_rule_set(session, season)
    rule_set.rules = with_numbers(rule_set.rules, numbers)
    for name, number in numbers.items():
        setattr(season, name, number)
    session.flush()


def make_school(session: Session, **over: Any) -> School:
    """An approved school."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "name": f"School {number}",
        "city": "Honolulu",
        "web_page": f"https://school-{number}.example.org",
        "grades": "6-8",
        "created_at": now - timedelta(days=3),
        "approved_at": now - timedelta(days=2),
    }
    school = School(**(values | over))
    session.add(school)
    session.flush()
    return school


def make_membership(
    session: Session, user: User, school: School, *, lead: bool = False, waits: bool = False
) -> Membership:
    membership = Membership(
        user_id=user.id,
        school_id=school.id,
        lead=lead,
        waiting_since=clock.now() if waits else None,
    )
    session.add(membership)
    session.flush()
    return membership


def make_agreement(session: Session, season: Season, words: str = "Be kind.") -> AgreementVersion:
    """One more version of the season's school agreement."""
    known = len(
        session.scalars(
            select(AgreementVersion.id).where(AgreementVersion.season_id == season.id)
        ).all()
    )
    version = AgreementVersion(
        season_id=season.id, number=known + 1, words=words, created_at=clock.now()
    )
    session.add(version)
    session.flush()
    return version


def make_translation_review(session: Session, organizer: User, tag: str) -> TranslationReview:
    """Somebody read what families sign in this language."""
    now = clock.now()
    review = TranslationReview(
        language=tag,
        digest=digest_of(RELEASES, tag),
        reviewer="An interpreter",
        reviewed_on=now.date(),
        recorded_by=organizer.id,
        recorded_at=now,
    )
    session.add(review)
    session.flush()
    return review


def make_asset(
    session: Session,
    *,
    roles: Iterable[str] = ("web_1080", "web_720", "web_480", "preview", "poster"),
    **over: Any,
) -> Asset:
    """A video that is ready, with rows for its renditions; the files are for the test to store."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "name": f"asset-{number}",
        "state": AssetState.READY,
        "original_key": f"originals/asset-{number}",
        "original_bytes": 1000,
        "min_seconds": 15,
        "max_seconds": 60,
        "seconds": 42.0,
        "facts": {},
        "reasons": [],
        "found": [],
        "created_at": now,
        "received_at": now,
        "ready_at": now,
    }
    asset = Asset(**(values | over))
    for role in roles:
        still = role == "poster"
        lines = int(role.split("_")[1]) if "_" in role else 480
        asset.renditions.append(
            Rendition(
                role=role,
                key=f"renditions/asset-{number}/{role}.{'jpg' if still else 'mp4'}",
                content_type="image/jpeg" if still else "video/mp4",
                bytes=100,
                sha256=f"{number:064x}",
                width=round(lines * 16 / 9),
                height=lines,
                seconds=None if still else 42.0,
            )
        )
    session.add(asset)
    session.flush()
    return asset


def make_entry(
    session: Session,
    season: Season,
    *,
    school: School | None = None,
    teacher: User | None = None,
    status: EntryStatus = EntryStatus.ACCEPTED,
    asset: Asset | None = None,
    **over: Any,
) -> Entry:
    """An entry of the first category and division, complete but for appearing people, with a
    video; of a school and a teacher of its own unless they are given."""
    number = next(_numbers)
    now = clock.now()
    school = school or make_school(session)
    teacher = teacher or make_user(session, Role.TEACHER)
    asset = asset or make_asset(session)
    values: dict[str, Any] = {
        "code": f"E{number}",
        "slug": f"entry-{number}",
        "title": f"Think first {number}",
        "synopsis": "Two friends and a rumor.",
        "team_name": f"Team {number}",
        "members": [TeamMember(alias=f"Student {n}") for n in (1, 2, 3)],
        "category": season.categories[0],
        "division": season.divisions[0],
        "ai_use": "none",
        "original_work": True,
        "people_complete": True,
        "cues_complete": True,
        "captions": "WEBVTT\n\n00:00.000 --> 00:02.000\nThink first.\n",
        "created_at": now,
        "updated_at": now,
        "submitted_at": now,
    }
    if status not in (EntryStatus.DRAFT, EntryStatus.WITHDRAWN):
        values["rule_set_id"] = contest_queries.get_rule_set(session, season).id
    if status is EntryStatus.ACCEPTED:
        values["cleared_at"] = now
    values |= over
    entry = Entry(
        season_id=season.id,
        school=school,
        teacher_id=teacher.id,
        asset_id=asset.id,
        status=status,
        **values,
    )
    session.add(entry)
    session.flush()
    return entry


def make_person(
    session: Session, entry: Entry, *rungs: Rung, alias: str = "Kai", form: str = "Event release"
) -> AppearingPerson:
    """Somebody in the entry, who released exactly these rungs."""
    now = clock.now()
    person = AppearingPerson(alias=alias)
    person.releases = [
        Release(
            rung=rung,
            form_name=form,
            signed_on=now.date(),
            attested_by=entry.teacher_id,
            attested_at=now,
        )
        for rung in rungs
    ]
    entry.people.append(person)
    session.flush()
    return person


def make_team_code(session: Session, entry: Entry, **over: Any) -> TeamCode:
    """A code that opens the entry for its team."""
    code = TeamCode(**({"code": draw_team_code(), "created_at": clock.now()} | over))
    entry.team_codes.append(code)
    session.flush()
    return code


def make_round(
    session: Session, season: Season, kind: RoundKind = RoundKind.FIRST, **over: Any
) -> JudgingRound:
    """A round that is open, without assignments."""
    values: dict[str, Any] = {"opened_at": clock.now()}
    round_ = JudgingRound(season_id=season.id, kind=kind, **(values | over))
    session.add(round_)
    session.flush()
    return round_


def make_assignment(
    session: Session,
    round_: JudgingRound,
    judge: User,
    entry: Entry,
    *,
    scores: Iterable[int] | None = None,
    complete: bool = True,
    comment: str = "",
    recused: bool = False,
    position: int = 1,
) -> Assignment:
    """An assignment; with `scores`, one for each criterion in the rubric's order, a scorecard."""
    now = clock.now()
    assignment = Assignment(
        round_id=round_.id,
        round=round_,
        judge_id=judge.id,
        entry_id=entry.id,
        position=position,
        scorecard=None,
        recusal=None,
    )
    if scores is not None:
        criteria = session.get_one(Season, round_.season_id).criteria
        assignment.scorecard = Scorecard(
            comment=comment,
            updated_at=now,
            completed_at=now if complete else None,
            scores=[
                Score(criterion_id=criterion.id, value=value)
                for criterion, value in zip(criteria, scores, strict=False)
            ],
        )
    if recused:
        assignment.recusal = Recusal(
            judge_id=judge.id, entry_id=entry.id, reason="I know this team.", at=now
        )
    session.add(assignment)
    session.flush()
    return assignment


def make_clip(session: Session, season: Season, *, scored: bool = True) -> PracticeClip:
    """A practice clip that can be watched; `scored` gives it its model scores."""
    asset = make_asset(session, roles=("preview",))
    clip = PracticeClip(season_id=season.id, asset_id=asset.id, title="Ask first", answers=[])
    session.add(clip)
    session.flush()
    if scored:
        for criterion in season.criteria:
            clip.answers.append(
                ModelScore(criterion_id=criterion.id, value=4, reason=f"Because of {criterion.id}.")
            )
        session.flush()
    return clip


def make_ballot(
    session: Session,
    season: Season,
    entries: Iterable[Entry],
    *,
    status: BallotStatus = BallotStatus.CAST,
    voters: Keyring | None = None,
    **over: Any,
) -> Ballot:
    """A ballot of a voter of its own unless a `voter_key` is given; with `voters`, the picks are
    sealed in it, as they are in life."""
    number = next(_numbers)
    now = clock.now()
    values: dict[str, Any] = {
        "number": new_ballot_number(),
        "voter_key": f"{number:064x}",
        "created_at": now,
        "cast_at": None if status in (BallotStatus.PENDING, BallotStatus.VOID) else now,
    }
    ballot = Ballot(season_id=season.id, status=status, **(values | over))
    if voters is not None:
        known = voting.candidates(session, season, list(entries))
        signer = voting_queries.get_signer(session, voters, season.id)
        ballot.sealed, ballot.commitment = voting.seal_picks(
            signer, ballot.number, [known[entry.id] for entry in entries]
        )
    session.add(ballot)
    session.flush()
    if ballot.cast_at is not None:
        voting.note_event(session, ballot, season.id, EventKind.CAST, now=ballot.cast_at)
        session.flush()
    return ballot


def make_count(session: Session, season: Season, picks: Mapping[int, int]) -> None:
    """A certified count: so many picks by mail for each of these entries."""
    log = VoteLog(
        season_id=season.id,
        public_key="",
        peaks=[],
        figures={"standing": {"mail": {"cast": sum(picks.values())}}},
        closed_at=season.vote_closes_at,
        closed_size=0,
        certified_at=season.vote_closes_at,
    )
    session.add(log)
    for entry_id, number in picks.items():
        candidate = Candidate(
            season_id=season.id, entry_id=entry_id, mark=f"{entry_id:012x}", points=number
        )
        session.add(candidate)
        session.flush()
        session.add(PickCount(candidate_id=candidate.id, lane="mail", picks=number))
    session.flush()


def receive(session: Session, platform: Platform, path: Path) -> Asset:
    """A film as it is when it has just arrived; committed, for jobs are about it."""
    asset = media.receive_file(
        session,
        platform.storage,
        path=path,
        most_bytes=10**9,
        min_seconds=1,
        max_seconds=60,
        now=clock.now(),
    )
    session.commit()
    return asset
