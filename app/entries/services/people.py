"""Who can be seen or heard, and what each of them has released."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.errors import Refused, require
from app.entries import permissions, rules
from app.entries.models import AppearingPerson, Entry, Release
from app.entries.rules import Rung
from app.entries.services.details import editable
from app.schools import queries as schools
from app.texts import text


def add_person(
    session: Session, *, actor: User, entry: Entry, alias: str, now: datetime
) -> AppearingPerson:
    """Somebody who can be seen or heard. Nothing is released yet."""
    editable(session, actor, entry, now)
    if len(entry.people) >= 60:
        raise Refused(text("Sixty people is as many as this list takes."))
    person = AppearingPerson(alias=alias.strip())
    entry.people.append(person)
    entry.updated_at = now
    session.flush()
    audit.record(session, actor, "entry.person-added", entry.id, person=person.id)
    return person


def remove_person(
    session: Session, *, actor: User, entry: Entry, person: AppearingPerson, now: datetime
) -> None:
    editable(session, actor, entry, now)
    audit.record(session, actor, "entry.person-removed", entry.id, person=person.id)
    entry.people.remove(person)
    entry.updated_at = now


def attest_release(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    person: AppearingPerson,
    rungs: Collection[Rung],
    form_name: str,
    signed_on: date,
    now: datetime,
) -> None:
    """Record which rungs the signed form kept at the school gives, and that the others are not
    given. Possible at any time: a family may change its mind after the deadline too. Raises Refused
    for a day to come."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    if reason := rules.why_not_signed_on(signed_on, now):
        raise Refused(reason)
    known = {release.rung: release for release in person.releases}
    for rung in Rung:
        release = known.get(rung)
        if rung in rungs:
            if release is None:
                release = Release(rung=rung)
                person.releases.append(release)
                deed = "release.attested"
            elif release.revoked_at is not None:
                deed = "release.attested"
            elif (release.form_name, release.signed_on) != (form_name, signed_on):
                deed = "release.corrected"
            else:
                continue
            release.form_name = form_name
            release.signed_on = signed_on
            release.attested_by = actor.id
            release.attested_at = now
            release.revoked_at = None
            audit.record(session, actor, deed, person.id, rung=rung)
        elif release is not None and release.revoked_at is None:
            release.revoked_at = now
            audit.record(session, actor, "release.revoked", person.id, rung=rung)
    entry.updated_at = now
    session.flush()
