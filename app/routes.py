"""All pages: the map of the site on one screen, and the menu of each area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, request, url_for

from app.accounts import views as accounts
from app.accounts.permissions import Permission
from app.awards import views as awards
from app.contest import queries as seasons
from app.contest import views as contest
from app.entries import views as entries
from app.judging import views as judging
from app.media import views as media
from app.reports import views as reports
from app.retention import views as retention
from app.schools import views as schools
from app.showcase import views as showcase
from app.texts import Text, text
from app.voting import views as voting
from app.web.access import find_actor
from app.web.addresses import ARCHIVE
from app.web.db import platform, session


def register(app: Flask) -> None:
    public = Blueprint("public", __name__)
    public.register_blueprint(showcase.public_pages)
    public.register_blueprint(voting.public_pages)
    public.register_blueprint(entries.public_pages)
    public.register_blueprint(contest.public_pages)
    public.register_blueprint(media.public_pages)
    public.register_blueprint(retention.public_pages)
    public.register_blueprint(judging.public_pages)
    public.register_blueprint(awards.public_pages)

    account = Blueprint("account", __name__, url_prefix="/account")
    account.register_blueprint(accounts.account)
    account.register_blueprint(schools.account)

    team = Blueprint("team", __name__, url_prefix="/team")
    team.register_blueprint(entries.team)

    teacher = Blueprint("teacher", __name__, url_prefix="/teacher")
    teacher.register_blueprint(entries.teacher_home)
    teacher.register_blueprint(entries.teacher, url_prefix="/entries")
    teacher.register_blueprint(schools.teacher, url_prefix="/school")
    teacher.register_blueprint(entries.teacher_handover, url_prefix="/school")
    teacher.register_blueprint(retention.teacher, url_prefix="/school")
    teacher.register_blueprint(judging.teacher)
    teacher.register_blueprint(voting.teacher)
    teacher.register_blueprint(awards.teacher)

    judge = Blueprint("judge", __name__, url_prefix="/judge")
    judge.register_blueprint(judging.judge)

    organizer = Blueprint("organizer", __name__, url_prefix="/organizer")
    organizer.register_blueprint(reports.organizer)
    organizer.register_blueprint(retention.organizer)
    organizer.register_blueprint(contest.organizer, url_prefix="/season")
    organizer.register_blueprint(schools.organizer, url_prefix="/schools")
    organizer.register_blueprint(entries.organizer_handover, url_prefix="/schools")
    organizer.register_blueprint(entries.organizer, url_prefix="/screening")
    organizer.register_blueprint(entries.organizer_translations, url_prefix="/translations")
    organizer.register_blueprint(judging.organizer, url_prefix="/judging")
    organizer.register_blueprint(voting.organizer, url_prefix="/vote")
    organizer.register_blueprint(awards.organizer, url_prefix="/awards")
    organizer.register_blueprint(awards.organizer_ceremony, url_prefix="/ceremony")
    organizer.register_blueprint(accounts.organizer, url_prefix="/people")
    organizer.register_blueprint(showcase.organizer_archive, url_prefix="/archive")

    for area in (public, account, team, teacher, judge, organizer):
        app.register_blueprint(area)


Item = tuple[Text, str, Permission | None]

MENUS: dict[str, tuple[Item, ...]] = {
    "public": (
        (text("Gallery"), "public.showcase.gallery", None),
        (text("Vote"), "public.voting.ballot", None),
        (text("Winners"), "public.showcase.winners", None),
        (text("Rules"), "public.showcase.rules", None),
        (text("Upload a video"), "team.entries.enter", None),
    ),
    "teacher": (
        (text("Entries"), "teacher.entries.index", Permission.ENTER_CONTEST),
        (text("School"), "teacher.schools.show", Permission.ENTER_CONTEST),
        (text("Class ballots"), "teacher.voting.class_ballots", Permission.ENTER_CONTEST),
        (text("Feedback"), "teacher.judging.feedback_list", Permission.ENTER_CONTEST),
        (text("Certificates"), "teacher.awards.school_certificates", Permission.ENTER_CONTEST),
    ),
    "judge": (
        (text("Queue"), "judge.judging.queue", Permission.JUDGE_ENTRIES),
        (text("Conflicts"), "judge.judging.conflicts", Permission.JUDGE_ENTRIES),
    ),
    "organizer": (
        (text("Overview"), "organizer.reports.dashboard", Permission.RUN_SEASON),
        (text("Season"), "organizer.contest.show", Permission.RUN_SEASON),
        (text("Schools"), "organizer.schools.index", Permission.RUN_SEASON),
        (text("Screening"), "organizer.entries.screening", Permission.SCREEN_ENTRIES),
        (text("Judging"), "organizer.judging.overview", Permission.RUN_SEASON),
        (text("Public vote"), "organizer.voting.overview", Permission.RUN_SEASON),
        (text("Held ballots"), "organizer.voting.held", Permission.DECIDE_ON_BALLOTS),
        (text("Awards"), "organizer.awards.overview", Permission.RUN_SEASON),
        (text("Ceremony"), "organizer.ceremony.overview", Permission.RUN_SEASON),
        (text("Archive"), "organizer.archive.overview", Permission.RUN_SEASON),
        (text("People"), "organizer.accounts.index", Permission.MANAGE_PEOPLE),
        (text("Jobs"), "organizer.reports.job_list", Permission.SEE_OPERATIONS),
        (text("Audit log"), "organizer.reports.audit_log", Permission.SEE_OPERATIONS),
        (text("Retention"), "organizer.retention.overview", Permission.SEE_OPERATIONS),
    ),
}
OUTBOX: Item = (text("Outbox"), "organizer.reports.outbox", Permission.SEE_OPERATIONS)

FOOTER: tuple[Item, ...] = (
    (text("Privacy"), "public.showcase.privacy", None),
    (text("Accessibility"), "public.showcase.accessibility", None),
    (text("Help"), "public.showcase.help_page", None),
    (text("News"), "public.showcase.news", None),
    (text("Check a certificate"), "public.awards.look_up", None),
)


@dataclass(frozen=True)
class MenuItem:
    label: Text
    url: str
    current: bool


@dataclass(frozen=True)
class Site:
    """What every page says about the contest."""

    name: str
    tagline: str
    year: int | None
    demonstration: bool
    software: str = "Hoike"


def shared() -> dict[str, Any]:
    """What every page shows: the site, its menus, who is signed in."""
    year = request.environ.get(ARCHIVE)
    season = seasons.find_current_season(session())
    if year is not None:
        season = seasons.get_season_of_year(session(), year)
    site = Site(
        name=season.name if season else "Hoike",
        tagline=season.tagline if season else "",
        year=season.year if season else None,
        demonstration=platform().demonstration,
    )
    if year is not None:
        return {"site": site, "archived": True, "account_menu": []} | _archived_menus(year)
    area = (request.blueprint or "public").partition(".")[0]
    items = MENUS.get(area, MENUS["public"])
    if area == "organizer" and platform().demonstration:
        items = (*items, OUTBOX)
    return {
        "site": site,
        "archived": False,
        "menu": _shown(items),
        "account_menu": _account_menu(),
        "footer_menu": _shown(FOOTER),
    }


def _archived_menus(year: int) -> dict[str, list[MenuItem]]:
    """What there is to go to in a season that is a folder of files."""
    menu = (
        (text("Winners"), url_for("public.showcase.winners_of", year=year)),
        (text("Gallery"), url_for("public.showcase.gallery", year=year)),
        (text("Rules"), url_for("public.showcase.rules", year=year)),
    )
    footer = [(label, url_for(endpoint)) for label, endpoint, _permission in FOOTER[:3]]
    return {
        "menu": [MenuItem(label, url, False) for label, url in menu],
        "footer_menu": [MenuItem(label, url, False) for label, url in footer],
    }


def _shown(items: tuple[Item, ...]) -> list[MenuItem]:
    person = find_actor()
    here = request.endpoint or ""
    found = []
    for label, endpoint, permission in items:
        if permission is None or (person is not None and person.may(permission)):
            same_place = here.rpartition(".")[0] == endpoint.rpartition(".")[0]
            url = url_for(endpoint)
            current = here == endpoint or (
                same_place and permission is not None and request.path.startswith(url)
            )
            found.append(MenuItem(label, url, current))
    return found


def _account_menu() -> list[MenuItem]:
    person = find_actor()
    if person is None:
        return [MenuItem(text("Sign in"), url_for("account.accounts.sign_in"), False)]
    items = [
        MenuItem(label, url_for(menu[0][1]), False)
        for label, menu in (
            (text("My entries"), MENUS["teacher"]),
            (text("My queue"), MENUS["judge"]),
        )
        if person.may(menu[0][2] or "")
    ]
    if person.may(Permission.RUN_SEASON):
        items.append(
            MenuItem(text("Organizers' pages"), url_for("organizer.reports.dashboard"), False)
        )
    elif person.may(Permission.SCREEN_ENTRIES):
        items.append(MenuItem(text("Screening"), url_for("organizer.entries.screening"), False))
    items.append(MenuItem(text("My account"), url_for("account.accounts.settings"), False))
    return items
