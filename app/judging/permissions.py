"""Who may judge, who runs the judging, and who may see what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.judging.models import Assignment, Conflict, Household


def can_judge(actor: User) -> bool:
    return actor.may(Permission.JUDGE_ENTRIES)


def can_score(actor: User, assignment: Assignment) -> bool:
    """A scorecard is one judge's own; not even an organizer writes in it."""
    return can_judge(actor) and assignment.judge_id == actor.id


def can_type_in(actor: User) -> bool:
    """From a judge's paper; the scorecard says who did."""
    return actor.may(Permission.RUN_SEASON)


def can_run_judging(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)


def can_declare_conflict(actor: User, judge: User) -> bool:
    """A judge for herself, an organizer for any judge."""
    return can_run_judging(actor) or (can_judge(actor) and actor.id == judge.id)


def can_remove_conflict(actor: User, conflict: Conflict) -> bool:
    """What an organizer set, only an organizer takes away."""
    return can_run_judging(actor) or (
        can_judge(actor) and conflict.judge_id == actor.id and conflict.declared_by == actor.id
    )


def can_confirm_household(actor: User, household: Household) -> bool:
    """Whoever of the two did not say it, or an organizer: nobody can claim another judge alone."""
    return can_run_judging(actor) or (
        can_judge(actor)
        and actor.id in (household.judge_id, household.other_id)
        and actor.id != household.declared_by
    )


def can_remove_household(actor: User, household: Household) -> bool:
    """What an organizer set, only an organizer takes away; what nobody confirmed, either of the
    two."""
    own = can_judge(actor) and actor.id in (household.judge_id, household.other_id)
    return can_run_judging(actor) or (
        own and (household.declared_by == actor.id or household.confirmed_at is None)
    )


def can_see_scores(actor: User) -> bool:
    """Sums and places are the organizers'; a judge never sees another's scores."""
    return actor.may(Permission.RUN_SEASON)
