"""Finding what a judge has to do, and how far everybody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Question, Season
from app.contest.rules import QuestionAudience
from app.core.errors import NotFound, require
from app.entries import queries as entries
from app.entries.models import Entry
from app.judging import permissions, rules
from app.judging.models import Assignment, JudgingRound
from app.judging.rules import RoundKind
from app.media import queries as media
from app.media.models import Asset


@dataclass(frozen=True)
class Clip:
    """All that a judge may know of an entry. Pages for judges are given this, never the entry."""

    code: str
    title: str
    synopsis: str
    category: str
    division: str
    licence: str
    seconds: float | None
    versions: tuple[tuple[str, int], ...]
    """Role and height in lines of each video there is, best default first."""
    has_poster: bool
    captions_language: str
    """Empty when there are no captions."""
    answers: tuple[tuple[str, str], ...] = ()
    """Questions of the season that judges may read, with what was answered."""


def clip_of(entry: Entry, asset: Asset | None, questions: Sequence[Question] = ()) -> Clip:
    """What a judge may know. The web versions once they are there, until then the preview."""
    return Clip(
        code=entry.code,
        title=entry.title,
        synopsis=entry.synopsis,
        category=entry.category.name if entry.category else "",
        division=entry.division.name if entry.division else "",
        licence=entry.licence,
        seconds=asset.seconds if asset else None,
        versions=versions_of(asset) if asset else (),
        has_poster=asset is not None and asset.rendition("poster") is not None,
        captions_language=entry.captions_language if entry.captions else "",
        answers=tuple(entries.answered(entry, questions, QuestionAudience.JUDGES)),
    )


def versions_of(asset: Asset) -> tuple[tuple[str, int], ...]:
    """Role and lines of what can be watched, the best default first."""
    ladder = asset.versions("web")
    preview = asset.rendition("preview")
    if not ladder and preview is not None:
        ladder = [preview]
    versions = [(r.role, _lines(r.width, r.height)) for r in ladder]
    # 720 lines start soonest and are plenty for judging; the menu offers the others.
    return tuple(sorted(versions, key=lambda v: (v[1] != 720, -v[1])))


def _lines(width: int | None, height: int | None) -> int:
    """The short side: what people call a picture's height, also of a portrait one."""
    return min(width or 0, height or 0)


@dataclass(frozen=True)
class Task:
    """One line of a judge's queue."""

    assignment: Assignment
    clip: Clip
    number: int
    """Where it stands in the queue, from 1."""
    done: bool
    begun: bool


@dataclass(frozen=True)
class Queue:
    """What one judge has to do in the newest round."""

    round: JudgingRound | None
    tasks: tuple[Task, ...]
    stepped_aside: int
    """Entries this judge recused herself from."""

    @property
    def done(self) -> int:
        return sum(task.done for task in self.tasks)

    @property
    def total(self) -> int:
        return len(self.tasks)

    @property
    def minutes_left(self) -> int:
        """What the unfinished entries will take, roughly."""
        return rules.minutes_for([task.clip.seconds for task in self.tasks if not task.done])

    @property
    def given(self) -> Counter[int]:
        """How often this judge gave each score so far, drafts included."""
        return Counter(
            value
            for task in self.tasks
            if task.assignment.scorecard
            for value in task.assignment.scorecard.values.values()
        )

    def task(self, assignment: Assignment) -> Task | None:
        return next((t for t in self.tasks if t.assignment.id == assignment.id), None)

    def neighbor(self, task: Task, step: int) -> Task | None:
        """The task `step` places on; None beyond either end."""
        place = task.number - 1 + step
        return self.tasks[place] if 0 <= place < self.total else None

    def next_open(self, after: int = 0) -> Task | None:
        """The first unfinished task after number `after`, else the first of all."""
        left = [task for task in self.tasks if not task.done]
        return next((t for t in left if t.number > after), left[0] if left else None)


def find_round(session: Session, season: Season, kind: RoundKind) -> JudgingRound | None:
    return rounds(session, season).get(kind)


def rounds(session: Session, season: Season) -> dict[RoundKind, JudgingRound]:
    """The rounds opened so far."""
    found = session.scalars(
        select(JudgingRound).where(JudgingRound.season_id == season.id).order_by(JudgingRound.id)
    )
    return {RoundKind(each.kind): each for each in found}


def get_round(session: Session, season: Season, kind: RoundKind) -> JudgingRound:
    found = find_round(session, season, kind)
    if found is None:
        raise NotFound
    return found


