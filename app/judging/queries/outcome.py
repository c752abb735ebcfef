"""What follows the scores: runoffs, seals, and what a chair should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Set
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.contest.rules import is_announced
from app.core.errors import NotFound, require
from app.entries import queries as entries
from app.judging import permissions, rules
from app.judging.models import Assignment, JudgingRound, Rescore, Runoff, Seal
from app.judging.queries.apart import conflicts, recused_pairs
from app.judging.queries.results import Results, blocks, cards, results
from app.judging.queries.working import assignments_of, entries_of_round, find_round, rounds
from app.judging.rules import Flag, Look, RoundKind
from app.media import queries as media


def find_seal(session: Session, season: Season) -> Seal | None:
    """The newest seal, in force or opened."""
    return session.scalar(
        select(Seal).where(Seal.season_id == season.id).order_by(Seal.id.desc()).limit(1)
    )


def public_digest(session: Session, season: Season, now: datetime) -> str | None:
    """The hash of the sealed result, once the winners are announced; whoever was given it earlier
    can compare."""
    seal = find_seal(session, season)
    if seal is None or not rules.is_in_force(seal) or not is_announced(season, now):
        return None
    return seal.digest


def seals(session: Session, season: Season) -> list[Seal]:
    """All seals there were, oldest first."""
    return list(session.scalars(select(Seal).where(Seal.season_id == season.id).order_by(Seal.id)))


def runoffs(session: Session, season: Season) -> list[Runoff]:
    return list(
        session.scalars(
            select(Runoff)
            .join(JudgingRound, JudgingRound.id == Runoff.round_id)
            .where(JudgingRound.season_id == season.id)
            .order_by(Runoff.id)
        )
    )


def get_runoff_for(session: Session, actor: User, runoff_id: int) -> Runoff:
    """A runoff for whoever runs the judging."""
    require(permissions.can_run_judging(actor))
    runoff = session.get(Runoff, runoff_id)
    if runoff is None:
        raise NotFound
    return runoff


def get_pairs_for(
    session: Session, actor: User, runoff_id: int
) -> tuple[Runoff, list[tuple[int, int]]]:
    """A runoff and the pairs a judge may choose between; one she has no part in is not there."""
    runoff = session.get(Runoff, runoff_id)
    pairs = pairs_for(session, actor, runoff) if runoff and permissions.can_judge(actor) else []
    if runoff is None or not pairs:
        raise NotFound
    return runoff, pairs


def pairs_for(
    session: Session,
    judge: User,
    runoff: Runoff,
    apart: Set[tuple[int, int]] | None = None,
) -> list[tuple[int, int]]:
    """The pairs a judge may choose between, each with the lower number first. Whoever asks for many
    judges or runoffs hands over what `conflicts` says."""
    about = entries.entries_by_id(session, set(runoff.entry_ids))
    season = contest.get_season(session, runoff.round.season_id)
    return rules.pairs_for(
        judge.id,
        [each for each in runoff.entry_ids if rules.is_judgeable(about[each])],
        {each: entry.school_id for each, entry in about.items()},
        conflicts(session) if apart is None else apart,
        recused_pairs(session, season),
    )


def open_runoffs_for(session: Session, judge: User, season: Season) -> list[tuple[Runoff, int]]:
    """The runoffs a judge is asked in, with the number of pairs she has not chosen in."""
    found = []
    listed = [runoff for runoff in runoffs(session, season) if runoff.closed_at is None]
    apart = conflicts(session) if listed else set()
    for runoff in listed:
        if pairs := pairs_for(session, judge, runoff, apart):
            done = {(d.one_id, d.other_id) for d in runoff.duels if d.judge_id == judge.id}
            found.append((runoff, len(set(pairs) - done)))
    return found


def count_asked_again(session: Session, season: Season) -> int:
    """Scorecards that a judge was asked to look at again and has not answered."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Rescore)
            .join(Assignment, Assignment.id == Rescore.assignment_id)
            .join(JudgingRound, JudgingRound.id == Assignment.round_id)
            .where(JudgingRound.season_id == season.id, Rescore.answered_at.is_(None))
        )
        or 0
    )


