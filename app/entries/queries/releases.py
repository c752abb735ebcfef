"""Who appears in an entry, and the links made for their families."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFound
from app.entries.models import AppearingPerson, Entry, ReleaseLink


def get_person(entry: Entry, person_id: int) -> AppearingPerson:
    person = next((p for p in entry.people if p.id == person_id), None)
    if person is None:
        raise NotFound
    return person


def release_links(session: Session, person: AppearingPerson) -> list[ReleaseLink]:
    """Every link made for somebody's family, oldest first."""
    return list(
        session.scalars(
            select(ReleaseLink)
            .where(ReleaseLink.person_id == person.id)
            .order_by(ReleaseLink.made_at, ReleaseLink.id)
        )
    )


def release_links_of(session: Session, entry: Entry) -> dict[int, ReleaseLink]:
    """The newest link of each appearing person, by person."""
    ids = [person.id for person in entry.people]
    if not ids:
        return {}
    found = session.scalars(
        select(ReleaseLink).where(ReleaseLink.person_id.in_(ids)).order_by(ReleaseLink.id)
    )
    return {link.person_id: link for link in found}


def get_release_link(session: Session, link_id: int) -> tuple[ReleaseLink, AppearingPerson, Entry]:
    """What a parent's link is about. Raises NotFound when it is gone with its entry."""
    link = session.get(ReleaseLink, link_id)
    if link is None:
        raise NotFound
    person = session.get_one(AppearingPerson, link.person_id)
    return link, person, session.get_one(Entry, person.entry_id)
