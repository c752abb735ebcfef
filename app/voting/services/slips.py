"""Making slips, and voting with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest.models import Season
from app.core import audit
from app.core.errors import Refused, require
from app.core.signing import Keyring
from app.entries.models import Entry
from app.schools import queries as schools
from app.schools.models import School
from app.texts import text
from app.voting import permissions, queries, rules
from app.voting.models import Ballot, Slip, SlipBatch
from app.voting.rules import BallotStatus, Lane, Tree
from app.voting.services.asking import new_ballot_number, seal_picks
from app.voting.services.casting import Mine, lock_ballots, put_in_box
from app.voting.services.log import append, candidates, get_log, sign_head


def say_students(
    session: Session, *, actor: User, season: Season, school: School, students: int
) -> None:
    """Note down how many students a school has, as its lead says; once slips were made for the
    season, only an organizer may change it."""
    membership = schools.find_membership(session, actor)
    if not permissions.can_run_vote(actor):
        require(permissions.can_make_slips(school, membership))
        if (
            school.students is not None
            and school.students != students
            and _made(session, season, school)
        ):
            raise Refused(
                text(
                    "Slips were made for %(n)s students. Please ask the organizers to change that "
                    "number.",
                    n=school.students,
                )
            )
    if school.students != students:
        audit.record(
            session, actor, "school.students-said", school.id, was=school.students, now=students
        )
        school.students = students
        session.flush()


def _made(session: Session, season: Season, school: School) -> bool:
    found = (
        select(SlipBatch.id)
        .where(SlipBatch.season_id == season.id, SlipBatch.school_id == school.id)
        .limit(1)
    )
    return session.scalar(found) is not None


def make_slips(
    session: Session,
    *,
    actor: User,
    voters: Keyring,
    season: Season,
    school: School | None,
    wanted: int,
    now: datetime,
) -> SlipBatch:
    """Make slips for a school's classes, or without a school for the event. Their number and root
    go into the public log at once.

    Raises Refused after the vote has opened and for more slips than students.
    """
    lane = Lane.EVENT if school is None else Lane.CLASS
    if school is None:
        require(permissions.can_run_vote(actor))
    else:
        require(permissions.can_make_slips(school, schools.find_membership(session, actor)))
    log = get_log(session, voters, season)  # Held: two requests at once do not pass the cap both.
    if log.opened_at is not None:
        raise Refused(text("The vote has opened. Slips are made before."))
    made = session.scalar(
        select(func.coalesce(func.sum(SlipBatch.slips), 0)).where(
            SlipBatch.season_id == season.id,
            SlipBatch.school_id == (school.id if school else None),
        )
    )
    if reason := rules.why_not_slips(
        season,
        lane=lane,
        wanted=wanted,
        made=made or 0,
        students=school.students if school else None,
        now=now,
    ):
        raise Refused(reason)
    number = session.scalar(
        select(func.count(SlipBatch.id)).where(SlipBatch.season_id == season.id)
    )
    signer = queries.get_signer(session, voters, season.id)
    mark = f"S{(number or 0) + 1}"
    # Sorted, so that a place in the tree, which the list tells, is no place in the printed stack.
    leaves = sorted(
        queries.leaf_of(signer, queries.code_at(signer, mark, printed)) for printed in range(wanted)
    )
    batch = SlipBatch(
        season_id=season.id,
        mark=mark,
        lane=lane,
        school_id=school.id if school else None,
        slips=wanted,
        root=Tree.of(bytes.fromhex(leaf) for leaf in leaves).root().hex(),
        made_at=now,
    )
    session.add(batch)
    session.flush()
    session.execute(
        insert(Slip),
        [
            {"batch_id": batch.id, "position": position, "leaf": leaf}
            for position, leaf in enumerate(leaves)
        ],
    )
    append(
        session,
        log,
        [
            rules.slips_record(
                batch=mark, lane=lane, school=batch.school_id, slips=wanted, root=batch.root
            )
        ],
    )
    sign_head(session, voters, log, now=now)
    audit.record(session, actor, "slips.made", batch.id, slips=wanted, school=batch.school_id)
    return batch


def cast_slip(
    session: Session,
    *,
    voters: Keyring,
    season: Season,
    finalists: Sequence[Entry],
    slip: Slip,
    picks: Sequence[int],
    now: datetime,
) -> Ballot:
    """Vote with a slip; with one that was used before, the ballot before no longer counts.

    Raises Refused when nobody may vote now, for a pick of the slip's own school, and for wrong
    picks.
    """
    if reason := rules.why_not_votable(season, now):
        raise Refused(reason)
    if queries.is_closed(session, season.id):
        raise Refused(text("The vote has closed."))
    own = {entry.id for entry in finalists if entry.school_id == slip.batch.school_id}
    on_ballot = {entry.id: entry for entry in finalists}
    if reason := rules.why_not_picks(picks, on_ballot.keys() - own, season.picks_most):
        raise Refused(reason)
    signer = queries.get_signer(session, voters, season.id)
    chosen = list(dict.fromkeys(picks))
    known = candidates(session, season, [on_ballot[each] for each in chosen])
    # Two presses at once wait for each other.
    session.execute(select(Slip.id).where(Slip.id == slip.id).with_for_update())
    mine = lock_ballots(session, season.id, slip.leaf)
    number = new_ballot_number()
    sealed, commitment = seal_picks(signer, number, [known[each] for each in chosen])
    ballot = Ballot(
        season_id=season.id,
        number=number,
        lane=slip.batch.lane,
        voter_key=slip.leaf,
        slip_id=slip.id,
        status=BallotStatus.PENDING,
        commitment=commitment,
        sealed=sealed,
        created_at=now,
    )
    session.add(ballot)
    session.flush()
    fresh = Mine(ballot.id, ballot.number, ballot.status)
    put_in_box(session, season.id, fresh, mine, now=now)
    session.expire(ballot)
    return ballot
