"""Which judges and which schools or entries are kept apart, and who sits in which panel."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Panel, Season
from app.core.errors import NotFound
from app.judging import permissions, rules
from app.judging.models import Assignment, Conflict, Household, JudgingRound, PanelSeat, Recusal
from app.judging.queries.working import judges
from app.judging.rules import Apart
from app.schools import queries as schools
from app.schools import rules as school_rules


@dataclass(frozen=True)
class Kept:
    """A judge and a school that must not meet."""

    judge_id: int
    school_id: int
    why: Apart
    conflict: Conflict | None = None
    """The word it rests on, where it was declared."""
    through: int | None = None
    """The judge she lives with whose conflict it is."""


def get_conflict_for(session: Session, actor: User, conflict_id: int) -> Conflict:
    """A conflict for the judge it is about, or for whoever runs the judging."""
    conflict = session.get(Conflict, conflict_id)
    if conflict is None or not (
        permissions.can_run_judging(actor) or conflict.judge_id == actor.id
    ):
        raise NotFound
    return conflict


def households_of(session: Session, judge: User) -> list[Household]:
    return list(
        session.scalars(
            select(Household)
            .where(or_(Household.judge_id == judge.id, Household.other_id == judge.id))
            .order_by(Household.id)
        )
    )


def get_household_for(session: Session, actor: User, household_id: int) -> Household:
    """A household for one of its two judges, or for whoever runs the judging."""
    household = session.get(Household, household_id)
    if household is None or not (
        permissions.can_run_judging(actor) or actor.id in (household.judge_id, household.other_id)
    ):
        raise NotFound
    return household


def kept_apart(session: Session) -> list[Kept]:
    """Every judge and school that must not meet, each pair once: what was declared, where judges
    teach or get their mail, and all that for whoever they live with. A constant number of
    queries."""
    found: dict[tuple[int, int], Kept] = {}

    def keep(kept: Kept) -> None:
        found.setdefault((kept.judge_id, kept.school_id), kept)

    for conflict in session.scalars(select(Conflict).order_by(Conflict.id)):
        keep(Kept(conflict.judge_id, conflict.school_id, Apart.DECLARED, conflict))
    for school_id, members in schools.members_of_schools(session).items():
        for member in members:
            keep(Kept(member.user_id, school_id, Apart.TEACHES))
    panel = judges(session)
    for school in schools.approved_schools(session):
        for judge in panel:
            if school_rules.shares_domain(judge.email, school.web_page, school.office_email):
                keep(Kept(judge.id, school.id, Apart.DOMAIN))
    pairs = session.execute(
        select(Household.judge_id, Household.other_id).where(Household.confirmed_at.is_not(None))
    )
    own = list(found.values())
    for judge_id, home in rules.households((row.judge_id, row.other_id) for row in pairs).items():
        for kept in own:
            if kept.judge_id in home and kept.judge_id != judge_id:
                keep(Kept(judge_id, kept.school_id, Apart.HOUSEHOLD, None, kept.judge_id))
    return list(found.values())


def kept_from(session: Session, judge: User) -> list[Kept]:
    """The schools one judge is kept from."""
    return [kept for kept in kept_apart(session) if kept.judge_id == judge.id]


def conflicts(session: Session) -> set[tuple[int, int]]:
    """(judge, school) that must not meet."""
    return {(kept.judge_id, kept.school_id) for kept in kept_apart(session)}


def recused_pairs(session: Session, season: Season) -> set[tuple[int, int]]:
    """(judge, entry) that were stepped aside from, in any round of the season, for another reason
    than want of time."""
    rows = session.execute(
        select(Recusal.judge_id, Recusal.entry_id)
        .join(Assignment, Assignment.id == Recusal.assignment_id)
        .join(JudgingRound, JudgingRound.id == Assignment.round_id)
        .where(JudgingRound.season_id == season.id, Recusal.for_time.is_(False))
    )
    return {(row.judge_id, row.entry_id) for row in rows}


def seats(session: Session, season: Season) -> dict[int, set[int]]:
    """The panels each judge sits in, in this season."""
    found: dict[int, set[int]] = {}
    rows = session.execute(
        select(PanelSeat.judge_id, PanelSeat.panel_id)
        .join(Panel, Panel.id == PanelSeat.panel_id)
        .where(Panel.season_id == season.id)
    )
    for row in rows:
        found.setdefault(row.judge_id, set()).add(row.panel_id)
    return found
