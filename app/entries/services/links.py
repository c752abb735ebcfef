"""Links that a parent opens to allow or refuse each rung herself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import queries as people
from app.accounts.models import User
from app.contest import queries as contest
from app.core import audit, mail
from app.core.errors import Refused, require
from app.entries import notifications, permissions, queries, rules
from app.entries.models import AppearingPerson, Entry, ReleaseLink
from app.entries.rules import Rung, Signer
from app.entries.services.people import give, lock_person, take_back
from app.schools import queries as schools
from app.texts import SOURCE_LANGUAGE, language, text, use_language


def make_release_link(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    person: AppearingPerson,
    language_tag: str,
    now: datetime,
) -> ReleaseLink:
    """A fresh address for the family of one person; the one before stops taking answers."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    lock_person(session, person)
    for old in queries.release_links(session, person):
        if old.answered_at is None and old.closed_at is None:
            old.closed_at = now
    link = ReleaseLink(
        person_id=person.id,
        language=language_tag,
        made_by=actor.id,
        made_at=now,
        expires_at=now + timedelta(days=rules.LINK_DAYS),
        answers={},
        words={},
    )
    session.add(link)
    session.flush()
    audit.record(session, actor, "release.link-made", person.id, link=link.id)
    return link


def answer_release_link(
    session: Session,
    *,
    link: ReleaseLink,
    person: AppearingPerson,
    entry: Entry,
    answers: Mapping[Rung, bool],
    signer: Signer,
    signer_name: str,
    signed_on: date,
    copy_to: str,
    now: datetime,
) -> None:
    """What a parent, or the student from 18, allows and refuses, each rung by itself. Works once.
    With `copy_to` a copy is mailed and the address forgotten. The words as they were read are kept
    with the answers, in the language in force. Raises Refused."""
    lock_person(session, person)
    session.refresh(link)
    if reason := rules.why_not_answerable(link, now):
        raise Refused(reason)
    if set(answers) != set(Rung):
        raise Refused(text("Please answer each question with yes or no."))
    if reason := rules.why_not_signed_on(signed_on, now):
        raise Refused(reason)
    link.answered_at = now
    link.answered_language = language()
    link.signer = signer
    link.signer_name = signer_name
    link.answers = {rung.value: yes for rung, yes in answers.items()}
    link.words = {rung.value: " ".join(map(str, rules.RUNG_WORDS[rung])) for rung in answers}
    for rung, yes in answers.items():
        if yes:
            given = give(person, rung, signer=signer, form_name="", signed_on=signed_on, now=now)
            given.attested_by, given.link_id = None, link.id
        else:
            take_back(person, rung, now)
    session.flush()
    audit.record(session, None, "release.answered", person.id, link=link.id, answers=link.answers)
    if copy_to:
        season = contest.get_season(session, entry.season_id)
        mail.send(session, notifications.release_copy(copy_to, entry, season, link))
    if refused := [rung for rung, yes in answers.items() if not yes]:
        _tell_teacher(session, entry, refused)


def _tell_teacher(session: Session, entry: Entry, refused: Sequence[Rung]) -> None:
    """A family's no changes who sees the entry. In the teacher's language, not the family's."""
    teacher = people.get_user(session, entry.teacher_id)
    with use_language(SOURCE_LANGUAGE):
        mail.send(session, notifications.release_refused(entry, teacher, refused))


def take_release_back(
    session: Session,
    *,
    link: ReleaseLink,
    person: AppearingPerson,
    entry: Entry,
    rung: Rung,
    now: datetime,
) -> None:
    """Whoever answered changes a yes into a no; it works at once. A no never becomes a yes here."""
    lock_person(session, person)
    session.refresh(link)
    if not link.answers.get(rung.value):
        return
    # A no counts whichever of the family's links it came through.
    for each in queries.release_links(session, person):
        if each.answered_at is not None:
            each.answers = {**each.answers, rung.value: False}
    take_back(person, rung, now)
    session.flush()
    audit.record(session, None, "release.revoked", person.id, rung=rung, link=link.id)
    _tell_teacher(session, entry, [rung])
