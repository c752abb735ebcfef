"""The season's key, and what is derived from it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import Refused
from app.core.sealing import Seal, Sealer
from app.core.signing import Keyring, Signer
from app.texts import text
from app.voting import rules
from app.voting.models import Ballot, Candidate, VoteKey


def find_vote_key(session: Session, season_id: int) -> VoteKey | None:
    return session.scalar(select(VoteKey).where(VoteKey.season_id == season_id))


def find_signer(session: Session, voters: Keyring, season_id: int) -> Signer | None:
    """What this season's voters are hashed with. None once the key is destroyed, and when it is
    missing: without it a voter could vote twice, so no ballot is taken then."""
    known = find_vote_key(session, season_id)
    if known is None:
        return voters.make(rules.key_name(season_id))
    if known.destroyed_at is not None:
        return None
    return voters.shared if known.shared else voters.find(known.name)


def get_signer(session: Session, voters: Keyring, season_id: int) -> Signer:
    """As `find_signer`; raises Refused when the key is missing or destroyed."""
    signer = find_signer(session, voters, season_id)
    if signer is None:
        raise Refused(
            text(
                "No ballot can be taken at the moment, because something is missing on our side. "
                "Please tell the organizers. Nothing was kept of what you typed."
            )
        )
    return signer


def sealer_of(signer: Signer) -> Sealer:
    """What the picks are sealed with until the count."""
    return Sealer(signer, "ballot|v1")


def seal_of(signer: Signer) -> Seal:
    """What the heads of the season's log are signed with."""
    return Seal(signer, "log-head|v1")


def open_picks(sealer: Sealer, *, number: str, sealed: bytes) -> tuple[bytes, list[int]]:
    """A ballot's nonce and the ids of the candidates it picks, in the voter's order.

    Raises NotSealedHere.
    """
    return rules.unpack_picks(sealer.open(sealed, number))


def picks_on(session: Session, voters: Keyring, ballot: Ballot) -> list[int | None]:
    """The entries a ballot picks, to show them to whoever holds its link or code; None in the
    place of one that was erased since.

    Raises Refused without the season's key.
    """
    signer = get_signer(session, voters, ballot.season_id)
    _nonce, picked = open_picks(sealer_of(signer), number=ballot.number, sealed=ballot.sealed)
    rows = select(Candidate.id, Candidate.entry_id).where(Candidate.id.in_(picked))
    known = dict(session.execute(rows).all())
    return [known[candidate_id] for candidate_id in picked]
