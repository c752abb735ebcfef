"""Finding schools and what belongs to them, always for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.contest import queries as contest
from app.contest.models import Season
from app.core.errors import NotFound, require
from app.schools import permissions, rules
from app.schools.models import (
    AgreementAcceptance,
    AgreementVersion,
    DeadlineExtension,
    District,
    Membership,
    School,
    SchoolCheck,
)
from app.texts import Text


def find_membership(session: Session, user: User) -> Membership | None:
    """Where she teaches. Somebody who waits to be let in teaches nowhere yet."""
    return session.scalar(
        select(Membership).where(Membership.user_id == user.id, Membership.waiting_since.is_(None))
    )


def find_request(session: Session, user: User) -> Membership | None:
    """The school she asked to be let into, while its lead has not answered."""
    return session.scalar(
        select(Membership).where(
            Membership.user_id == user.id, Membership.waiting_since.is_not(None)
        )
    )


def get_membership(session: Session, user: User) -> Membership:
    """Where this teacher teaches. Raises NotFound for somebody who teaches nowhere."""
    found = find_membership(session, user)
    if found is None:
        raise NotFound
    return found


def get_teacher_for(session: Session, actor: User, membership_id: int) -> Membership:
    """Somebody who teaches (or waits) at a school the actor may see."""
    found = session.get(Membership, membership_id)
    if found is None or not permissions.can_see(
        actor, found.school, find_membership(session, actor)
    ):
        raise NotFound
    return found


def get_school_for(session: Session, actor: User, school_id: int) -> School:
    """A school for somebody who may see it; for everybody else there is none."""
    school = session.get(School, school_id)
    if school is None or not permissions.can_see(actor, school, find_membership(session, actor)):
        raise NotFound
    return school


def schools_for(session: Session, actor: User) -> list[School]:
    """Every school, for an organizer; those that wait come first."""
    require(permissions.can_approve(actor))
    return list(
        session.scalars(
            select(School).order_by(
                School.approved_at.is_not(None),
                School.turned_down_at.is_not(None),
                School.listed_at.is_not(None),
                School.name,
            )
        )
    )


def approved_schools(session: Session) -> list[School]:
    return list(
        session.scalars(select(School).where(School.approved_at.is_not(None)).order_by(School.name))
    )


def extended_to(session: Session, season_id: int, school_id: int) -> datetime | None:
    """Until when this school may submit, if it was given more time."""
    return session.scalar(
        select(DeadlineExtension.until)
        .where(DeadlineExtension.season_id == season_id, DeadlineExtension.school_id == school_id)
        .order_by(DeadlineExtension.id.desc())
        .limit(1)
    )


def extensions(session: Session, season_id: int, school_id: int) -> list[DeadlineExtension]:
    """Every extension a school was given in a season, newest first."""
    return list(
        session.scalars(
            select(DeadlineExtension)
            .where(
                DeadlineExtension.season_id == season_id,
                DeadlineExtension.school_id == school_id,
            )
            .order_by(DeadlineExtension.id.desc())
        )
    )


def schools_to_join(session: Session) -> list[School]:
    """What a teacher may choose at registration: approved schools, and those on the organizers'
    list that nobody has registered for yet."""
    return list(
        session.scalars(
            select(School)
            .where(
                School.turned_down_at.is_(None),
                School.approved_at.is_not(None) | School.listed_at.is_not(None),
            )
            .order_by(School.name, School.city)
        )
    )


def members(session: Session, school: School) -> list[Membership]:
    """Who teaches there, the lead first; not who waits to be let in."""
    return list(
        session.scalars(
            select(Membership)
            .where(Membership.school_id == school.id, Membership.waiting_since.is_(None))
            .order_by(Membership.lead.desc(), Membership.id)
        )
    )


def leads(session: Session, school: School) -> list[User]:
    """Who leads the school: one person, or nobody yet."""
    return [member.user for member in members(session, school) if member.lead]


def waiting_members(session: Session, school: School) -> list[Membership]:
    return list(
        session.scalars(
            select(Membership)
            .where(Membership.school_id == school.id, Membership.waiting_since.is_not(None))
            .order_by(Membership.waiting_since, Membership.id)
        )
    )


def members_of_schools(session: Session) -> dict[int, list[Membership]]:
    """All memberships by school, in one query."""
    found: dict[int, list[Membership]] = {}
    for membership in session.scalars(
        select(Membership)
        .where(Membership.waiting_since.is_(None))
        .order_by(Membership.lead.desc(), Membership.id)
    ):
        found.setdefault(membership.school_id, []).append(membership)
    return found


def districts(session: Session) -> list[District]:
    return list(session.scalars(select(District).order_by(District.name)))


def get_district_for(session: Session, actor: User, district_id: int) -> District:
    require(permissions.can_approve(actor))
    found = session.get(District, district_id)
    if found is None:
        raise NotFound
    return found


def find_district(session: Session, name: str) -> District | None:
    """The district of that name, whatever its case."""
    wanted = rules.key_of(name, "")
    return next((d for d in districts(session) if rules.key_of(d.name, "") == wanted), None)


def count_by_district(session: Session) -> dict[int | None, int]:
    rows = session.execute(
        select(School.district_id, func.count(School.id)).group_by(School.district_id)
    )
    return {district_id: int(count) for district_id, count in rows}


def checks(session: Session, school: School) -> list[SchoolCheck]:
    return list(
        session.scalars(
            select(SchoolCheck).where(SchoolCheck.school_id == school.id).order_by(SchoolCheck.id)
        )
    )


def school_domains(session: Session) -> list[str]:
    """The list of the current season."""
    season = contest.find_current_season(session)
    return list(season.school_domains) if season else []


def proofs(session: Session, school: School) -> list[rules.Proof]:
    """Which confirmed addresses show, as things stand now, that it is the school."""
    return rules.mail_proofs(
        school, leads(session, school), checks(session, school), school_domains(session)
    )


def agreement_versions(session: Session, season: Season) -> list[AgreementVersion]:
    """Newest first."""
    return list(
        session.scalars(
            select(AgreementVersion)
            .where(AgreementVersion.season_id == season.id)
            .order_by(AgreementVersion.number.desc())
        )
    )


def find_agreement(session: Session, season_id: int) -> AgreementVersion | None:
    """The version in force; None in a season without an agreement."""
    return session.scalar(
        select(AgreementVersion)
        .where(AgreementVersion.season_id == season_id)
        .order_by(AgreementVersion.number.desc())
        .limit(1)
    )


def newest_agreement(session: Session) -> AgreementVersion | None:
    """The last one written for any season: what the next season's begins with."""
    return session.scalar(
        select(AgreementVersion)
        .join(Season, Season.id == AgreementVersion.season_id)
        .order_by(Season.year.desc(), AgreementVersion.number.desc())
        .limit(1)
    )


