"""The public vote's rulebook: who is one voter, when a ballot counts, how videos are ordered."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.texts import Text, text

if TYPE_CHECKING:
    from app.contest.models import Season
    from app.voting.models import Ballot

CONFIRM_WITHIN = timedelta(hours=24)
"""How long a mailed link or code casts its ballot."""
LATE_CONFIRMATION = timedelta(minutes=15)
"""How long after closing a ballot asked for in time may still be confirmed; said on the page."""
PENDING_KEPT = timedelta(hours=48)
DISOWN_WITHIN = timedelta(days=30)

MAILS_MOST = 3
MAILS_PER = timedelta(days=1)
WRONG_CODES_MOST = 10
WRONG_CODES_FROM_MOST = 200
"""Wrong codes from one network: a whole school may sit behind one address."""
WRONG_CODES_PER = timedelta(hours=1)

BALLOTS_FROM = ((60, timedelta(minutes=1)), (3000, timedelta(days=1)))
"""Ballots asked for from one network, and in which time: a whole school may vote in one lesson."""

ORDERS = 512
"""How many orders of the videos there are: enough to be fair, few enough for a cache."""

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that can't be mistaken for each other: 5 bits each."""
NUMBER_LENGTH = 10
CODE_LENGTH = 8

GMAIL_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


class BallotStatus(StrEnum):
    PENDING = "pending"
    CAST = "cast"
    SUPERSEDED = "superseded"
    VOID = "void"


def key_name(season_id: int) -> str:
    """What the file of a season's key is called."""
    return f"season-{season_id}"


def normalize_voter(address: str) -> str:
    """The one spelling that stands for a mailbox, for telling voters apart; never to deliver to.

    Letters are folded (NFKC, lower case) and the domain is written in ASCII (RFC 5890). A "+tag"
    is a subaddress of the same mailbox (RFC 5233; so at Gmail, Outlook, iCloud, Fastmail, Proton).
    Dots in the name and `googlemail.com` mean nothing to Gmail, as its help pages say ("Dots don't
    matter in Gmail addresses"). Everywhere else a dot may tell two people apart, and so may a
    hyphen, so both stay.
    """
    folded = unicodedata.normalize("NFKC", address).strip().lower()
    local, _, domain = folded.rpartition("@")
    local, domain = local.strip(), _ascii_domain(domain.strip().rstrip("."))
    name = local.partition("+")[0] or local
    if domain in GMAIL_DOMAINS:
        domain = "gmail.com"
        name = name.replace(".", "") or name
    return f"{name}@{domain}"


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain


def confirmation_code(digest: str) -> str:
    """The 8 characters (40 bits) that a keyed hash, given in hexadecimal, is typed as."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in bytes.fromhex(digest)[:CODE_LENGTH])


def in_halves(letters: str) -> str:
    """A ballot number or code the way it is shown: H7KM2-9QX4T."""
    middle = len(letters) // 2
    return f"{letters[:middle]}-{letters[middle:]}"


def read_letters(typed: str) -> str:
    """What was typed or pasted, with blanks, hyphens and small letters forgiven."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in folded if letter.isalnum())[:20]


def box_shuts_at(season: Season) -> datetime:
    """When the last confirmation counts."""
    return season.vote_closes_at + LATE_CONFIRMATION


def is_box_shut(season: Season, now: datetime) -> bool:
    """Whether no ballot of the season can be cast any more."""
    return now >= box_shuts_at(season) or contest.is_announced(season, now)


def has_vote_closed(season: Season, now: datetime) -> bool:
    """Whether the time to ask for a ballot is over."""
    return now >= season.vote_closes_at or contest.is_announced(season, now)


def why_not_votable(season: Season, now: datetime) -> Text | None:
    """Why nobody can ask for a ballot now, or None."""
    if has_vote_closed(season, now):
        return text("The vote has closed.")
    if now < season.vote_opens_at:
        return text("The vote has not opened yet.")
    return None


def why_not_castable(ballot: Ballot, season: Season, now: datetime) -> Text | None:
    """Why this ballot can't go into the box now, or None."""
    if ballot.status == BallotStatus.SUPERSEDED:
        return text("You confirmed another ballot after this one. That later one counts.")
    if ballot.status == BallotStatus.VOID:
        return text("The owner of the mailbox told us that this ballot was not theirs.")
    if is_box_shut(season, now):
        return text(
            "The vote has closed. Ballots asked for in time could be confirmed for %(minutes)s "
            "more minutes; this one came later.",
            minutes=int(LATE_CONFIRMATION.total_seconds() // 60),
        )
    if now < season.vote_opens_at:
        return text("The vote has not opened yet.")
    if now >= ballot.created_at + CONFIRM_WITHIN:
        return text("This ballot waited for more than a day. Please vote once more.")
    return None


def why_not_picks(
    picks: Sequence[Hashable], finalists: Collection[Hashable], most: int
) -> Text | None:
    """What is wrong with a choice of videos, or None."""
    chosen = set(picks)
    if not chosen:
        return text("Please pick at least one video.")
    if len(chosen) > most:
        return text(
            "Please pick %(most)s at most; you have picked %(n)s.", most=most, n=len(chosen)
        )
    if not chosen.issubset(finalists):
        return text("One of your picks is not on the ballot any more. Please choose again.")
    return None


def shuffled(entry_ids: Sequence[int], seed: int) -> list[int]:
    """Fisher and Yates's shuffle, the same for the same `seed` on every machine.

    Each step draws from a hash of its own, so fair that 256 bits leave no bias worth a name.
    """
    order = list(entry_ids)
    for place in range(len(order) - 1, 0, -1):
        drawn = hashlib.sha256(f"ballot order|{seed}|{place}".encode()).digest()
        other = int.from_bytes(drawn) % (place + 1)
        order[place], order[other] = order[other], order[place]
    return order
