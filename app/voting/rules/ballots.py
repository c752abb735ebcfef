"""Who is one voter, when a ballot counts, what is on it, how videos are ordered."""

from __future__ import annotations

import hashlib
import struct
import unicodedata
from collections.abc import Collection, Hashable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from app.contest import rules as contest
from app.texts import Text, text
from app.voting.rules.records import NONCE_BYTES

if TYPE_CHECKING:
    from app.contest.models import Season

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

BUDGET_PER = timedelta(minutes=1)
NETWORK_BUDGET = 60
"""Ballots asked for from one network in a minute whose mails go out at once: a whole school may
vote in one lesson, behind one address."""
UNWORKED_BUDGET = 10
"""The same without a proof of work."""
DAY_BUDGET = 3000
ALL_BUDGET = 600
"""From everywhere, in a minute: what a mail server takes."""
DELAY_MOST = timedelta(minutes=30)

LIKENESS_LETTERS = 16

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
    HELD = "held"
    """In the box, and set aside until two people have looked at it."""
    SUPERSEDED = "superseded"
    INVALID = "invalid"
    """Held, looked at, and not counted."""
    VOID = "void"


IN_THE_BOX = (BallotStatus.CAST, BallotStatus.HELD)
"""A voter has one such ballot at most."""


_PICKS_MOST = 10
_SEALED = struct.Struct(f">{NONCE_BYTES}s{_PICKS_MOST}q")


def pack_picks(nonce: bytes, candidate_ids: Sequence[int]) -> bytes:
    """What is sealed: a nonce and the picks, as long for one pick as for ten."""
    slots = [*candidate_ids, *[0] * (_PICKS_MOST - len(candidate_ids))]
    return _SEALED.pack(nonce, *slots)


def unpack_picks(packed: bytes) -> tuple[bytes, list[int]]:
    """The nonce and the picked candidates' ids, in the order they were picked."""
    nonce, *slots = _SEALED.unpack(packed)
    return nonce, [slot for slot in slots if slot]


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


def confirmation_code(digest: str, length: int = CODE_LENGTH) -> str:
    """The characters, of 5 bits each, that a keyed hash, given in hexadecimal, is typed as."""
    return "".join(LETTERS[byte % len(LETTERS)] for byte in bytes.fromhex(digest)[:length])


def in_halves(letters: str) -> str:
    """A ballot number or code the way it is shown: H7KM2-9QX4T."""
    middle = len(letters) // 2
    return f"{letters[:middle]}-{letters[middle:]}"


def read_letters(typed: str) -> str:
    """What was typed or pasted, with blanks, hyphens and small letters forgiven."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in folded if letter.isalnum())[:20]


def box_shuts_at(season: contest.VoteDates) -> datetime:
    """When the last confirmation counts."""
    return season.vote_closes_at + LATE_CONFIRMATION


def is_box_shut(season: contest.VoteDates, now: datetime) -> bool:
    """Whether no ballot of the season can be cast any more."""
    return now >= box_shuts_at(season) or contest.is_announced(season, now)


def has_vote_closed(season: contest.VoteDates, now: datetime) -> bool:
    """Whether the time to ask for a ballot is over."""
    return now >= season.vote_closes_at or contest.is_announced(season, now)


def why_not_votable(season: Season, now: datetime) -> Text | None:
    """Why nobody can ask for a ballot now, or None."""
    if has_vote_closed(season, now):
        return text("The vote has closed.")
    if now < season.vote_opens_at:
        return text("The vote has not opened yet.")
    return None


def why_not_castable(
    status: str, asked_at: datetime, season: contest.VoteDates, now: datetime
) -> Text | None:
    """Why a ballot of this status, asked for then, can't go into the box now, or None."""
    if status == BallotStatus.SUPERSEDED:
        return text("You confirmed another ballot after this one. That later one counts.")
    if status == BallotStatus.INVALID:
        return text("This ballot was looked at by two people and does not count.")
    if status == BallotStatus.VOID:
        return text("The owner of the mailbox told us that this ballot was not theirs.")
    if is_box_shut(season, now):
        return text(
            "The vote has closed. Ballots asked for in time could be confirmed for %(minutes)s "
            "more minutes; this one came later.",
            minutes=int(LATE_CONFIRMATION.total_seconds() // 60),
        )
    if now < season.vote_opens_at:
        return text("The vote has not opened yet.")
    if now >= asked_at + CONFIRM_WITHIN:
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


def why_not_watched(watched: int, watch_first: int, on_ballot: int) -> Text | None:
    """Why the ballot can't go off yet where the season asks to watch some videos first, or None."""
    wanted = min(watch_first, on_ballot)
    if watched >= wanted:
        return None
    return text(
        "This season asks everybody to watch %(wanted)s of the videos before voting. You have "
        "marked %(n)s as watched.",
        wanted=wanted,
        n=watched,
    )


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


def is_disposable(address: str, listed: Collection[str]) -> bool:
    """Whether a mailbox is at one of the `listed` domains, or below one: those are made to be
    thrown away."""
    labels = normalize_voter(address).rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in listed for start in range(len(labels) - 1))


def mail_delay(from_network: int, waiting: int, *, worked: bool) -> timedelta:
    """How long a ballot's mail waits: not at all below the budgets, then as a queue that moves on
    by one budget a minute.

    `from_network` says the how-manieth of its network it is within its minute, `waiting` how many
    mails wait already, of whatever minute.
    """
    budget = NETWORK_BUDGET if worked else UNWORKED_BUDGET
    turns = (from_network - 1) // budget
    return max(min(turns * BUDGET_PER, DELAY_MOST), waiting // ALL_BUDGET * BUDGET_PER)


def work_factor(from_network: int, from_network_today: int) -> int:
    """How many times the usual proof of work a browser in this network does: more for a network
    that asks for more than a school's classes would."""
    over = from_network // NETWORK_BUDGET
    factor = 1 << min(over, 3)
    return max(factor, 4) if from_network_today > DAY_BUDGET else factor


def wide_network(network: str) -> str:
    """The neighborhood of an address: /24 of IPv4, /48 of IPv6; as it is when it is neither."""
    try:
        address = ip_address(network.partition("/")[0])
    except ValueError:
        return network
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def one_letter_less(name: str) -> list[str]:
    """A name and what is left of it without one of its letters. Two names that differ in one
    letter, or by one, have one of these in common."""
    short = name[:LIKENESS_LETTERS]
    return sorted({short, *(short[:place] + short[place + 1 :] for place in range(len(short)))})


def without_digits(name: str) -> str:
    """The name that a number was put to; empty when there is no number in it."""
    stem = "".join(letter for letter in name if not letter.isdigit())
    return stem if stem != name else ""