def acceptances(session: Session, school: School, season: Season) -> list[AgreementAcceptance]:
    """What the school accepted this season, the newest version first."""
    return list(
        session.scalars(
            select(AgreementAcceptance)
            .join(AgreementVersion)
            .where(
                AgreementAcceptance.school_id == school.id,
                AgreementVersion.season_id == season.id,
            )
            .order_by(AgreementVersion.number.desc())
        )
    )


def acceptances_of(
    session: Session, version: AgreementVersion, schools: Sequence[School]
) -> dict[int, AgreementAcceptance]:
    """By school."""
    found = session.scalars(
        select(AgreementAcceptance).where(
            AgreementAcceptance.version_id == version.id,
            AgreementAcceptance.school_id.in_([school.id for school in schools]),
        )
    )
    return {acceptance.school_id: acceptance for acceptance in found}


def why_not_agreed(session: Session, school_id: int, season_id: int) -> Text | None:
    """Why the school's teams can't begin an upload in this season, or None."""
    version = find_agreement(session, season_id)
    if version is None:
        return None
    acceptance = session.scalar(
        select(AgreementAcceptance).where(
            AgreementAcceptance.version_id == version.id,
            AgreementAcceptance.school_id == school_id,
        )
    )
    return rules.why_not_agreed(version, acceptance)


def mail_host_kind(session: Session, address: str, school_domains: Iterable[str]) -> rules.HostKind:
    """Who has mail where `address` is: anybody, a school's people, or few."""
    host = rules.mail_host(address)
    if host is None or rules.is_free_mail(host):
        return rules.HostKind.ANYBODY
    known = session.execute(select(School.web_page, School.office_email))
    if rules.why_own(address, "", school_domains) or any(
        rules.shares_domain(address, page, office) for page, office in known
    ):
        return rules.HostKind.SCHOOL
    return rules.HostKind.RARE
