"""The demonstration's schools: districts, how we know them, their teachers, the agreement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.permissions import Role
from app.contest.models import Season
from app.contest.services import slug_of
from app.schools.models import (
    AgreementAcceptance,
    AgreementVersion,
    District,
    Membership,
    School,
    SchoolCheck,
)
from app.schools.rules import USUAL_AGREEMENT, CheckKind, tidy
from app.seed import names
from app.seed.outcome import People
from app.seed.stages import Stage

MakePerson = Callable[[str, str, Role], User]


class Schools:
    def __init__(self, session: Session, stage: Stage, now: datetime) -> None:
        self.session = session
        self.stage = stage
        self.now = now

    def make(self, people: People) -> list[School]:
        districts = [District(name=name) for name in names.DISTRICTS]
        self.session.add_all(districts)
        self.session.flush()
        schools = []
        for n, (facts, teacher) in enumerate(zip(names.SCHOOLS, people.teachers, strict=True)):
            waits = self.stage is Stage.REGISTRATION and n in (4, 9, 15)
            host = f"{slug_of(facts.name)}.example.org"
            school = School(
                name=facts.name,
                city=facts.city,
                web_page=f"https://{host}",
                grades=facts.grades,
                office_email=f"office@{host}" if n % 3 != 0 else "",
                created_at=self.now - timedelta(days=5 if waits else 400),
                approved_at=None if waits else self.now - timedelta(days=399),
            )
            school.district = districts[n % len(districts)]
            self.session.add(school)
            self.session.flush()
            self.session.add(Membership(school_id=school.id, user_id=teacher.id, lead=True))
            if not waits:
                self.session.add(self._check(school, people.organizer))
            schools.append(school)
        return schools

    def _check(self, school: School, organizer: User) -> SchoolCheck:
        """How it was made sure that it is the school, the day it registered."""
        at = school.created_at + timedelta(hours=4)
        if school.office_email:
            return SchoolCheck(
                school_id=school.id, kind=CheckKind.MAIL, at=at, address=school.office_email
            )
        return SchoolCheck(
            school_id=school.id,
            kind=CheckKind.CALL,
            at=at,
            called="Ms. Kahananui, school office",
            source="the school's web page",
            by_id=organizer.id,
        )

    def agree(self, season: Season, people: People, schools: list[School]) -> None:
        """Every approved school has accepted it but one, whose pages say so."""
        opened = min(season.registration_opens_at, self.now - timedelta(days=3))
        version = AgreementVersion(
            season_id=season.id,
            number=1,
            words=tidy(USUAL_AGREEMENT),
            created_at=opened,
            by_id=people.organizer.id,
        )
        self.session.add(version)
        self.session.flush()
        for n, (school, teacher) in enumerate(zip(schools, people.teachers, strict=True)):
            if school.approved_at is not None and n != names.WITHOUT_AGREEMENT:
                self.session.add(
                    AgreementAcceptance(
                        version_id=version.id,
                        school_id=school.id,
                        name=teacher.name,
                        at=opened + timedelta(hours=n + 1),
                        user_id=teacher.id,
                    )
                )

    def add_colleagues(self, schools: list[School], make_person: MakePerson) -> None:
        """At the first school a colleague, and a teacher who waits to be let in."""
        for number, (name, waits) in enumerate(names.COLLEAGUES):
            person = make_person(name, f"colleague{number + 1}", Role.TEACHER)
            self.session.add(
                Membership(
                    school_id=schools[0].id,
                    user_id=person.id,
                    waiting_since=self.now - timedelta(hours=2) if waits else None,
                )
            )
