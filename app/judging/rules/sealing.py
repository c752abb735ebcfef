"""A result that stands: what is written down, and what it takes to change it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.judging.rules.rounds import RoundKind
from app.texts import Text, text

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.judging.models import JudgingRound, Runoff, Seal


NOTHING_SEALED = text("Nothing is sealed.")


def document_of(facts: Mapping[str, Any]) -> str:
    """The facts as one line that is the same on every machine: keys in order, no blanks."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def sealed_places(document: str) -> dict[str, int | None]:
    """Each entry's place by its code, in the last round of a sealed document."""
    listed = json.loads(document)["rounds"]
    return {each["entry"]: each["place"] for each in listed[-1]["places"]} if listed else {}


def is_in_force(seal: Seal | None) -> bool:
    return seal is not None and seal.opened_at is None


def why_not_changed(seal: Seal | None) -> Text | None:
    """Why nothing about scores and places can change now, or None."""
    if is_in_force(seal):
        return text("The result is sealed. It takes two organizers and a reason to open it.")
    return None


def why_not_sealed(
    rounds: Mapping[RoundKind, JudgingRound],
    seal: Seal | None,
    runoffs: Sequence[Runoff],
    *,
    asked_again: int,
) -> Text | None:
    """Why the result can't be sealed now, or None; `asked_again` counts the scorecards that a judge
    was asked to look at again and has not answered."""
    if is_in_force(seal):
        return text("The result is sealed already.")
    last = rounds.get(RoundKind.FINALS) or rounds.get(RoundKind.FIRST)
    if last is None or last.closed_at is None:
        return text("The result is sealed once the last round is closed.")
    if any(runoff.closed_at is None for runoff in runoffs):
        return text("A runoff is still open. Close it first.")
    if asked_again:
        return text("A judge was asked to look at an entry again. Wait for her, or take it back.")
    return None


def why_not_asked(seal: Seal | None, reason: str, most: int) -> Text | None:
    """Why a seal can't be asked to be opened with this reason, or None."""
    if not is_in_force(seal):
        return NOTHING_SEALED
    if not reason.strip():
        return text("Please say why the result has to change.")
    if len(reason.strip()) > most:
        return text("Please keep it to %(most)s characters.", most=most)
    return None


def why_not_opened(seal: Seal | None, actor: User) -> Text | None:
    """Why this person can't open the seal, or None."""
    if seal is None or not is_in_force(seal) or seal.asked_by is None:
        return text("Nobody asked to open the seal.")
    if seal.asked_by == actor.id:
        return text("You asked yourself. Another organizer has to agree.")
    return None
