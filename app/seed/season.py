"""Builds the demonstration: last year's winners, and this year's season in the stage asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant, User
from app.accounts.permissions import Role
from app.awards.models import Award
from app.awards.queries import FILM_JOB, film_subject
from app.awards.rules import AwardKind
from app.contest import queries as contest
from app.contest.models import Partner, Season, Signatory
from app.contest.rules import DATE_ORDER, PartnerKind, checklist, default_rules
from app.contest.services import create_season, slug_of
from app.core import jobs
from app.core.db import will_write
from app.core.platform import Platform
from app.core.signing import Keyring
from app.entries import rules as entry_rules
from app.entries.models import AppearingPerson, Cue, Decision, Entry, Release, TeamCode, TeamMember
from app.entries.rules import AiUse, CueKind, EntryStatus, Rung
from app.entries.services import draw_team_code
from app.media.models import Asset
from app.schools.models import School
from app.seed import films, names, words
from app.seed.films import Film
from app.seed.outcome import Outcome, People
from app.seed.practice import add_practice_clips, films_of_practice
from app.seed.schools import Schools
from app.seed.stages import DAYS, DAYS_OF_LAST_YEAR, Stage, has_reached

Say = Callable[[str], None]


def seed(
    platform: Platform, stage: Stage, *, now: datetime, say: Say, titles_each: int | None = None
) -> None:
    """Fill an empty database with a demonstration in `stage`. Films are made first, as it takes a
    while; the database is then filled in one transaction.

    `titles_each` makes it a small one, with at most so many entries in each category. Raises
    ValueError when there is a season already.
    """
    now = now.replace(minute=0, second=0, microsecond=0)  # Deadlines fall on the hour.
    with platform.sessions() as session:
        if session.scalar(select(Season.id).limit(1)) is not None:
            raise ValueError("There is a season in this database already.")
    listed = films_of_season(titles_each)
    say(f"Making {len(listed)} short films …")
    assets = films.make_assets(platform.storage, platform.work_dir, listed, now=now, say=say)
    say(f"Setting up the season (stage: {stage}) …")
    with platform.sessions() as session:
        will_write(session)
        fill(session, stage, assets, voters=platform.voters, now=now, titles_each=titles_each)
        session.commit()


def fill(
    session: Session,
    stage: Stage,
    assets: Mapping[int, Asset],
    *,
    voters: Keyring,
    now: datetime,
    titles_each: int | None = None,
) -> None:
    """Set up both seasons around `assets`, one for the number of each of `films_of_season`."""
    chance = random.Random(61)  # noqa: S311
    _Seeder(session, stage, now, assets, chance, titles_each, voters).run()


def films_of_season(titles_each: int | None = None) -> list[Film]:
    """The films of this year's season, of last year's winners, numbered from 100, and to practice
    on."""
    titles = [t for group in names.TITLES.values() for t in group[:titles_each]]
    this_year = [
        Film(n, title, names.FILM_SUBTITLES[n % len(names.FILM_SUBTITLES)])
        for n, title in enumerate(titles)
    ]
    last_year = [
        Film(100 + n, title, names.FILM_SUBTITLES[n % len(names.FILM_SUBTITLES)])
        for n, (_, title) in enumerate(_titles_of_last_year(titles_each))
    ]
    return this_year + last_year + films_of_practice()


def _titles_of_last_year(titles_each: int | None) -> list[tuple[int, str]]:
    """Three places of three categories: (category, title), all the first places first."""
    return [
        (category, titles[place])
        for place in range(3 if titles_each is None else min(3, titles_each))
        for category, titles in names.TITLES_OF_LAST_YEAR.items()
    ]


class _Seeder:
    def __init__(
        self,
        session: Session,
        stage: Stage,
        now: datetime,
        assets: Mapping[int, Asset],
        chance: random.Random,
        titles_each: int | None,
        voters: Keyring,
    ) -> None:
        self.voters = voters
        self.session = session
        self.stage = stage
        self.now = now
        self.assets = assets
        self.chance = chance
        self.titles_each = titles_each
        self.codes: set[str] = set()

    def run(self) -> None:
        people = self._people()
        founding = Schools(self.session, self.stage, self.now)
        schools = founding.make(people)
        self._last_year(people, schools)
        season = self._season()
        founding.agree(season, people, schools)
        founding.add_colleagues(schools, self._person)
        self._entries(season, schools, people)
        Outcome(self.session, season, people, self.stage, self.chance, self.voters, self.now).run()
        add_practice_clips(self.session, season, self.assets)

    def _person(self, name: str, address: str, role: Role) -> User:
        # Judges get their mail elsewhere: a school's own host would keep them from it.
        host = "panel.demonstration.example" if role is Role.JUDGE else "demonstration.example"
        user = User(
            email=f"{address}@{host}",
            name=name,
            created_at=self.now - timedelta(days=500),
            email_confirmed_at=self.now - timedelta(days=500),
            demonstration=True,
        )
        user.role_grants = [RoleGrant(role=role)]
        self.session.add(user)
        self.session.flush()
        return user

    def _people(self) -> People:
        organizer = self._person("Olivia Organizer", "organizer", Role.ORGANIZER)
        first = names.SCHOOLS[0]
        teachers = [self._person(first.teacher, "teacher", Role.TEACHER)]
        judges = [self._person(names.JUDGES[0], "judge", Role.JUDGE)]
        screener = self._person("Sasha Screener", "screener", Role.SCREENER)
        teachers += [
            self._person(facts.teacher, f"teacher{n}", Role.TEACHER)
            for n, facts in enumerate(names.SCHOOLS[1:], start=2)
        ]
        judges += [
            self._person(name, f"judge{n}", Role.JUDGE)
            for n, name in enumerate(names.JUDGES[1:], start=2)
        ]
        return People(organizer, screener, teachers, judges)

    def _dates(self, days: Sequence[float]) -> dict[str, datetime]:
        return {
            name: self.now + timedelta(days=after)
            for name, after in zip(DATE_ORDER, days, strict=True)
        }

    def _new_season(self, year: int, days: Sequence[float]) -> Season:
        season = create_season(
            self.session,
            actor=None,
            year=year,
            name="Island Internet Safety Awards",
            zone="Pacific/Honolulu",
            now=self.now,
            dates=self._dates(days),
        )
        season.tagline = words.TAGLINE
        season.place = "Honolulu, Hawaiʻi"
        season.about = words.ABOUT
        season.contact_email = "hello@demonstration.example"
        season.privacy_contact = "privacy@demonstration.example"
        season.school_domains = ["edu", "k12.hi.us"]
        season.partners = [
            Partner(name="Harbor City Police", kind=PartnerKind.PRESENTER, position=0),
            Partner(name="Channel 8 Islands", kind=PartnerKind.BROADCASTER, position=1),
            Partner(name="Reef Cable", kind=PartnerKind.PARTNER, position=2),
        ]
        season.signatories = [
            Signatory(name="Noelani Kahananui", title="Chief of Police", position=0),
            Signatory(name="Grace Tanaka", title="Superintendent of Schools", position=1),
        ]
        self.session.flush()
        return season

    def _season(self) -> Season:
        days = DAYS[self.stage]
        year = (self.now + timedelta(days=days[-1])).year
        last = self.session.scalar(select(Season.year)) or year - 1
        season = self._new_season(max(year, last + 1), days)
        if self.stage is Stage.ANNOUNCED:
            season.vote_closes_at = self.now - timedelta(days=10)
        words.tell_news(self.session, season, self.now)
        return season

    def _entry(
        self, season: Season, school: School, teacher: User, place: int, title: str, number: int
    ) -> Entry:
        """A complete, released and captioned entry with its film, as a draft."""
        category = season.categories[place]
        opened = min(season.submissions_open_at + timedelta(days=3), self.now)
        helped = number % 6 == 0
        entry = Entry(
            season_id=season.id,
            school_id=school.id,
            teacher_id=teacher.id,
            code=entry_rules.ENTRY_CODE_LETTERS[number // 20]
            + entry_rules.ENTRY_CODE_LETTERS[number % 20 + 5]
            + self.chance.choice("ACEHKMR")
            + self.chance.choice("34789"),
            title=title,
            synopsis=names.SYNOPSES[number % len(names.SYNOPSES)],
            team_name=names.TEAMS[number % len(names.TEAMS)],
            ai_use=AiUse.HELPED if helped else AiUse.NONE,
            ai_words="Ideas for the title." if helped else "",
            original_work=True,
            people_complete=True,
            cues_complete=True,
            captions=names.CAPTIONS,
            created_at=opened,
            updated_at=opened,
        )
        entry.category = category
        entry.division = season.divisions[number % len(season.divisions)]
        entry.school = school
        entry.people = [
            self._released(alias, teacher, opened)
            for alias in self.chance.sample(names.ALIASES, self.chance.randint(1, 3))
        ]
        if number % 3 == 0:
            entry.cues = [
                Cue(
                    kind=CueKind.MUSIC,
                    title="Low Tide",
                    author="the team's own ukulele club",
                    source="recorded at school",
                    licence="written permission",
                )
            ]
        entry.members = [
            TeamMember(alias=alias)
            for alias in self.chance.sample(names.ALIASES, self.chance.randint(2, 5))
        ]
        entry.team_codes = [TeamCode(code=self._team_code(), created_at=opened)]
        self.session.add(entry)
        return entry

    def _team_code(self) -> str:
        """Letters no other team of this run has: of a million codes, a hundred draws would
        otherwise hold the same one twice now and then."""
        while (code := draw_team_code()) in self.codes:
            pass
        self.codes.add(code)
        return code

    def _released(self, alias: str, teacher: User, at: datetime) -> AppearingPerson:
        person = AppearingPerson(alias=alias)
        person.releases = [
            Release(
                rung=rung,
                form_name="Event release, school office",
                signed_on=date(at.year, at.month, at.day),
                attested_by=teacher.id,
                attested_at=at,
            )
            for rung in (Rung.JUDGED, Rung.PUBLIC, Rung.WINNER)
        ]
        return person

    def _give_film(self, entry: Entry, number: int) -> None:
        asset = self.assets[number]
        self.session.add(asset)
        self.session.flush()
        entry.asset_id = asset.id

    def _submit(self, entry: Entry, at: datetime) -> None:
        season = contest.get_season(self.session, entry.season_id)
        entry.rule_set_id = contest.get_rule_set(self.session, season).id
        entry.status = EntryStatus.SUBMITTED
        entry.submitted_at = at

    def _accept(self, entry: Entry, people: People, at: datetime) -> None:
        entry.status = EntryStatus.ACCEPTED
        entry.slug = f"{slug_of(entry.title)}-{entry.season_id}"
        entry.cleared_at, entry.cleared_by = at, people.organizer.id
        entry.decisions.append(
            Decision(
                screener_id=people.screener.id,
                at=at,
                verdict=EntryStatus.ACCEPTED,
                rule_set_id=entry.rule_set_id,
                checked=sorted(rule.code for rule in checklist(default_rules())),
                reasons=[],
            )
        )

    def _send_back(self, entry: Entry, people: People, at: datetime, verdict: EntryStatus) -> None:
        entry.status = verdict
        entry.decisions.append(
            Decision(
                screener_id=people.screener.id,
                at=at,
                verdict=verdict,
                rule_set_id=entry.rule_set_id,
                checked=[],
                reasons=["rights"],
                words="The song in the second half is in the charts. Please use another.",
            )
        )

    def _last_year(self, people: People, schools: list[School]) -> None:
        year = (self.now - timedelta(days=366)).year
        season = self._new_season(year, DAYS_OF_LAST_YEAR)
        season.announced_at = season.announcement_at
        for n, (category, title) in enumerate(_titles_of_last_year(self.titles_each)):
            school, teacher = self._of(schools, people, n * 5)
            entry = self._entry(season, school, teacher, category, title, n)
            self._give_film(entry, 100 + n)
            self._submit(entry, season.submissions_close_at)
            self._accept(entry, people, season.submissions_close_at)
            entry.finalist_at = season.judging_closes_at
            self.session.flush()
            self._award(season, entry, AwardKind.PLACEMENT, n // 3 + 1)
            if n == 4:
                self._award(season, entry, AwardKind.PEOPLES_CHOICE, None)
            jobs.enqueue(self.session, FILM_JOB, subject=film_subject(entry.id), entry_id=entry.id)

    def _award(self, season: Season, entry: Entry, kind: AwardKind, place: int | None) -> None:
        self.session.add(
            Award(
                season_id=season.id,
                entry_id=entry.id,
                kind=kind,
                place=place,
                category_id=entry.category_id if place else None,
                given_at=season.announcement_at,
            )
        )

    def _of(self, schools: list[School], people: People, n: int) -> tuple[School, User]:
        place = n % len(schools)
        return schools[place], people.teachers[place]

    def _entries(self, season: Season, schools: list[School], people: People) -> None:
        number = 0
        for place, titles in names.TITLES.items():
            for title in titles[: self.titles_each]:
                school, teacher = self._of(schools, people, number)
                if self.stage is Stage.REGISTRATION and school.approved_at is None:
                    school, teacher = schools[0], people.teachers[0]
                entry = self._entry(season, school, teacher, place, title, number)
                self._bring_to_stage(entry, season, people, number)
                number += 1
        self.session.flush()

    def _bring_to_stage(self, entry: Entry, season: Season, people: People, number: int) -> None:
        if self.stage is Stage.REGISTRATION:
            entry.people_complete = entry.cues_complete = False
            entry.captions = ""
            return
        if self.stage is Stage.SUBMISSIONS and number % 5 == 4:
            entry.captions = ""
            entry.cues_complete = False
            return
        self._give_film(entry, number)
        if self.stage is Stage.SUBMISSIONS and number % 5 >= 2:
            return
        at = min(season.submissions_close_at, self.now) - timedelta(hours=number * 3 + 1)
        self._submit(entry, at)
        if number in (17, 38):
            self._send_back(entry, people, at + timedelta(hours=8), EntryStatus.DISQUALIFIED)
        elif has_reached(self.stage, Stage.JUDGING) or number % 3 == 0:
            self._accept(entry, people, at + timedelta(hours=8))
        elif number == 10:
            self._send_back(entry, people, at + timedelta(hours=8), EntryStatus.RETURNED)
