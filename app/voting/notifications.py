"""The one mail of the vote: it asks whether a ballot is really the mailbox owner's."""

from __future__ import annotations

from collections.abc import Sequence

from app.contest.models import Season
from app.core.mail import Link, Message
from app.voting import rules
from app.voting.models import Ballot


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
            "link": Link("/vote/confirm/{token}", "ballot", [ballot.number]),
            "by_hand": Link("/vote/code"),
            "not_me": Link(
                "/vote/not-me/{token}",
                "not-me",
                # The ballot is forgotten long before the link: it stands on its own.
                [ballot.season_id, ballot.voter_key, ballot.number],
            ),
        },
        private=True,
    )
