"""Mails about an entry, to its teacher."""

from __future__ import annotations

from collections.abc import Sequence

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Rule
from app.core.mail import Link, Message
from app.entries.models import Decision, Entry, ReleaseLink, ScreeningNote
from app.entries.rules import RELEASE_PURPOSE


def _page(entry: Entry) -> Link:
    return Link(f"/teacher/entries/{entry.id}")


def received(entry: Entry, teacher: User) -> Message:
    return Message(
        teacher.email,
        "entries/received",
        {
            "name": teacher.name,
            "title": entry.title,
            "code": entry.code,
            "at": entry.submitted_at.strftime("%Y-%m-%d %H:%M UTC") if entry.submitted_at else "",
        },
        {"link": _page(entry)},
    )


def decided(
    entry: Entry,
    teacher: User,
    decision: Decision,
    rules: Sequence[Rule],
    notes: Sequence[ScreeningNote],
) -> Message:
    """Accepted, returned or disqualified, with the rules broken and what was noted where."""
    return Message(
        teacher.email,
        f"entries/{decision.verdict}",
        {
            "name": teacher.name,
            "title": entry.title,
            "reasons": [r.said(r.fault) for r in rules if r.code in decision.reasons],
            "words": decision.words,
            "notes": [
                {"at": f"{int(n.at_seconds) // 60}:{int(n.at_seconds) % 60:02d}", "words": n.words}
                for n in notes
            ],
            "until": entry.cure_until.strftime("%Y-%m-%d %H:%M UTC") if entry.cure_until else "",
        },
        {"link": _page(entry)},
    )


def disclosure_raised(lead: User) -> Message:
    """That something waits for the safeguarding lead. What, and about whom, only the page says."""
    return Message(
        lead.email,
        "entries/disclosure_raised",
        {"name": lead.name},
        {"link": Link("/organizer/screening/disclosures")},
    )


def release_copy(address: str, entry: Entry, season: Season, link: ReleaseLink) -> Message:
    """A parent's own copy of her answers. The address is forgotten once it is handed over."""
    return Message(
        address,
        "entries/release_copy",
        {
            "contest": season.name,
            "title": entry.title,
            "name": link.signer_name,
            "answers": [
                {"yes": link.answers[rung], "words": link.words[rung]} for rung in link.answers
            ],
        },
        {
            "link": Link(
                f"/release/{{token}}?lang={link.answered_language}", RELEASE_PURPOSE, link.id
            )
        },
        private=True,
    )