def flags_for(session: Session, actor: User, season: Season, kind: RoundKind) -> list[Flag]:
    """What stands out in a round, for whoever may see scores."""
    require(permissions.can_see_scores(actor))
    round_ = find_round(session, season, kind)
    if round_ is None:
        return []
    about = {entry.id: entry for entry in entries_of_round(session, season, kind)}
    videos = media.assets_by_id(session, [entry.asset_id for entry in about.values()])
    listed = assignments_of(session, round_)
    counted = cards(season, listed, about.keys())
    counting = {(card.entry_id, card.judge_id) for card in counted}
    looks = [
        Look(
            a.entry_id,
            a.judge_id,
            a.position,
            a.scorecard.watched_seconds,
            asset.seconds if (asset := videos.get(about[a.entry_id].asset_id or 0)) else None,
        )
        for a in listed
        if a.scorecard is not None and (a.entry_id, a.judge_id) in counting
    ]
    return rules.flags_of([rules.block_of(counted, block) for block in blocks(season)], looks)


def gives_still(session: Session, season: Season, seal: Seal) -> bool | None:
    """Whether the database still gives what was sealed; None when that can't be told any more."""
    if not seal.salt:
        return None
    return rules.document_of(facts_to_seal(session, season, seal.salt)) == seal.document


def facts_to_seal(session: Session, season: Season, salt: str) -> dict[str, Any]:
    """All that a result rests on. Judges are numbers, the same in every round, in an order that
    only `salt` can tell."""
    opened = rounds(session, season)
    judged: dict[RoundKind, list[Assignment]] = {
        kind: assignments_of(session, round_) for kind, round_ in opened.items()
    }
    people = sorted(
        {a.judge_id for listed in judged.values() for a in listed},
        key=lambda judge: hashlib.sha256(f"{salt}:{judge}".encode()).digest(),
    )
    number = {judge: at for at, judge in enumerate(people, 1)}
    return {
        "contest": season.name,
        "year": season.year,
        "rubric": [
            {
                "criterion": criterion.id,
                "name": criterion.name,
                "weight": criterion.weight,
                "decides_ties": criterion.decides_ties,
            }
            for criterion in season.criteria
        ],
        "ties": season.tie_rule,
        "rounds": [
            _round_facts(session, season, kind, opened[kind], judged[kind], number)
            for kind in RoundKind
            if kind in opened
        ],
        "runoffs": [
            {
                "entries": runoff.entry_ids,
                "choices": sorted(
                    [number.get(duel.judge_id, 0), duel.one_id, duel.other_id, duel.chosen_id or 0]
                    for duel in runoff.duels
                ),
            }
            for runoff in runoffs(session, season)
        ],
    }


def _round_facts(
    session: Session,
    season: Season,
    kind: RoundKind,
    round_: JudgingRound,
    listed: list[Assignment],
    number: dict[int, int],
) -> dict[str, Any]:
    about = {entry.id: entry for entry in entries_of_round(session, season, kind)}
    found: Results = results(session, season, kind)
    chances = found.evaluation.chances
    return {
        "kind": kind,
        "method": round_.method,
        "scorecards": sorted(
            [
                about[card.entry_id].code,
                number[card.judge_id],
                {str(criterion): value for criterion, value in sorted(card.scores.items())},
            ]
            for card in cards(season, listed, about.keys())
        ),
        "places": [
            {
                "entry": about[ranked.entry_id].code,
                "category": category_id or 0,
                "place": ranked.place,
                "mean": None if ranked.mean is None else f"{ranked.mean:.6f}",
                "adjusted": f"{chance.adjusted:.6f}"
                if (chance := chances.get(ranked.entry_id)) and chance.adjusted is not None
                else None,
            }
            for category_id, ranking in found.rankings.items()
            for ranked in ranking
        ],
    }
