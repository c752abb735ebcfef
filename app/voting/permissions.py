"""Who looks after the public vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.permissions import Permission, Role
from app.schools import permissions as schools

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.schools.models import Membership, School
    from app.voting.models import SlipBatch


def can_run_vote(actor: User) -> bool:
    return actor.may(Permission.RUN_SEASON)


def can_decide(actor: User) -> bool:
    """About ballots that are held."""
    return actor.may(Permission.DECIDE_ON_BALLOTS)


def can_second(actor: User, proposer: User) -> bool:
    """Two people of different roles: one of them is an organizer, the other one a screener."""
    if not can_decide(actor) or actor.id == proposer.id:
        return False
    return (Role.ORGANIZER in actor.roles and Role.SCREENER in proposer.roles) or (
        Role.SCREENER in actor.roles and Role.ORGANIZER in proposer.roles
    )


def can_make_slips(school: School, membership: Membership | None) -> bool:
    """Only a school's lead answers for its class ballots."""
    return schools.can_accept_agreement(school, membership)


def can_print(actor: User, batch: SlipBatch, membership: Membership | None) -> bool:
    """A school's slips are its lead's alone; the event's are the organizers'."""
    if batch.school is None:
        return can_run_vote(actor)
    return can_make_slips(batch.school, membership)
