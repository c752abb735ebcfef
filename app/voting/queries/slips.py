"""Finding slips and their batches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.errors import NotFound
from app.core.signing import Signer
from app.schools import queries as schools
from app.schools.models import School
from app.voting import permissions, rules
from app.voting.models import Ballot, Slip, SlipBatch


def slip_batches(
    session: Session, season_id: int, *, school: School | None = None
) -> list[SlipBatch]:
    """All batches of a season, or a school's, in the order they were made."""
    query = select(SlipBatch).where(SlipBatch.season_id == season_id).order_by(SlipBatch.id)
    if school is not None:
        query = query.where(SlipBatch.school_id == school.id)
    return list(session.scalars(query))


def get_batch_for(session: Session, actor: User, batch_id: int) -> SlipBatch:
    """Raises NotFound for a batch whose codes are not this person's to see."""
    batch = session.get(SlipBatch, batch_id)
    if batch is None:
        raise NotFound
    membership = schools.find_membership(session, actor)
    if not permissions.can_print(actor, batch, membership):
        raise NotFound
    return batch


def codes_of(signer: Signer, batch: SlipBatch) -> list[str]:
    """The codes of a batch, as they are printed. They are kept nowhere: the key gives them anew."""
    return [code_at(signer, batch.mark, printed) for printed in range(batch.slips)]


def code_at(signer: Signer, mark: str, printed: int) -> str:
    """The code on the slip that was printed at this place, which is not its place in the tree."""
    return rules.slip_code(signer.digest("slip-code|v1", f"{mark}|{printed}"))


def leaf_of(signer: Signer, code: str) -> str:
    """What stands for a code, as typed, in its batch's tree."""
    return rules.slip_leaf(signer.digest("slip-leaf|v1", rules.read_letters(code)))


def find_slip(session: Session, signer: Signer, season_id: int, code: str) -> Slip | None:
    """The slip that a code, as typed, stands on."""
    return session.scalar(
        select(Slip)
        .join(SlipBatch, SlipBatch.id == Slip.batch_id)
        .where(Slip.leaf == leaf_of(signer, code), SlipBatch.season_id == season_id)
    )


def slips_used(session: Session, batch_ids: Sequence[int]) -> dict[int, int]:
    """How many slips of each batch were voted with."""
    return dict(
        session.execute(
            select(Slip.batch_id, func.count(func.distinct(Slip.id)))
            .join(Ballot, Ballot.slip_id == Slip.id)
            .where(Slip.batch_id.in_(batch_ids))
            .group_by(Slip.batch_id)
        ).all()
    )
