"""All pages: the map of the site on one screen, and the menu of each area."""

from __future__ import annotations

from flask import Blueprint, Flask

from app.accounts import views as accounts
from app.contest import views as contest
from app.schools import views as schools


def register(app: Flask) -> None:
    public = Blueprint("public", __name__)
    public.register_blueprint(contest.public_pages)

    account = Blueprint("account", __name__, url_prefix="/account")
    account.register_blueprint(accounts.account)
    account.register_blueprint(schools.account)

    teacher = Blueprint("teacher", __name__, url_prefix="/teacher")
    teacher.register_blueprint(schools.teacher, url_prefix="/school")

    organizer = Blueprint("organizer", __name__, url_prefix="/organizer")
    organizer.register_blueprint(contest.organizer, url_prefix="/season")
    organizer.register_blueprint(schools.organizer, url_prefix="/schools")
    organizer.register_blueprint(accounts.organizer, url_prefix="/people")

    for area in (public, account, teacher, organizer):
        app.register_blueprint(area)
