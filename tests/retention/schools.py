"""Two schools with everything a school can have, so that one of them can be told from the other."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.awards.models import Award, Showing, UseCount
from app.awards.rules import AwardKind
from app.contest.models import Question, Season
from app.core import audit, clock
from app.core.platform import Platform
from app.entries.models import (
    Answer,
    Cue,
    Decision,
    Disclosure,
    Entry,
    ReleaseLink,
    ScreeningNote,
)
from app.entries.rules import Rung
from app.judging.models import Conflict
from app.judging.rules import RoundKind
from app.media.models import Asset, Upload
from app.media.rules import AssetState
from app.schools.models import AgreementAcceptance, DeadlineExtension, School, SchoolCheck
from app.voting.models import Candidate, PickCount, SlipBatch
from tests.factories import (
    make_agreement,
    make_asset,
    make_assignment,
    make_ballot,
    make_entry,
    make_person,
    make_round,
    make_team_code,
    make_user,
)
from tests.retention.shelves import store_files

ALL = (Rung.JUDGED, Rung.PUBLIC, Rung.WINNER, Rung.NAME)


def fill_school(
    session: Session,
    platform: Platform,
    folder: Path,
    *,
    school: School,
    teacher: User,
    season: Season,
    word: str,
    scored: bool = False,
) -> Entry:
    """An entry with people, cues, codes, a decision, a pick, an award, an upload under way, lines
    in the audit log and, if `scored`, judges. `word` stands in every text of it."""
    now = clock.now()
    entry = make_entry(
        session,
        season,
        school=school,
        teacher=teacher,
        title=f"{word} title",
        synopsis=f"{word} synopsis",
        team_name=f"{word} team",
        captions=f"WEBVTT\n\n00:00.000 --> 00:02.000\n{word} words.\n",
    )
    person = make_person(session, entry, *ALL, alias=f"{word} Kai")
    entry.cues.append(
        Cue(kind="music", title=f"{word} song", source="school", licence="permission")
    )
    make_team_code(session, entry)
    entry.decisions.append(
        Decision(
            screener_id=make_user(session, Role.SCREENER).id,
            at=now,
            verdict="accepted",
            rule_set_id=entry.rule_set_id,
            checked=["rights"],
            reasons=[],
            words=f"{word} decision",
        )
    )
    asset = session.get_one(Asset, entry.asset_id)
    asset.found = [{"message": f"{word} place", "plural": None, "values": {}}]
    asset.facts = {"container": "matroska"}
    store_files(platform, asset, folder)
    incoming = make_asset(session, roles=(), state=AssetState.UPLOADING)
    incoming.upload = Upload(store_id="none", part_bytes=1, fingerprint="ab")
    entry.incoming_asset_id = incoming.id
    _what_the_school_said(session, season, school, teacher, entry, word)
    judge = make_user(session, Role.JUDGE)
    session.add(
        Conflict(judge_id=judge.id, school_id=school.id, declared_by=judge.id, declared_at=now)
    )
    if scored:
        round_ = make_round(session, season, RoundKind.FIRST)
        make_assignment(session, round_, judge, entry, scores=[3] * len(season.criteria))
        make_assignment(session, round_, make_user(session, Role.JUDGE), entry, recused=True)
    make_ballot(session, season, [])
    candidate = Candidate(season_id=season.id, entry_id=entry.id, mark=f"{entry.id:012x}")
    session.add(candidate)
    session.flush()
    session.add_all(
        [
            PickCount(candidate_id=candidate.id, lane="class", school_id=school.id, picks=1),
            SlipBatch(
                season_id=season.id,
                mark=f"S{school.id}",
                lane="class",
                school_id=school.id,
                slips=1,
                root="0" * 64,
                made_at=now,
            ),
        ]
    )
    session.add(
        Award(
            season_id=season.id,
            entry=entry,
            category=entry.category,
            kind=AwardKind.PLACEMENT,
            place=1,
            given_at=now,
        )
    )
    session.add(UseCount(entry_id=entry.id, kind="kit", count=12))
    session.add(
        Showing(entry_id=entry.id, kind="station", name=word, shown_on=now.date(), reported_at=now)
    )
    audit.record(session, teacher, "entry.created", entry.id)
    audit.record(session, None, "release.attested", person.id, rung="C1")
    audit.record(session, teacher, "school.changed", school.id)
    audit.record(session, None, "award.given", entry.id)
    session.flush()
    return entry


def _what_the_school_said(
    session: Session, season: Season, school: School, teacher: User, entry: Entry, word: str
) -> None:
    """Agreement, proof, more time, an answer, a link to a family; and, told to nobody who exports,
    a screener's note and what may be a disclosure."""
    now = clock.now()
    screener = make_user(session, Role.SCREENER)
    version = make_agreement(session, season)
    question = Question(
        season_id=season.id, words="Who helped?", kind="line", choices=[], audience="public"
    )
    link = ReleaseLink(
        person_id=entry.people[0].id,
        made_by=teacher.id,
        made_at=now,
        expires_at=now,
        answers={},
        words={},
        signer_name=f"{word} parent",
    )
    session.add_all(
        [
            question,
            link,
            AgreementAcceptance(version=version, school_id=school.id, name=word, at=now),
            SchoolCheck(school_id=school.id, kind="call", at=now, called=word),
            DeadlineExtension(
                season_id=season.id,
                school_id=school.id,
                until=now,
                reason=word,
                granted_by=screener.id,
                granted_at=now,
            ),
            Disclosure(
                entry_id=entry.id,
                season_id=season.id,
                raised_by=screener.id,
                raised_at=now,
                closed_at=now,
                words=word,
            ),
        ]
    )
    session.flush()
    entry.answers.append(Answer(question_id=question.id, words=word))
    entry.notes.append(
        ScreeningNote(screener_id=screener.id, at_seconds=1.0, words=word, created_at=now)
    )
