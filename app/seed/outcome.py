"""What becomes of the demonstration's entries: scorecards, finals, ballots, awards."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import services as awards
from app.contest.models import Season
from app.core.signing import Keyring
from app.entries.models import Entry
from app.judging import queries as found
from app.judging import services as judging
from app.judging.models import Assignment, JudgingRound
from app.judging.rules import APPROVED_MOST, Method, NoteKind, RoundKind
from app.seed import names
from app.seed.stages import Stage, has_reached
from app.seed.voting import vote

ANCHORS = 4


@dataclass
class People:
    organizer: User
    screener: User
    teachers: list[User]
    judges: list[User]


@dataclass
class Outcome:
    """Brings a season whose entries are accepted on to its stage."""

    session: Session
    season: Season
    people: People
    stage: Stage
    chance: random.Random
    voters: Keyring
    now: datetime

    def run(self) -> None:
        if has_reached(self.stage, Stage.JUDGING):
            self._first_round()
        if has_reached(self.stage, Stage.VOTING):
            self._finals()
            vote(
                self.session,
                self.voters,
                self.season,
                self.stage,
                self.chance,
                self.people.teachers[0],
                now=self.now,
            )
        if has_reached(self.stage, Stage.ANNOUNCED):
            self._announce()

    def _first_round(self) -> None:
        season, people = self.season, self.people
        opened = season.judging_opens_at + timedelta(hours=1)
        round_ = judging.open_round(
            self.session,
            actor=people.organizer,
            season=season,
            kind=RoundKind.FIRST,
            method=Method.ADJUSTED,
            anchors=ANCHORS,
            now=opened,
            seed=61,
        )
        self.session.flush()
        share = 1.0 if has_reached(self.stage, Stage.VOTING) else 0.55
        self._score(round_, opened + timedelta(days=1), share)
        if has_reached(self.stage, Stage.VOTING):
            at = opened + timedelta(days=8)
            judging.close_round(self.session, actor=people.organizer, round_=round_, now=at)
            judging.choose_finalists(self.session, actor=people.organizer, season=season, now=at)

    def _finals(self) -> None:
        season, people = self.season, self.people
        opened = season.judging_opens_at + timedelta(days=9)
        round_ = judging.open_round(
            self.session,
            actor=people.organizer,
            season=season,
            kind=RoundKind.FINALS,
            now=opened,
            seed=62,
        )
        self.session.flush()
        done = has_reached(self.stage, Stage.ANNOUNCED)
        self._score(round_, opened + timedelta(days=1), 1.0 if done else 0.6)
        if done:
            at = season.judging_closes_at - timedelta(hours=1)
            judging.close_round(self.session, actor=people.organizer, round_=round_, now=at)

    def _score(self, round_: JudgingRound, at: datetime, share: float) -> None:
        """Scorecards as different judges would fill them in, of better and worse entries."""
        season, people = self.season, self.people
        judges = {judge.id: judge for judge in people.judges}
        severity = {judge.id: self.chance.gauss(0, 0.4) for judge in people.judges}
        assignments = self.session.scalars(
            select(Assignment)
            .where(Assignment.round_id == round_.id)
            .order_by(Assignment.judge_id, Assignment.position)
        ).all()
        for assignment in assignments:
            first_judge = assignment.judge_id == people.judges[0].id
            if self.chance.random() > (share * 0.5 if first_judge and share < 1 else share):
                continue
            quality = 3.2 + ((assignment.entry_id * 7919) % 23 - 11) / 8
            for criterion in season.criteria:
                value = quality + severity[assignment.judge_id] + self.chance.gauss(0, 0.6)
                judging.save_score(
                    self.session,
                    actor=judges[assignment.judge_id],
                    assignment=assignment,
                    criterion_id=criterion.id,
                    value=max(1, min(5, round(value))),
                    now=at,
                )
            judging.save_comment(
                self.session,
                actor=judges[assignment.judge_id],
                assignment=assignment,
                comment=self.chance.choice(names.COMMENTS),
                now=at,
            )
            for kind, words in (
                (NoteKind.STRENGTH, names.STRENGTHS),
                (NoteKind.NEXT_STEP, names.NEXT_STEPS),
            ):
                judging.add_note(
                    self.session,
                    actor=judges[assignment.judge_id],
                    assignment=assignment,
                    uid=UUID(int=self.chance.getrandbits(128), version=4),
                    kind=kind,
                    second=self.chance.randint(2, 14),
                    words=self.chance.choice(words),
                    now=at,
                )
            judging.complete_scorecard(
                self.session,
                actor=judges[assignment.judge_id],
                assignment=assignment,
                now=at + timedelta(minutes=3),
            )

    def _choose_feedback(self, at: datetime) -> None:
        notes = found.notes_by_entry(self.session, self.season)
        for entry_id, listed in notes.items():
            kinds = {
                kind: [note.id for note in listed if note.kind == kind][:most]
                for kind, most in APPROVED_MOST.items()
            }
            judging.approve_notes(
                self.session,
                actor=self.people.organizer,
                entry=self.session.get_one(Entry, entry_id),
                note_ids=[each for ids in kinds.values() for each in ids],
                now=at,
            )

    def _announce(self) -> None:
        season, people = self.season, self.people
        at = season.announcement_at
        judging.seal_result(
            self.session, actor=people.organizer, season=season, now=at - timedelta(days=1)
        )
        self._choose_feedback(at - timedelta(days=1))
        awards.give_suggested(self.session, actor=people.organizer, season=season, now=at)
        awards.announce_awards(self.session, actor=people.organizer, season=season, now=at)
