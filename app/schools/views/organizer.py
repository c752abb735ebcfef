"""Registering a school, a teacher's school page, and the organizer's list."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Permission
from app.accounts.rules import (
    MAILS_ASKED_FOR,
    MAILS_ASKED_FOR_BY_A_NETWORK,
    MAILS_ASKED_FOR_PER,
    normalize_email,
)
from app.contest import queries as contest
from app.contest import rules as season_rules
from app.core import clock
from app.core.errors import Refused
from app.schools import forms, permissions, queries, rules, services
from app.schools.models import School
from app.texts import gettext as _
from app.web.access import actor, public, requires
from app.web.db import platform, session
from app.web.files import visitor_network

account = Blueprint("schools", __name__)
teacher = Blueprint("schools", __name__)
organizer = Blueprint("schools", __name__)


def _school_values(form: forms.SchoolFields) -> dict[str, str]:
    return {
        "name": form.school_name.data or "",
        "district": form.district.data or "",
        "city": form.city.data or "",
        "web_page": form.web_page.data or "",
        "grades": form.grades.data or "",
    }


@account.route("/register-school", methods=["GET", "POST"])
@public
def register() -> ResponseReturnValue:
    season = contest.get_current_season(session())
    if not season_rules.is_registration_open(season, clock.now()):
        return render_template("schools/registration_closed.html", season=season)
    form = forms.RegisterSchoolForm()
    if form.validate_on_submit():
        email = normalize_email(form.email.data or "")
        limits, now, per = platform().limits, clock.now(), MAILS_ASKED_FOR_PER
        network = visitor_network()
        if limits.spent("register", email, most=MAILS_ASKED_FOR, per=per, now=now) or limits.spent(
            "register", network, most=MAILS_ASKED_FOR_BY_A_NETWORK, per=per, now=now
        ):
            return render_template("accounts/check_mail.html", email=email, why="register")
        for who in (email, network):
            limits.count_in(session(), "register", who, per=per, now=now)
        try:
            services.register_school(
                session(),
                season=season,
                school=_school_values(form),
                name=form.name.data or "",
                email=form.email.data or "",
                password=form.password.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.password.errors = [str(error.reason)]
        else:
            return render_template(
                "accounts/check_mail.html", email=form.email.data, why="register"
            )
    return render_template(
        "schools/register.html", form=form, season=season
    ), 422 if form.errors else 200


@teacher.route("/", methods=["GET", "POST"])
@requires(Permission.ENTER_CONTEST)
def show() -> ResponseReturnValue:
    membership = queries.get_membership(session(), actor())
    school = membership.school
    may_edit = permissions.can_edit(actor(), school, membership)
    form = _form_of(school)
    if may_edit and form.validate_on_submit():
        services.update_school(session(), actor=actor(), school=school, values=_school_values(form))
        flash(_("Saved."), "good")
        return redirect(url_for("teacher.schools.show"))
    return _teacher_page(school, form, forms.ColleagueForm(formdata=None), may_edit)


def _form_of(school: School) -> forms.SchoolForm:
    return forms.SchoolForm(
        school_name=school.name,
        district=school.district,
        city=school.city,
        web_page=school.web_page,
        grades=school.grades,
    )


def _teacher_page(
    school: School, form: forms.SchoolForm, colleague: forms.ColleagueForm, may_edit: bool
) -> ResponseReturnValue:
    return render_template(
        "schools/teacher_school.html",
        school=school,
        state=rules.state_of(school),
        form=form,
        colleague=colleague,
        may_edit=may_edit,
        members=queries.members(session(), school),
    ), 422 if form.errors or colleague.errors else 200


@teacher.post("/teachers")
@requires(Permission.ENTER_CONTEST)
def invite() -> ResponseReturnValue:
    membership = queries.get_membership(session(), actor())
    form = forms.ColleagueForm()
    if form.validate_on_submit():
        try:
            colleague = services.invite_teacher(
                session(),
                actor=actor(),
                school=membership.school,
                email=form.email.data or "",
                name=form.name.data or "",
                now=clock.now(),
            )
        except Refused as error:
            form.email.errors = [str(error.reason)]
        else:
            flash(_("An invitation is on its way to %(email)s.", email=colleague.email), "good")
            return redirect(url_for("teacher.schools.show"))
    school = membership.school
    may_edit = permissions.can_edit(actor(), school, membership)
    return _teacher_page(school, _form_of(school), form, may_edit)


@organizer.get("/")
@requires(Permission.RUN_SEASON)
def index() -> ResponseReturnValue:
    schools = queries.schools_for(session(), actor())
    return render_template(
        "schools/organizer_list.html",
        schools=schools,
        members=queries.members_of_schools(session()),
        state_of=rules.state_of,
    )


@organizer.get("/<int:school_id>")
@requires(Permission.RUN_SEASON)
def review(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    return _review_page(school, forms.TurnDownForm(formdata=None))


def _review_page(school: School, form: forms.TurnDownForm) -> ResponseReturnValue:
    return render_template(
        "schools/organizer_school.html",
        school=school,
        state=rules.state_of(school),
        waiting=rules.is_waiting(school),
        members=queries.members(session(), school),
        form=form,
    ), 422 if form.errors else 200


@organizer.post("/<int:school_id>/approve")
@requires(Permission.RUN_SEASON)
def approve(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    services.approve_school(session(), actor=actor(), school=school, now=clock.now())
    flash(_("%(school)s is approved; its teacher has been told.", school=school.name), "good")
    return redirect(url_for("organizer.schools.index"))


@organizer.post("/<int:school_id>/turn-down")
@requires(Permission.RUN_SEASON)
def turn_down(school_id: int) -> ResponseReturnValue:
    school = queries.get_school_for(session(), actor(), school_id)
    form = forms.TurnDownForm()
    if form.validate_on_submit():
        services.turn_down_school(
            session(),
            actor=actor(),
            school=school,
            reason=form.reason.data or "",
            now=clock.now(),
        )
        flash(_("%(school)s has been told.", school=school.name), "good")
        return redirect(url_for("organizer.schools.index"))
    return _review_page(school, form)
