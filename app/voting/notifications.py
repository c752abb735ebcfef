"""Mails about the vote: whether a ballot is really the mailbox owner's, what is looked at, and the
heads of the log for who keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from app.accounts.models import User
from app.contest.models import Season
from app.core.mail import Link, Message
from app.entries.models import Entry
from app.texts import in_address
from app.voting import rules
from app.voting.models import Ballot, TreeHead, Witness


def confirm(
    address: str, *, season: Season, ballot: Ballot, titles: Sequence[str], code: str
) -> Message:
    """Forgotten, address and all, as soon as it is handed over."""
    return Message(
        address,
        "voting/confirm",
        {
            "contest": season.name,
            "titles": list(titles),
            "number": rules.in_halves(ballot.number),
            "code": rules.in_halves(code),
        },
        {
            "link": Link(in_address("/vote/confirm/{token}"), "ballot", [ballot.number]),
            "by_hand": Link(in_address("/vote/code")),
            "not_me": Link(
                in_address("/vote/not-me/{token}"),
                "not-me",
                # The ballot is forgotten long before the link: it stands on its own.
                [ballot.season_id, ballot.voter_key, ballot.number],
            ),
        },
        private=True,
    )


def looked_at(season: Season, lead: User, entry: Entry, ballots: int) -> Message:
    """Some ballots for a school's video are held. Nobody is accused of anything."""
    return Message(
        lead.email,
        "voting/looked_at",
        {
            "contest": season.name,
            "name": lead.name,
            "title": entry.title,
            "ballots": ballots,
            "contact": season.contact_email,
        },
        {"report": Link("/vote/report")},
    )


def new_heads(season: Season, witness: Witness, heads: Sequence[TreeHead]) -> Message:
    """The signed heads since the last mail, for a witness to keep."""
    return Message(
        witness.email,
        "voting/heads",
        {
            "contest": season.name,
            "name": witness.name,
            "lines": [
                rules.head_line(
                    size=head.size, root=head.root, moment=head.at, signature=head.signature
                )
                for head in heads
            ],
        },
        {"page": Link("/vote/verify"), "verifier": Link("/vote/verify.py")},
    )
