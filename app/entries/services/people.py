"""Who made it, who can be seen or heard, and what was released for each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.core import audit
from app.core.errors import Refused, require
from app.entries import permissions, queries, rules
from app.entries.models import AppearingPerson, Entry, Release, TeamMember
from app.entries.rules import Rung, Signer
from app.entries.services.details import editable
from app.schools import queries as schools
from app.texts import text


def save_members(
    session: Session, *, actor: User, entry: Entry, aliases: Sequence[str], now: datetime
) -> None:
    """Who is in the team, in this order. Raises Refused for more than the rules allow."""
    editable(session, actor, entry, now)
    season = contest.get_season(session, entry.season_id)
    named = [alias.strip() for alias in aliases if alias.strip()]
    if len(named) > season.team_most:
        most = season.team_most
        raise Refused(text("A team has %(most)s students at most.", most=most))
    if named != [member.alias for member in entry.members]:
        entry.members = [TeamMember(alias=alias) for alias in named]
    entry.updated_at = now
    session.flush()


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
    links = queries.release_links(session, person)
    if rules.refused_rungs(links):
        raise Refused(
            text(
                "The family said no to something through its link, and that has to stay on record. "
                "If this person is not in the video any more, please write to the organizers."
            )
        )
    audit.record(session, actor, "entry.person-removed", entry.id, person=person.id)
    for link in links:
        session.delete(link)
    entry.people.remove(person)
    entry.updated_at = now


def attest_release(
    session: Session,
    *,
    actor: User,
    entry: Entry,
    person: AppearingPerson,
    rungs: Collection[Rung],
    signer: Signer,
    form_name: str,
    signed_on: date,
    now: datetime,
) -> None:
    """Record which rungs the signed form kept at the school gives, and that the others are not
    given. Possible at any time: a family may change its mind after the deadline too. Raises Refused
    for a day to come, for what the signer can't give, and for a rung a parent refused herself."""
    require(permissions.can_edit(actor, entry, schools.find_membership(session, actor)))
    if reason := rules.why_not_signed_on(signed_on, now) or rules.why_not_signed_by(signer, rungs):
        raise Refused(reason)
    lock_person(session, person)
    refused = rules.refused_rungs(queries.release_links(session, person))
    if refused & set(rungs):
        raise Refused(
            text(
                "Through the link the family said no to this. If it changed its mind, make a new "
                "link for it."
            )
        )
    known = {release.rung: release for release in person.releases}
    for rung in Rung:
        release = known.get(rung)
        if rung in rungs:
            said = (signer, form_name, signed_on)
            if release is None or release.revoked_at is not None:
                deed = "release.attested"
            elif (release.signer, release.form_name, release.signed_on) != said:
                deed = "release.corrected"
            else:
                continue
            given = give(
                person, rung, signer=signer, form_name=form_name, signed_on=signed_on, now=now
            )
            given.attested_by, given.link_id = actor.id, None
            audit.record(session, actor, deed, person.id, rung=rung)
        elif release is not None and release.revoked_at is None:
            take_back(person, rung, now)
            audit.record(session, actor, "release.revoked", person.id, rung=rung)
    entry.updated_at = now
    session.flush()


def lock_person(session: Session, person: AppearingPerson) -> None:
    """Wait for whoever else answers for this person just now, and see what was answered."""
    session.flush()
    session.refresh(person, with_for_update=True)
    for release in person.releases:
        session.refresh(release)


def give(
    person: AppearingPerson,
    rung: str,
    *,
    signer: str,
    form_name: str,
    signed_on: date,
    now: datetime,
) -> Release:
    """Mark a rung as given; whoever calls says by whom."""
    release = next((r for r in person.releases if r.rung == rung), None)
    if release is None:
        release = Release(rung=rung)
        person.releases.append(release)
    release.signer = signer
    release.form_name = form_name
    release.signed_on = signed_on
    release.attested_at = now
    release.revoked_at = None
    return release


def take_back(person: AppearingPerson, rung: str, now: datetime) -> None:
    """Mark a rung as no longer given, if it was."""
    for release in person.releases:
        if release.rung == rung and release.revoked_at is None:
            release.revoked_at = now
