"""Registering a school or as a teacher of one; the button by which a school says that it is it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.accounts.forms import PressForm
from app.accounts.rules import (
    MAILS_ASKED_FOR,
    MAILS_ASKED_FOR_BY_A_NETWORK,
    MAILS_ASKED_FOR_PER,
    normalize_email,
)
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.contest.models import Season
from app.core import clock
from app.core.errors import NotFound, Refused
from app.core.signing import BadToken
from app.schools import forms, queries, rules, services
from app.schools.models import School
from app.web.access import public
from app.web.db import platform, session
from app.web.files import visitor_network

account = Blueprint("schools", __name__)


@account.route("/register-school", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    if not season_rules.is_registration_open(season, clock.now()):
        return render_template("schools/registration_closed.html", season=season)
    known = queries.schools_to_join(session())
    form = forms.RegisterSchoolForm().offer(known, queries.districts(session()))
    if form.validate_on_submit():
        why = "register" if form.asks_about_school() else "join"
        if not _may_register(form):
            return render_template("accounts/check_mail.html", email=form.email.data, why=why)
        try:
            _register(form, season, known)
        except Refused as error:
            form.password.errors = [str(error.reason)]
        else:
            return render_template("accounts/check_mail.html", email=form.email.data, why=why)
    return render_template(
        "schools/register.html", form=form, season=season, known=known
    ), 422 if form.errors else 200


def _register(form: forms.RegisterSchoolForm, season: Season, known: list[School]) -> None:
    chosen = next((s for s in known if str(s.id) == form.known_school.data), None)
    name, email, password = (
        form.name.data or "",
        form.email.data or "",
        form.password.data or "",
    )
    if chosen is not None:
        services.register_teacher(
            session(),
            season=season,
            school=chosen,
            name=name,
            email=email,
            password=password,
            now=clock.now(),
        )
    else:
        services.register_school(
            session(),
            season=season,
            school=form.school_values(),
            name=name,
            email=email,
            password=password,
            now=clock.now(),
        )


def _may_register(form: forms.RegisterSchoolForm) -> bool:
    """Registering mails whoever owns the addresses, so it is counted like any asked-for mail."""
    limits, now, per = platform().limits, clock.now(), MAILS_ASKED_FOR_PER
    counted = [
        ("register", normalize_email(form.email.data or ""), MAILS_ASKED_FOR),
        ("register", visitor_network(), MAILS_ASKED_FOR_BY_A_NETWORK),
    ]
    if form.office_email.data:
        counted.append(("ask-school", form.office_email.data, MAILS_ASKED_FOR))
    if any(limits.spent(what, who, most=n, per=per, now=now) for what, who, n in counted):
        return False
    for what, who, _most in counted:
        limits.count_in(session(), what, who, per=per, now=now)
    return True


@account.route("/register-school/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> ResponseReturnValue:
    """Opened from the mail to the school's own address; only the button does something."""
    try:
        payload = platform().signer.read("confirm-school", token, max_age=rules.CONFIRM_SECONDS)
        school_id, address = int(payload[0]), str(payload[1])
    except (BadToken, ValueError, TypeError, IndexError):
        return render_template("schools/stale_link.html"), 410
    form = PressForm()
    if form.validate_on_submit():
        try:
            school = services.confirm_school(
                session(), school_id=school_id, address=address, now=clock.now()
            )
        except NotFound:
            return render_template("schools/stale_link.html"), 410
        return render_template("schools/confirmed.html", school=school)
    asked = session().get(School, school_id)
    if asked is None or asked.office_email != address:
        return render_template("schools/stale_link.html"), 410
    leads = queries.leads(session(), asked)
    return render_template("schools/confirm.html", form=form, school=asked, leads=leads)
