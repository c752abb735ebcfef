"""What screeners decide, and what each decision needs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.contest.rules import Rule, Window
from app.entries.rules.status import EntryStatus
from app.texts import Text, text

if TYPE_CHECKING:
    from app.accounts.models import User
    from app.entries.models import Decision, Entry
    from app.media.models import Asset

MOST_NOTES = 100


def why_not_decidable(entry: Entry) -> Text | None:
    """Screening decides about what was submitted, and may reconsider."""
    if entry.status not in (
        EntryStatus.SUBMITTED,
        EntryStatus.ACCEPTED,
        EntryStatus.DISQUALIFIED,
    ):
        return text("This entry is not submitted at the moment.")
    return None


def why_not_accepted(checked: Collection[str], rules: Sequence[Rule]) -> Text | None:
    """Why an entry can't be accepted with only these points ticked, or None."""
    if set(checked) != {rule.code for rule in contest.checklist(rules)}:
        return text("Please go through the whole checklist before you accept.")
    return None


def why_not_sent_back(
    reasons: Collection[str], words: str, notes: int, rules: Sequence[Rule]
) -> Text | None:
    """Why an entry can't be returned or disqualified for these reasons, or None."""
    if not broken(reasons, rules) and not words.strip() and not notes:
        return text("Please give at least one reason, so that the school knows why.")
    return None


def why_not_disqualified(reasons: Collection[str], rules: Sequence[Rule]) -> Text | None:
    """Why an entry can't be disqualified, or None: it takes a rule that was broken."""
    if not broken(reasons, rules):
        return text("An entry is disqualified for a rule it broke. Please tick which.")
    return None


def broken(reasons: Collection[str], rules: Sequence[Rule]) -> list[Rule]:
    """The rules that these codes name, of those an entry may be returned or disqualified for."""
    return [rule for rule in contest.faults(rules) if rule.code in reasons]


def cure_until(
    reasons: Collection[str], rules: Sequence[Rule], hours: int, now: datetime
) -> datetime | None:
    """Until when a returned entry may be mended beyond the deadline, or None: only technical faults
    (and faults put in words alone) get that time."""
    if all(rule.curable for rule in broken(reasons, rules)):
        return now + timedelta(hours=hours)
    return None


def why_not_returned(until: datetime | None, window: Window, now: datetime) -> Text | None:
    """Why an entry can't be returned now, or None: the team must have time to mend it."""
    if until is None and now >= window.ends_at:
        return text(
            "The deadline has passed, and only technical faults may be mended after it. Give the "
            "school more time first, or disqualify."
        )
    return None


def accepted_by(entry: Entry) -> Decision | None:
    """The decision that accepted it, if it is the one in force."""
    last = entry.decisions[-1] if entry.decisions else None
    return last if last is not None and last.verdict == EntryStatus.ACCEPTED else None


def returned_with(entry: Entry, asset: Asset | None) -> Decision | None:
    """The decision that returned this very video, if the newest one did and no other has come."""
    last = entry.decisions[-1] if entry.decisions else None
    if last is None or last.verdict != EntryStatus.RETURNED or asset is None:
        return None
    return last if (asset.received_at or asset.created_at) <= last.at else None


def waits_for_second_look(entry: Entry) -> bool:
    return entry.status == EntryStatus.ACCEPTED and entry.cleared_at is None


def why_not_cleared(
    entry: Entry, actor: User, checked: Collection[str], rules: Sequence[Rule]
) -> Text | None:
    """Why this screener can't be the second pair of eyes, or None."""
    decision = accepted_by(entry)
    if entry.status != EntryStatus.ACCEPTED or decision is None:
        return text("Only an accepted entry gets a second look.")
    if entry.cleared_at is not None:
        return text("It had its second look already.")
    if decision.screener_id == actor.id:
        return text("You accepted it. The second look must be somebody else's.")
    return why_not_accepted(checked, rules)
