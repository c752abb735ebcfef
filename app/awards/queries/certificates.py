"""Who gets which certificate, and what a code on one stands for."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.awards import rules
from app.awards.models import Award
from app.awards.queries.reach import showings
from app.awards.queries.winners import awards_of_season
from app.awards.rules import AwardKind, CertificateKind
from app.contest import rules as contest
from app.contest.models import Season
from app.core.signing import Signer
from app.entries import queries as entries
from app.entries.models import Entry
from app.entries.rules import EntryStatus
from app.judging import queries as judging
from app.texts import Text, text

_MARK = "certificate"


@dataclass(frozen=True)
class Sheet:
    """One certificate: whose, what it says of them, and the number its code is made of."""

    kind: CertificateKind
    key: int
    name: str
    words: Text


def code_of(signer: Signer, kind: CertificateKind, key: int) -> str:
    """The code that stands on such a certificate."""
    mark = signer.digest(_MARK, rules.certificate_subject(kind, key))
    return rules.certificate_code(kind, key, mark)


def participants(session: Session, season: Season, *, school_id: int | None = None) -> list[Sheet]:
    """For everybody who made an accepted entry, by school and title."""
    listed = [
        entry
        for entry in entries.accepted_entries(session, season)
        if school_id in (None, entry.school_id)
    ]
    listed.sort(key=lambda entry: (entry.school.name, entry.title, entry.id))
    return [
        Sheet(
            CertificateKind.PARTICIPANT,
            entry.id,
            name,
            text(
                "of %(team)s, %(school)s, took part in %(contest)s %(year)s with the film "
                "“%(title)s”.",
                **_said(entry, season),
            ),
        )
        for entry in listed
        for name in _names(entry)
    ]


def placed(session: Session, season: Season, *, school_id: int | None = None) -> list[Sheet]:
    """For everybody who made a film that got an award."""
    return [
        Sheet(
            CertificateKind.PLACEMENT,
            award.id,
            name,
            text(
                "of %(team)s, %(school)s: %(award)s in %(contest)s %(year)s for the film "
                "“%(title)s”.",
                award=rules.award_name(award),
                **_said(award.entry, season),
            ),
        )
        for award in awards_of_season(session, season)
        if award.entry is not None and school_id in (None, award.entry.school_id)
        for name in _names(award.entry)
    ]


def honored(session: Session, season: Season, *, issuer: str) -> list[Sheet]:
    """For everybody who made a film in first place, by whoever honors them (a legislature)."""
    return [
        Sheet(
            CertificateKind.LEGISLATURE,
            award.id,
            name,
            text(
                "%(issuer)s honors %(team)s, %(school)s, for the film “%(title)s”, which helps "
                "young people to be safe online: %(award)s in %(contest)s %(year)s.",
                issuer=issuer or season.name,
                award=rules.award_name(award),
                **_said(award.entry, season),
            ),
        )
        for award in awards_of_season(session, season)
        if award.entry is not None and award.kind == AwardKind.PLACEMENT and award.place == 1
        for name in _names(award.entry)
    ]


def thanked(session: Session, season: Season, *, whom: str, names: Sequence[str]) -> list[Sheet]:
    """For judges, teachers, partners, or the people named: `whom` is "judges", "teachers",
    "partners", "showings" or "volunteers". The names of volunteers are kept nowhere."""
    words = {
        "judges": text("judged the films of %(contest)s %(year)s.", **_of(season)),
        "teachers": text("guided students through %(contest)s %(year)s.", **_of(season)),
        "partners": text("carried %(contest)s %(year)s together with us.", **_of(season)),
        "showings": text("showed winning films of %(contest)s %(year)s.", **_of(season)),
        "volunteers": text("gave time and care to %(contest)s %(year)s.", **_of(season)),
    }[whom]
    found = {
        "judges": lambda: sorted(person.name for person in judging.judges_of(session, season)),
        "teachers": lambda: sorted(person.name for person in _teachers(session, season)),
        "partners": lambda: [partner.name for partner in season.partners],
        "showings": lambda: sorted(
            {each.name for each in showings(session, season) if each.accepted_at is not None}
        ),
        "volunteers": lambda: list(names),
    }[whom]()
    return [Sheet(CertificateKind.APPRECIATION, season.id, name, words) for name in found]


def _names(entry: Entry) -> list[str]:
    """Whom an entry's certificates are for: each of the team, or the team as one."""
    return [member.alias for member in entry.members] or [entry.team_name]


def _of(season: Season) -> dict[str, object]:
    return {"contest": season.name, "year": season.year}


def _said(entry: Entry, season: Season) -> dict[str, object]:
    said = {"team": entry.team_name, "school": entry.school.name, "title": entry.title}
    return {**said, **_of(season)}


def _teachers(session: Session, season: Season) -> list[User]:
    ids = {entry.teacher_id for entry in entries.accepted_entries(session, season)}
    return list(session.scalars(select(User).where(User.id.in_(ids), User.erased_at.is_(None))))


@dataclass(frozen=True)
class Certified:
    """What anybody is told of a certificate: no name, neither of a person nor of a film."""

    what: Text
    school: str
    """Empty on a certificate of appreciation."""
    contest: str
    year: int


def find_certified(
    session: Session, signer: Signer, typed: str, *, now: datetime
) -> Certified | None:
    """What a code stands for; None for one that we never gave, that is not announced yet, or whose
    award or entry is not there any more."""
    read = rules.read_certificate_code(typed)
    if read is None:
        return None
    kind, key, mark = read
    true = signer.digest(_MARK, rules.certificate_subject(kind, key))
    if not hmac.compare_digest(true[: len(mark)], mark):
        return None
    if kind is CertificateKind.APPRECIATION:
        return _told(session.get(Season, key), rules.CERTIFICATE_NAMES[kind], "", now)
    if kind is CertificateKind.PARTICIPANT:
        entry = session.get(Entry, key)
        if entry is None or entry.status != EntryStatus.ACCEPTED:
            return None
        season = session.get(Season, entry.season_id)
        return _told(season, rules.CERTIFICATE_NAMES[kind], entry.school.name, now)
    award = session.get(Award, key)
    if award is None or award.entry is None or award.entry.status != EntryStatus.ACCEPTED:
        return None
    season = session.get(Season, award.season_id)
    return _told(season, rules.award_name(award), award.entry.school.name, now)


def _told(season: Season | None, what: Text, school: str, now: datetime) -> Certified | None:
    if season is None or not contest.is_announced(season, now):
        return None
    return Certified(what, school, season.name, season.year)