def newest_round(session: Session, season: Season) -> JudgingRound | None:
    """The round judges work in: the finals once they were opened."""
    opened = rounds(session, season)
    return opened.get(RoundKind.FINALS) or opened.get(RoundKind.FIRST)


def newest_kind(session: Session, season: Season) -> RoundKind:
    """The round pages are about unless another one is asked for."""
    newest = newest_round(session, season)
    return RoundKind(newest.kind) if newest else RoundKind.FIRST


def judges(session: Session) -> list[User]:
    """Everybody with the judge's role, by name."""
    return people.people(session, Role.JUDGE)


def judges_of(session: Session, season: Season) -> list[User]:
    """Whoever was given something to judge in a season, by id."""
    given = (
        select(Assignment.judge_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id)
    )
    found = select(User).where(User.id.in_(given), User.erased_at.is_(None)).order_by(User.id)
    return list(session.scalars(found))


def working_judges(session: Session) -> list[User]:
    """Judges who can sign in: an invitation nobody answered gets no work."""
    return [
        judge
        for judge in judges(session)
        if judge.switched_off_at is None and judge.email_confirmed_at is not None
    ]


def get_judge_for(session: Session, actor: User, judge_id: int) -> User:
    """A judge, for whoever runs the judging."""
    require(permissions.can_run_judging(actor))
    judge = people.get_user(session, judge_id)
    if Role.JUDGE not in judge.roles:
        raise NotFound
    return judge


def entries_of_round(session: Session, season: Season, kind: str) -> list[Entry]:
    """What a round is about: accepted entries, in the finals those named finalists."""
    listed = (
        entries.finalists(session, season)
        if kind == RoundKind.FINALS
        else entries.accepted_entries(session, season)
    )
    return [entry for entry in listed if rules.is_judgeable(entry)]


def mean_seconds(session: Session, listed: Sequence[Entry]) -> float:
    """How long their videos are on average; 0 where none is known."""
    videos = media.assets_by_id(session, [entry.asset_id for entry in listed])
    known = [asset.seconds for asset in videos.values() if asset.seconds]
    return sum(known) / len(known) if known else 0.0


def get_assignment_for(session: Session, actor: User, assignment_id: int) -> Assignment:
    """A judge's own assignment; anybody else's, or of an entry taken out, is not there."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or not permissions.can_score(actor, assignment):
        raise NotFound
    get_entry(session, assignment)
    return assignment


def get_any_assignment_for(session: Session, actor: User, assignment_id: int) -> Assignment:
    """Any judge's assignment, for whoever runs the judging."""
    require(permissions.can_run_judging(actor))
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFound
    return assignment


def get_entry(session: Session, assignment: Assignment) -> Entry:
    """The entry itself, to hand out its video and captions. Raises NotFound once judges may no
    longer watch it."""
    entry = entries.entries_by_id(session, {assignment.entry_id}).get(assignment.entry_id)
    if entry is None or not rules.is_judgeable(entry):
        raise NotFound
    return entry


def clip_seconds(session: Session, assignment: Assignment) -> float | None:
    """How long the assigned entry's video is, where it is known."""
    entry = get_entry(session, assignment)
    return media.get_asset(session, entry.asset_id).seconds if entry.asset_id else None


def queue_for(session: Session, actor: User, season: Season) -> Queue:
    """The judge's queue in her own order, in a constant number of queries."""
    round_ = newest_round(session, season)
    if round_ is None:
        return Queue(None, (), 0)
    mine = session.scalars(
        select(Assignment)
        .where(Assignment.round_id == round_.id, Assignment.judge_id == actor.id)
        .order_by(Assignment.position, Assignment.id)
    ).all()
    about = entries.entries_by_id(session, {a.entry_id for a in mine})
    videos = media.assets_by_id(session, [entry.asset_id for entry in about.values()])
    shown = [a for a in mine if a.recusal is None and rules.is_judgeable(about[a.entry_id])]
    tasks = tuple(
        Task(
            assignment=assignment,
            clip=clip_of(
                entry := about[assignment.entry_id],
                videos.get(entry.asset_id or 0),
                season.questions,
            ),
            number=number,
            done=rules.is_done(assignment, season.criteria),
            begun=assignment.scorecard is not None,
        )
        for number, assignment in enumerate(shown, 1)
    )
    return Queue(round_, tasks, sum(a.recusal is not None for a in mine))


def assignments_of(session: Session, round_: JudgingRound) -> list[Assignment]:
    """Every assignment of a round with its scorecard and recusal, in a constant number of
    queries."""
    return list(
        session.scalars(
            select(Assignment).where(Assignment.round_id == round_.id).order_by(Assignment.id)
        )
    )
