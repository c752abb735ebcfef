"""Mails about an entry, to its teacher."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.accounts.models import User
from app.contest.models import Season
from app.contest.rules import Rule
from app.core.mail import Link, Message
from app.entries.models import Decision, Entry, ReleaseLink, ScreeningNote
from app.entries.rules import RELEASE_PURPOSE, RUNG_WORDS, Rung, broken
from app.texts import film_moment, moment


def _page(entry: Entry) -> Link:
    return Link(f"/teacher/entries/{entry.id}")


def received(entry: Entry, teacher: User, *, zone: str) -> Message:
    """`zone` is the season's, in which the time of submitting is said."""
    return Message(
        teacher.email,
        "entries/received",
        {
            "name": teacher.name,
            "title": entry.title,
            "code": entry.code,
            "at": moment(entry.submitted_at, zone) if entry.submitted_at else "",
        },
        {"link": _page(entry)},
    )


def decided(
    entry: Entry,
    teacher: User,
    decision: Decision,
    rules: Sequence[Rule],
    notes: Sequence[ScreeningNote],
    *,
    until: datetime,
    zone: str,
) -> Message:
    """Accepted, returned or disqualified, with the rules broken and what was noted where.
    `until` is when a returned entry has to be back, said in the season's `zone`."""
    return Message(
        teacher.email,
        f"entries/{decision.verdict}",
        {
            "name": teacher.name,
            "title": entry.title,
            "reasons": [rule.said(rule.fault) for rule in broken(decision.reasons, rules)],
            "words": decision.words,
            "notes": [{"at": film_moment(n.at_seconds), "words": n.words} for n in notes],
            "until": moment(until, zone),
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


def release_refused(entry: Entry, teacher: User, refused: Sequence[Rung]) -> Message:
    """That a family said no, or takes a yes back, and to what. Whose family only the page says."""
    return Message(
        teacher.email,
        "entries/release_refused",
        {
            "name": teacher.name,
            "title": entry.title,
            "refused": [str(RUNG_WORDS[rung][0]) for rung in refused],
            "judged": Rung.JUDGED not in refused,
        },
        {"link": _page(entry)},
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
